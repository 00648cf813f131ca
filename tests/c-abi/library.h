#ifndef ONBEHALF_TESTS_C_ABI_LIBRARY_H
#define ONBEHALF_TESTS_C_ABI_LIBRARY_H

#include <onbehalf/onbehalf.h>

/* Every function of onbehalf.dll, as GetProcAddress found it. */
typedef struct Library {
  const char*(ONBEHALF_CALL* version)(void);
  uint32_t(ONBEHALF_CALL* abi_version)(void);
  const onbehalf_error*(ONBEHALF_CALL* last_error)(void);
  onbehalf_status(ONBEHALF_CALL* connect)(const onbehalf_options* options, onbehalf_client** client);
  onbehalf_status(ONBEHALF_CALL* call)(onbehalf_client* client, const char* method, const char* params,
                                       int64_t params_length, const onbehalf_call_options* options,
                                       char** result, int64_t* result_length);
  onbehalf_status(ONBEHALF_CALL* call_async)(onbehalf_client* client, const char* method, const char* params,
                                             int64_t params_length, const onbehalf_call_options* options,
                                             onbehalf_done_callback done, void* user,
                                             onbehalf_request** request);
  onbehalf_status(ONBEHALF_CALL* cancel)(onbehalf_request* request);
  void(ONBEHALF_CALL* free_request)(onbehalf_request* request);
  onbehalf_status(ONBEHALF_CALL* notify)(onbehalf_client* client, const char* method, const char* params,
                                         int64_t params_length);
  onbehalf_status(ONBEHALF_CALL* on_notification)(onbehalf_client* client,
                                                  onbehalf_notification_callback handler, void* user);
  int32_t(ONBEHALF_CALL* is_connected)(onbehalf_client* client);
  onbehalf_status(ONBEHALF_CALL* close)(onbehalf_client* client);
  void(ONBEHALF_CALL* free_client)(onbehalf_client* client);
  void(ONBEHALF_CALL* free_string)(char* text);
} Library;

extern Library library;

/* Loads onbehalf.dll from the program's own folder. Ends the program if that fails. */
void LoadOnBehalf(void);
void UnloadOnBehalf(void);

/* Ends the program when a check fails, and prints where and what was found. */
void Fail(const char* file, int line, const char* what);
void CheckStatus(const char* file, int line, const char* what, onbehalf_status status,
                 onbehalf_status expected);
void CheckText(const char* file, int line, const char* what, const char* text, const char* expected);
void CheckContains(const char* file, int line, const char* what, const char* text, const char* part);

#define CHECK(condition) ((condition) ? (void)0 : Fail(__FILE__, __LINE__, #condition))
#define CHECK_STATUS(status, expected) CheckStatus(__FILE__, __LINE__, #status, status, expected)
#define CHECK_TEXT(text, expected) CheckText(__FILE__, __LINE__, #text, text, expected)
#define CHECK_CONTAINS(text, part) CheckContains(__FILE__, __LINE__, #text, text, part)

#endif
