#include "library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

Library library;

static HMODULE module;

void LoadOnBehalf(void) {
  module = LoadLibraryW(L"onbehalf.dll");
  if (module == NULL) {
    fprintf(stderr, "LoadLibraryW: error %lu\n", GetLastError());
    exit(1);
  }
/* The assignment never runs, but the compiler checks the pointer's type against the header's. */
#define LOAD(name)                                                           \
  do {                                                                       \
    const FARPROC address = GetProcAddress(module, "onbehalf_" #name);       \
    (void)sizeof(library.name = onbehalf_##name);                            \
    if (address == NULL) Fail(__FILE__, __LINE__, "export onbehalf_" #name); \
    memcpy(&library.name, &address, sizeof address);                         \
  } while (0)
  LOAD(version);
  LOAD(abi_version);
  LOAD(last_error);
  LOAD(connect);
  LOAD(call);
  LOAD(call_async);
  LOAD(cancel);
  LOAD(free_request);
  LOAD(notify);
  LOAD(on_notification);
  LOAD(is_connected);
  LOAD(close);
  LOAD(free_client);
  LOAD(free_string);
#undef LOAD
}

void UnloadOnBehalf(void) { CHECK(FreeLibrary(module)); }

static void PrintLastError(void) {
  if (library.last_error != NULL) {
    const onbehalf_error* error = library.last_error();
    fprintf(stderr, "  the last error here: status %d, code %d, %s\n", (int)error->status, (int)error->code,
            error->message);
  }
  exit(1);
}

void Fail(const char* file, int line, const char* what) {
  fprintf(stderr, "%s:%d: %s\n", file, line, what);
  PrintLastError();
}

void CheckStatus(const char* file, int line, const char* what, onbehalf_status status,
                 onbehalf_status expected) {
  if (status == expected) return;
  fprintf(stderr, "%s:%d: %s is %d, not %d\n", file, line, what, (int)status, (int)expected);
  PrintLastError();
}

void CheckText(const char* file, int line, const char* what, const char* text, const char* expected) {
  if (text != NULL && strcmp(text, expected) == 0) return;
  fprintf(stderr, "%s:%d: %s is \"%s\", not \"%s\"\n", file, line, what, text != NULL ? text : "(NULL)",
          expected);
  PrintLastError();
}

void CheckContains(const char* file, int line, const char* what, const char* text, const char* part) {
  if (text != NULL && strstr(text, part) != NULL) return;
  fprintf(stderr, "%s:%d: %s is \"%s\", without \"%s\"\n", file, line, what, text != NULL ? text : "(NULL)",
          part);
  PrintLastError();
}
