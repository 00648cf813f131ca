/* A C program that loads onbehalf.dll at run time and runs one of the checks below:

       onbehalf-c-program CHECK PIPE [ARGUMENT]

   Exit code 0 if the check passes; otherwise it prints what failed. c_abi_test.cpp starts it, and its servers
   do what the checks need. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "library.h"

/* Far longer than anything here needs. */
#define PATIENCE_MS 60000

static const char* pipe_name;
static const char* argument;

static onbehalf_options SameUser(void) {
  onbehalf_options options;
  memset(&options, 0, sizeof options);
  options.size = sizeof options;
  options.pipe = pipe_name;
  options.trust = ONBEHALF_TRUST_SAME_USER;
  options.connect_timeout_ms = PATIENCE_MS;
  options.call_timeout_ms = PATIENCE_MS;
  return options;
}

static onbehalf_client* Connect(void) {
  const onbehalf_options options = SameUser();
  onbehalf_client* client = NULL;
  CHECK_STATUS(library.connect(&options, &client), ONBEHALF_OK);
  CHECK(client != NULL);
  return client;
}

static onbehalf_call_options CallOptions(void) {
  onbehalf_call_options options;
  memset(&options, 0, sizeof options);
  options.size = sizeof options;
  return options;
}

static HANDLE NewEvent(void) {
  const HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
  CHECK(event != NULL);
  return event;
}

static void Await(HANDLE event) { CHECK(WaitForSingleObject(event, PATIENCE_MS) == WAIT_OBJECT_0); }

/* One asynchronous call, with what its callbacks recorded. */
typedef struct Pending {
  HANDLE ended;
  onbehalf_client* client;
  onbehalf_request* request;
  volatile LONG times;
  onbehalf_status status;
  int32_t code;
  DWORD thread;
  char text[256]; /* the result, or the error's message */
} Pending;

static void NewPending(Pending* pending, onbehalf_client* client) {
  memset(pending, 0, sizeof *pending);
  pending->ended = NewEvent();
  pending->client = client;
}

static void KeepOutcome(Pending* pending, onbehalf_status status, const char* result, int64_t length,
                        const onbehalf_error* error) {
  pending->status = status;
  pending->thread = GetCurrentThreadId();
  if (status == ONBEHALF_OK) {
    CHECK(error == NULL);
    CHECK(result != NULL && (size_t)length == strlen(result));
    snprintf(pending->text, sizeof pending->text, "%s", result);
  } else {
    CHECK(result == NULL && length == 0);
    CHECK(error != NULL && error->status == status && error->size >= sizeof *error);
    pending->code = error->code;
    snprintf(pending->text, sizeof pending->text, "%s", error->message);
  }
  InterlockedIncrement(&pending->times);
}

static void ONBEHALF_CALL Done(void* user, onbehalf_status status, const char* result, int64_t length,
                               const onbehalf_error* error) {
  Pending* const pending = user;
  KeepOutcome(pending, status, result, length, error);
  SetEvent(pending->ended);
}

static void Start(onbehalf_client* client, const char* method, Pending* pending) {
  NewPending(pending, client);
  CHECK_STATUS(library.call_async(client, method, NULL, 0, NULL, Done, pending, &pending->request),
               ONBEHALF_OK);
  CHECK(pending->request != NULL);
}

static void ExpectClosed(onbehalf_status status, int32_t code) {
  CHECK_STATUS(status, ONBEHALF_CONNECTION_ERROR);
  CHECK(code == ONBEHALF_CONNECTION_CLOSED);
}

/* ---- Versions ---- */

static void CheckVersions(void) {
  CHECK_TEXT(library.version(), argument);
  CHECK(library.abi_version() == ((uint32_t)ONBEHALF_ABI_MAJOR << 16 | ONBEHALF_ABI_MINOR));
}

/* ---- A call and its answer ---- */

static void ExpectResult(onbehalf_client* client, const char* params, int64_t params_length,
                         const char* expected) {
  char* result = NULL;
  int64_t length = -1;
  CHECK_STATUS(library.call(client, "echo", params, params_length, NULL, &result, &length), ONBEHALF_OK);
  CHECK_TEXT(result, expected);
  CHECK((size_t)length == strlen(expected));
  library.free_string(result);
}

static void CheckCall(void) {
  onbehalf_client* const client = Connect();
  char* result = NULL;
  const onbehalf_call_options options = CallOptions();
  CHECK(library.is_connected(client) == 1);

  ExpectResult(client, "{\"a\":1}", -1, "{\"a\":1}");
  ExpectResult(client, "[1,\"b\"] and more", 7, "[1,\"b\"]");
  ExpectResult(client, NULL, 0, "\"none\"");
  ExpectResult(client, NULL, -1, "\"none\"");
  ExpectResult(client, "null", -1, "\"none\"");
  ExpectResult(client, "{\"t\":\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\\u0000\"}", -1,
               "{\"t\":\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\\u0000\"}");

  CHECK_STATUS(library.call(client, "echo", NULL, 0, &options, &result, NULL), ONBEHALF_OK);
  CHECK_TEXT(result, "\"none\"");
  library.free_string(result);
  CHECK_STATUS(library.last_error()->status, ONBEHALF_OK);
  CHECK_TEXT(library.last_error()->message, "");

  CHECK_STATUS(library.close(client), ONBEHALF_OK);
  CHECK(library.is_connected(client) == 0);
  CHECK_STATUS(library.call(client, "echo", NULL, 0, NULL, &result, NULL), ONBEHALF_CONNECTION_ERROR);
  CHECK(library.last_error()->code == ONBEHALF_CONNECTION_NOT_CONNECTED);
  CHECK_STATUS(library.notify(client, "echo", NULL, 0), ONBEHALF_CONNECTION_ERROR);
  CHECK_STATUS(library.close(client), ONBEHALF_OK);
  library.free_client(client);
}

static void CheckRpcErrors(void) {
  onbehalf_client* const client = Connect();
  char* result = (char*)&library; /* anything but NULL */
  int64_t length = -1;
  const onbehalf_error* error = NULL;

  CHECK_STATUS(library.call(client, "denied", NULL, 0, NULL, &result, &length), ONBEHALF_RPC_ERROR);
  CHECK(result == NULL && length == 0);
  error = library.last_error();
  CHECK(error->size == sizeof *error);
  CHECK_STATUS(error->status, ONBEHALF_RPC_ERROR);
  CHECK(error->code == -32010);
  CHECK_TEXT(error->name, "AccessDenied");
  CHECK_TEXT(error->message, "no");
  CHECK_TEXT(error->data, "{\"requestId\":\"r-7\"}");
  CHECK((size_t)error->data_length == strlen(error->data));

  CHECK_STATUS(library.call(client, "own", NULL, 0, NULL, &result, &length), ONBEHALF_RPC_ERROR);
  error = library.last_error();
  CHECK(error->code == -1);
  CHECK_TEXT(error->name, "");
  CHECK_TEXT(error->message, "own");
  CHECK(error->data == NULL && error->data_length == 0);

  CHECK_STATUS(library.call(client, "cancelled", NULL, 0, NULL, &result, &length), ONBEHALF_CANCELLED);
  CHECK(library.last_error()->code == -32800);
  library.free_client(client);
}

static DWORD WINAPI FailOnThisThread(void* unused) {
  (void)unused;
  CHECK_STATUS(library.last_error()->status, ONBEHALF_OK);
  CHECK_STATUS(library.close(NULL), ONBEHALF_INVALID_ARGUMENT);
  CHECK_CONTAINS(library.last_error()->message, "client is NULL");
  return 0;
}

static void CheckLastErrorIsOfItsThread(void) {
  HANDLE thread = NULL;
  CHECK_STATUS(library.cancel(NULL), ONBEHALF_INVALID_ARGUMENT);
  thread = CreateThread(NULL, 0, FailOnThisThread, NULL, 0, NULL);
  CHECK(thread != NULL);
  Await(thread);
  CloseHandle(thread);
  CHECK_CONTAINS(library.last_error()->message, "request is NULL");
}

/* ---- Invalid arguments ---- */

static void ExpectInvalid(int line, onbehalf_status status, const char* part) {
  CheckStatus(__FILE__, line, "the status", status, ONBEHALF_INVALID_ARGUMENT);
  CheckContains(__FILE__, line, "the message", library.last_error()->message, part);
}
#define EXPECT_INVALID(status, part) ExpectInvalid(__LINE__, status, part)

static void CheckConnectArguments(void) {
  onbehalf_client* client = (onbehalf_client*)&library;
  onbehalf_options options = SameUser();
  struct {
    onbehalf_options known;
    uint64_t later;
  } newer;

  EXPECT_INVALID(library.connect(&options, NULL), "client is NULL");
  EXPECT_INVALID(library.connect(NULL, NULL), "client is NULL");

  options.size = 0;
  EXPECT_INVALID(library.connect(&options, &client), "options.size is 0");
  CHECK(client == NULL);
  options.size = sizeof options - 1;
  EXPECT_INVALID(library.connect(&options, &client), "options.size is ");
  options.size = 0xFFFFFFFFu;
  EXPECT_INVALID(library.connect(&options, &client), "options.size is 4294967295");
  options = SameUser();
  options.reserved = 5;
  EXPECT_INVALID(library.connect(&options, &client), "options.reserved is 5");
  options = SameUser();
  options.level = 4;
  EXPECT_INVALID(library.connect(&options, &client), "options.level is 4");
  options.level = -1;
  EXPECT_INVALID(library.connect(&options, &client), "options.level is -1");
  options = SameUser();
  options.trust = 3;
  EXPECT_INVALID(library.connect(&options, &client), "options.trust is 3");
  options = SameUser();
  options.pipe = "a\xFF";
  EXPECT_INVALID(library.connect(&options, &client), "options.pipe is not valid UTF-8");
  options.pipe = "";
  EXPECT_INVALID(library.connect(&options, &client), "pipe");
  options = SameUser();
  options.server = "\xC3";
  EXPECT_INVALID(library.connect(&options, &client), "options.server is not valid UTF-8");
  options = SameUser();
  options.service = "\xC3";
  EXPECT_INVALID(library.connect(&options, &client), "options.service is not valid UTF-8");

  /* A program with a newer header may not set fields that this library does not know, but may leave them zero. */
  newer.known = SameUser();
  newer.known.size = sizeof newer;
  newer.later = 1;
  EXPECT_INVALID(library.connect(&newer.known, &client), "does not know");
  newer.later = 0;
  CHECK_STATUS(library.connect(&newer.known, &client), ONBEHALF_OK);
  library.free_client(client);

  options = SameUser();
  options.level = ONBEHALF_LEVEL_IDENTIFY;
  options.connect_timeout_ms = ONBEHALF_INFINITE;
  options.call_timeout_ms = ONBEHALF_INFINITE;
  options.max_answer_bytes = 1000;
  options.first_backoff_ms = 10;
  options.longest_backoff_ms = 20;
  options.server = ".";
  options.service = "OnBehalf";
  CHECK_STATUS(library.connect(&options, &client), ONBEHALF_OK);
  ExpectResult(client, NULL, 0, "\"none\"");
  library.free_client(client);
}

static void ONBEHALF_CALL IgnoreProgress(void* user, const char* value, int64_t length) {
  (void)user;
  (void)value;
  (void)length;
}

static void CheckCallArguments(void) {
  onbehalf_client* const client = Connect();
  onbehalf_request* request = (onbehalf_request*)&library;
  onbehalf_call_options options = CallOptions();
  Pending pending;
  char* result = (char*)&library;
  int64_t length = -1;

  EXPECT_INVALID(library.call(NULL, "echo", NULL, 0, NULL, &result, &length), "client is NULL");
  CHECK(result == NULL && length == 0);
  EXPECT_INVALID(library.call(client, NULL, NULL, 0, NULL, &result, &length), "method is NULL");
  EXPECT_INVALID(library.call(client, "echo", NULL, 0, NULL, NULL, &length), "result is NULL");
  EXPECT_INVALID(library.call(client, "echo", NULL, 7, NULL, &result, &length), "params is NULL");
  EXPECT_INVALID(library.call(client, "echo", "{}", -2, NULL, &result, &length), "params_length is -2");
  EXPECT_INVALID(library.call(client, "\xFF", NULL, 0, NULL, &result, &length), "method is not valid UTF-8");
  EXPECT_INVALID(library.call(client, "echo", "{\"a\":}", -1, NULL, &result, &length), "params: ");
  EXPECT_INVALID(library.call(client, "echo", "", 0, NULL, &result, &length), "params: ");
  EXPECT_INVALID(library.call(client, "echo", "{\"a\":\"\xFF\"}", -1, NULL, &result, &length), "params: ");
  EXPECT_INVALID(library.call(client, "echo", "5", -1, NULL, &result, &length), "params");

  options.size = 8;
  EXPECT_INVALID(library.call(client, "echo", NULL, 0, &options, &result, &length), "call_options.size is 8");
  options = CallOptions();
  options.flags = 0x80000000u;
  EXPECT_INVALID(library.call(client, "echo", NULL, 0, &options, &result, &length), "call_options.flags");
  options = CallOptions();
  options.reserved = 1;
  EXPECT_INVALID(library.call(client, "echo", NULL, 0, &options, &result, &length), "call_options.reserved");
  options = CallOptions();
  options.progress = IgnoreProgress;
  EXPECT_INVALID(library.call(client, "echo", "[1]", -1, &options, &result, &length), "progress");

  NewPending(&pending, client);
  EXPECT_INVALID(library.call_async(NULL, "echo", NULL, 0, NULL, Done, &pending, &request), "client is NULL");
  CHECK(request == NULL);
  EXPECT_INVALID(library.call_async(client, NULL, NULL, 0, NULL, Done, &pending, &request), "method is NULL");
  EXPECT_INVALID(library.call_async(client, "echo", NULL, 0, NULL, NULL, &pending, &request), "done is NULL");
  EXPECT_INVALID(library.call_async(client, "echo", "{", -1, NULL, Done, &pending, &request), "params: ");
  EXPECT_INVALID(library.call_async(client, "echo", "5", -1, NULL, Done, &pending, &request), "params");
  CHECK(request == NULL);
  EXPECT_INVALID(library.call_async(client, "echo", "5", -1, NULL, Done, &pending, NULL), "params");

  EXPECT_INVALID(library.notify(NULL, "poke", NULL, 0), "client is NULL");
  EXPECT_INVALID(library.notify(client, NULL, NULL, 0), "method is NULL");
  EXPECT_INVALID(library.notify(client, "poke", "}", -1), "params: ");
  EXPECT_INVALID(library.on_notification(NULL, NULL, NULL), "client is NULL");
  EXPECT_INVALID(library.cancel(NULL), "request is NULL");
  EXPECT_INVALID(library.close(NULL), "client is NULL");
  CHECK(library.is_connected(NULL) == 0);
  CHECK_CONTAINS(library.last_error()->message, "client is NULL");
  library.free_client(NULL);
  library.free_request(NULL);
  library.free_string(NULL);

  /* Nothing was sent and nothing broke. */
  CHECK(pending.times == 0);
  ExpectResult(client, NULL, 0, "\"none\"");
  library.free_client(client);
  CHECK(pending.times == 0);
}

/* ---- Failures ---- */

static void CheckNoPipe(void) {
  const onbehalf_options options = SameUser();
  onbehalf_client* client = (onbehalf_client*)&library;
  CHECK_STATUS(library.connect(&options, &client), ONBEHALF_WINDOWS_ERROR);
  CHECK(client == NULL);
  CHECK(library.last_error()->code == ERROR_FILE_NOT_FOUND);
  CHECK_TEXT(library.last_error()->name, "ERROR_FILE_NOT_FOUND");
  CHECK_CONTAINS(library.last_error()->message, pipe_name);
}

static void CheckNotTrusted(void) {
  onbehalf_options options = SameUser();
  onbehalf_client* client = NULL;
  options.trust = ONBEHALF_TRUST_SERVICE;
  options.service = "OnBehalf-that-nobody-installed";
  CHECK_STATUS(library.connect(&options, &client), ONBEHALF_NOT_TRUSTED);
  CHECK(client == NULL);
  CHECK_CONTAINS(library.last_error()->message, options.service);
}

static void CheckTimeout(void) {
  onbehalf_client* const client = Connect();
  onbehalf_call_options options = CallOptions();
  char* result = NULL;
  options.timeout_ms = 50;
  CHECK_STATUS(library.call(client, "never", NULL, 0, &options, &result, NULL), ONBEHALF_TIMEOUT);
  CHECK(library.is_connected(client) == 1);
  ExpectResult(client, NULL, 0, "\"none\"");
  library.free_client(client);
}

/* The argument is the code. */
static void CheckConnectionError(void) {
  onbehalf_options options = SameUser();
  onbehalf_client* client = NULL;
  char* result = NULL;
  options.max_answer_bytes = 1000;
  CHECK_STATUS(library.connect(&options, &client), ONBEHALF_OK);
  CHECK_STATUS(library.call(client, "x", NULL, 0, NULL, &result, NULL), ONBEHALF_CONNECTION_ERROR);
  CHECK(library.last_error()->code == atoi(argument));
  CHECK(library.is_connected(client) == 0);
  CHECK_STATUS(library.call(client, "x", NULL, 0, NULL, &result, NULL), ONBEHALF_CONNECTION_ERROR);
  CHECK(library.last_error()->code == ONBEHALF_CONNECTION_NOT_CONNECTED);
  library.free_client(client);
}

static void CheckIdempotent(void) {
  onbehalf_client* const client = Connect();
  onbehalf_call_options options = CallOptions();
  char* result = NULL;
  options.flags = ONBEHALF_IDEMPOTENT;
  CHECK_STATUS(library.call(client, "echo", NULL, 0, &options, &result, NULL), ONBEHALF_OK);
  CHECK_TEXT(result, "\"again\"");
  library.free_string(result);
  library.free_client(client);
}

/* ---- Asynchronous calls ---- */

#define THREADS 4
#define CALLS_OF_A_THREAD 50

typedef struct Caller {
  onbehalf_client* client;
  int first;
  Pending pendings[CALLS_OF_A_THREAD];
} Caller;

static DWORD WINAPI CallFromThisThread(void* parameter) {
  Caller* const caller = parameter;
  int i = 0;
  for (i = 0; i < CALLS_OF_A_THREAD; ++i) {
    Pending* const pending = &caller->pendings[i];
    char params[32];
    const int length = snprintf(params, sizeof params, "{\"n\":%d}", caller->first + i);
    NewPending(pending, caller->client);
    CHECK_STATUS(library.call_async(caller->client, "echo", params, length, NULL, Done, pending,
                                    i % 2 == 0 ? &pending->request : NULL),
                 ONBEHALF_OK);
  }
  return 0;
}

static void CheckAsyncFromSeveralThreads(void) {
  onbehalf_client* const client = Connect();
  Caller* const callers = calloc(THREADS, sizeof *callers);
  HANDLE threads[THREADS];
  DWORD callback_thread = 0;
  int t = 0;
  int i = 0;
  CHECK(callers != NULL);
  for (t = 0; t < THREADS; ++t) {
    callers[t].client = client;
    callers[t].first = t * CALLS_OF_A_THREAD;
    threads[t] = CreateThread(NULL, 0, CallFromThisThread, &callers[t], 0, NULL);
    CHECK(threads[t] != NULL);
  }
  for (t = 0; t < THREADS; ++t) {
    Await(threads[t]);
    CloseHandle(threads[t]);
  }
  for (t = 0; t < THREADS; ++t) {
    for (i = 0; i < CALLS_OF_A_THREAD; ++i) {
      Pending* const pending = &callers[t].pendings[i];
      char expected[32];
      Await(pending->ended);
      snprintf(expected, sizeof expected, "{\"n\":%d}", callers[t].first + i);
      CHECK_TEXT(pending->text, expected);
      if (callback_thread == 0) callback_thread = pending->thread;
      CHECK(pending->thread == callback_thread);
      library.free_request(pending->request);
    }
  }
  CHECK(callback_thread != GetCurrentThreadId());
  library.free_client(client);
  for (t = 0; t < THREADS; ++t) {
    for (i = 0; i < CALLS_OF_A_THREAD; ++i) {
      CHECK(callers[t].pendings[i].times == 1);
      CloseHandle(callers[t].pendings[i].ended);
    }
  }
  free(callers);
}

static Pending inner;

static void ONBEHALF_CALL CallAgain(void* user, onbehalf_status status, const char* result, int64_t length,
                                    const onbehalf_error* error) {
  Pending* const pending = user;
  KeepOutcome(pending, status, result, length, error);
  CHECK(library.is_connected(pending->client) == 1);
  ExpectResult(pending->client, "{\"from\":\"a callback\"}", -1, "{\"from\":\"a callback\"}");
  Start(pending->client, "echo", &inner);
  CHECK_STATUS(library.notify(pending->client, "poke", NULL, 0), ONBEHALF_OK);
  CHECK_STATUS(library.cancel(pending->request), ONBEHALF_OK);
  library.free_request(pending->request);
  SetEvent(pending->ended);
}

static void CheckCallbacksCallTheLibrary(void) {
  onbehalf_client* const client = Connect();
  Pending outer;
  NewPending(&outer, client);
  CHECK_STATUS(library.call_async(client, "echo", NULL, 0, NULL, CallAgain, &outer, &outer.request),
               ONBEHALF_OK);
  Await(outer.ended);
  Await(inner.ended);
  CHECK_TEXT(inner.text, "\"none\"");
  library.free_request(inner.request);
  library.free_client(client);
  CHECK(outer.times == 1 && inner.times == 1);
}

static void ExpectCancelled(Pending* pending) {
  Await(pending->ended);
  CHECK_STATUS(pending->status, ONBEHALF_CANCELLED);
  CHECK(pending->code == -32800);
}

static void ONBEHALF_CALL CancelAnother(void* user, onbehalf_status status, const char* result,
                                        int64_t length, const onbehalf_error* error) {
  Pending* const another = user;
  (void)result;
  (void)length;
  (void)error;
  CHECK_STATUS(status, ONBEHALF_OK);
  CHECK_STATUS(library.cancel(another->request), ONBEHALF_OK);
}

/* The server answers "slow" only when it is cancelled, and gets five cancels. */
static void CheckCancel(void) {
  onbehalf_client* const client = Connect();
  Pending slow;
  Pending second;
  Pending third;
  Pending quick;
  Pending from_callback;
  Pending unheard;

  Start(client, "slow", &slow);
  CHECK_STATUS(library.cancel(slow.request), ONBEHALF_OK);
  CHECK_STATUS(library.cancel(slow.request), ONBEHALF_OK);
  ExpectCancelled(&slow);
  CHECK_STATUS(library.cancel(slow.request), ONBEHALF_OK);

  /* One of several. */
  Start(client, "slow", &second);
  Start(client, "slow", &third);
  CHECK_STATUS(library.cancel(third.request), ONBEHALF_OK);
  ExpectCancelled(&third);
  CHECK(second.times == 0);
  CHECK_STATUS(library.cancel(second.request), ONBEHALF_OK);
  ExpectCancelled(&second);

  /* After the answer: nothing is sent. */
  Start(client, "echo", &quick);
  Await(quick.ended);
  CHECK_STATUS(library.cancel(quick.request), ONBEHALF_OK);
  CHECK_STATUS(quick.status, ONBEHALF_OK);

  Start(client, "slow", &from_callback);
  CHECK_STATUS(library.call_async(client, "echo", NULL, 0, NULL, CancelAnother, &from_callback, NULL),
               ONBEHALF_OK);
  ExpectCancelled(&from_callback);

  /* Freeing a request does not end its call. */
  Start(client, "slow", &unheard);
  library.free_request(unheard.request);
  ExpectResult(client, NULL, 0, "\"none\"");
  CHECK(unheard.times == 0);
  library.free_client(client);
  CHECK(unheard.times == 1);
  ExpectClosed(unheard.status, unheard.code);

  CHECK_STATUS(library.cancel(slow.request), ONBEHALF_OK);
  library.free_request(slow.request);
  library.free_request(second.request);
  library.free_request(third.request);
  library.free_request(quick.request);
  library.free_request(from_callback.request);
  CHECK(slow.times == 1 && second.times == 1 && third.times == 1 && quick.times == 1 &&
        from_callback.times == 1);
}

/* ---- Progress and notifications ---- */

typedef struct Progress {
  char values[64]; /* one after the other */
  DWORD thread;
  const Pending* call; /* must not have ended */
} Progress;

static void ONBEHALF_CALL KeepProgress(void* user, const char* value, int64_t length) {
  Progress* const progress = user;
  size_t used = 0;
  CHECK(value != NULL && (size_t)length == strlen(value));
  CHECK(progress->call == NULL || progress->call->times == 0);
  used = strlen(progress->values);
  snprintf(progress->values + used, sizeof progress->values - used, "%s", value);
  progress->thread = GetCurrentThreadId();
}

static void CheckProgress(void) {
  onbehalf_client* const client = Connect();
  onbehalf_call_options options = CallOptions();
  Progress progress;
  Pending pending;
  char* result = NULL;

  memset(&progress, 0, sizeof progress);
  options.progress = KeepProgress;
  options.progress_user = &progress;
  CHECK_STATUS(library.call(client, "count", NULL, 0, &options, &result, NULL), ONBEHALF_OK);
  CHECK_TEXT(result, "\"counted\"");
  CHECK_TEXT(progress.values, "{\"n\":1}{\"n\":2}{\"n\":3}");
  CHECK(progress.thread == GetCurrentThreadId());
  library.free_string(result);

  memset(&progress, 0, sizeof progress);
  progress.call = &pending;
  NewPending(&pending, client);
  CHECK_STATUS(library.call_async(client, "count", "{}", -1, &options, Done, &pending, NULL), ONBEHALF_OK);
  Await(pending.ended);
  CHECK_TEXT(pending.text, "\"counted\"");
  CHECK_TEXT(progress.values, "{\"n\":1}{\"n\":2}{\"n\":3}");
  CHECK(progress.thread == pending.thread);
  library.free_client(client);
}

typedef struct Notes {
  onbehalf_client* client;
  HANDLE arrived;
  volatile LONG times;
  char method[64];
  char params[64];
} Notes;

static void ONBEHALF_CALL KeepNote(void* user, const char* method, const char* params, int64_t length) {
  Notes* const notes = user;
  CHECK((size_t)length == strlen(params));
  snprintf(notes->method, sizeof notes->method, "%s", method);
  snprintf(notes->params, sizeof notes->params, "%s", params);
  /* Allowed in a handler. */
  CHECK(library.is_connected(notes->client) == 1);
  InterlockedIncrement(&notes->times);
  SetEvent(notes->arrived);
}

static void CheckNotifications(void) {
  onbehalf_client* const client = Connect();
  Notes notes;
  memset(&notes, 0, sizeof notes);
  notes.client = client;
  notes.arrived = NewEvent();

  CHECK_STATUS(library.on_notification(client, KeepNote, &notes), ONBEHALF_OK);
  CHECK_STATUS(library.notify(client, "poke", "{\"n\":1}", -1), ONBEHALF_OK);
  Await(notes.arrived);
  CHECK_TEXT(notes.method, "poked");
  CHECK_TEXT(notes.params, "{\"n\":1}");

  ResetEvent(notes.arrived);
  CHECK_STATUS(library.notify(client, "poke", NULL, 0), ONBEHALF_OK);
  Await(notes.arrived);
  CHECK_TEXT(notes.params, "null");
  CHECK(notes.times == 2);

  CHECK_STATUS(library.on_notification(client, NULL, NULL), ONBEHALF_OK);
  CHECK_STATUS(library.notify(client, "poke", NULL, 0), ONBEHALF_OK);
  ExpectResult(client, NULL, 0, "\"none\"");
  library.free_client(client);
  CHECK(notes.times == 2);
}

/* ---- Freeing a client ---- */

#define PENDING_CALLS 32

/* Counts the requests that have arrived: the server notifies "received" for each. */
typedef struct Arrivals {
  volatile LONG times;
  LONG expected;
  HANDLE all;
} Arrivals;

static void ONBEHALF_CALL CountArrival(void* user, const char* method, const char* params, int64_t length) {
  Arrivals* const arrivals = user;
  (void)params;
  (void)length;
  CHECK_TEXT(method, "received");
  if (InterlockedIncrement(&arrivals->times) == arrivals->expected) SetEvent(arrivals->all);
}

static void NewArrivals(Arrivals* arrivals, onbehalf_client* client, LONG expected) {
  memset(arrivals, 0, sizeof *arrivals);
  arrivals->expected = expected;
  arrivals->all = NewEvent();
  CHECK_STATUS(library.on_notification(client, CountArrival, arrivals), ONBEHALF_OK);
}

static void ONBEHALF_CALL UseClientAtItsEnd(void* user, onbehalf_status status, const char* result,
                                            int64_t length, const onbehalf_error* error) {
  Pending* const pending = user;
  char* nothing = NULL;
  KeepOutcome(pending, status, result, length, error);
  CHECK(library.is_connected(pending->client) == 0);
  CHECK_STATUS(library.call(pending->client, "never", NULL, 0, NULL, &nothing, NULL),
               ONBEHALF_CONNECTION_ERROR);
  SetEvent(pending->ended);
}

static DWORD WINAPI WaitForNever(void* parameter) {
  Pending* const pending = parameter;
  char* result = NULL;
  pending->status = library.call(pending->client, "never", NULL, 0, NULL, &result, NULL);
  pending->code = library.last_error()->code;
  return 0;
}

static void CheckFreeWithPendingCalls(void) {
  onbehalf_client* const client = Connect();
  static Pending pendings[PENDING_CALLS];
  Pending waiting;
  Arrivals arrivals;
  HANDLE thread = NULL;
  int i = 0;
  NewArrivals(&arrivals, client, PENDING_CALLS + 1);
  for (i = 0; i < PENDING_CALLS; ++i) {
    NewPending(&pendings[i], client);
    CHECK_STATUS(library.call_async(client, "never", NULL, 0, NULL, UseClientAtItsEnd, &pendings[i],
                                    &pendings[i].request),
                 ONBEHALF_OK);
  }
  NewPending(&waiting, client);
  thread = CreateThread(NULL, 0, WaitForNever, &waiting, 0, NULL);
  CHECK(thread != NULL);
  Await(arrivals.all);

  library.free_client(client);
  for (i = 0; i < PENDING_CALLS; ++i) {
    CHECK(pendings[i].times == 1);
    ExpectClosed(pendings[i].status, pendings[i].code);
    /* A request of a freed client. */
    CHECK_STATUS(library.cancel(pendings[i].request), ONBEHALF_OK);
    library.free_request(pendings[i].request);
  }
  Await(thread);
  ExpectClosed(waiting.status, waiting.code);
  CloseHandle(thread);
}

static void ONBEHALF_CALL FreeInCallback(void* user, onbehalf_status status, const char* result,
                                         int64_t length, const onbehalf_error* error) {
  Pending* const pending = user;
  KeepOutcome(pending, status, result, length, error);
  library.free_client(pending->client);
  /* It lives until the last callback has returned. */
  CHECK(library.is_connected(pending->client) == 0);
  SetEvent(pending->ended);
}

static void CheckFreeInCallback(void) {
  onbehalf_client* const client = Connect();
  static Pending pendings[PENDING_CALLS];
  Pending freeing;
  Arrivals arrivals;
  int i = 0;
  NewArrivals(&arrivals, client, PENDING_CALLS);
  for (i = 0; i < PENDING_CALLS; ++i) {
    NewPending(&pendings[i], client);
    CHECK_STATUS(library.call_async(client, "never", NULL, 0, NULL, UseClientAtItsEnd, &pendings[i], NULL),
                 ONBEHALF_OK);
  }
  Await(arrivals.all);
  NewPending(&freeing, client);
  CHECK_STATUS(library.call_async(client, "echo", NULL, 0, NULL, FreeInCallback, &freeing, NULL),
               ONBEHALF_OK);
  Await(freeing.ended);
  CHECK_STATUS(freeing.status, ONBEHALF_OK);
  for (i = 0; i < PENDING_CALLS; ++i) {
    Await(pendings[i].ended);
    ExpectClosed(pendings[i].status, pendings[i].code);
    CHECK(pendings[i].thread == freeing.thread);
    CHECK(pendings[i].times == 1);
  }
}

static void ONBEHALF_CALL FreeInProgress(void* user, const char* value, int64_t length) {
  (void)value;
  (void)length;
  library.free_client(user);
}

static void CheckFreeInProgress(void) {
  onbehalf_client* const client = Connect();
  onbehalf_call_options options = CallOptions();
  char* result = NULL;
  options.progress = FreeInProgress;
  options.progress_user = client;
  CHECK_STATUS(library.call(client, "progress-only", NULL, 0, &options, &result, NULL),
               ONBEHALF_CONNECTION_ERROR);
  CHECK(library.last_error()->code == ONBEHALF_CONNECTION_CLOSED);
}

static void ONBEHALF_CALL FreeInHandler(void* user, const char* method, const char* params, int64_t length) {
  Notes* const notes = user;
  (void)method;
  (void)params;
  (void)length;
  library.free_client(notes->client);
  CHECK(library.is_connected(notes->client) == 0);
  SetEvent(notes->arrived);
}

static void CheckFreeInHandler(void) {
  Notes notes;
  memset(&notes, 0, sizeof notes);
  notes.client = Connect();
  notes.arrived = NewEvent();
  CHECK_STATUS(library.on_notification(notes.client, FreeInHandler, &notes), ONBEHALF_OK);
  CHECK_STATUS(library.notify(notes.client, "poke", NULL, 0), ONBEHALF_OK);
  Await(notes.arrived);
}

/* ---- Leaks ---- */

static void ConnectAndFree(int times) {
  int i = 0;
  for (i = 0; i < times; ++i) {
    onbehalf_client* const client = Connect();
    Pending pending;
    Start(client, "echo", &pending);
    Await(pending.ended);
    CloseHandle(pending.ended);
    library.free_request(pending.request);
    ExpectResult(client, NULL, 0, "\"none\"");
    CHECK_STATUS(library.close(NULL), ONBEHALF_INVALID_ARGUMENT);
    library.free_client(client);
  }
}

/* The number of blocks allocated in all heaps. A process's private bytes, which not every system reports, would
   hide a leak in pages that are half full. */
static int AllocatedBlocks(void) {
  HANDLE heaps[64];
  const DWORD count = GetProcessHeaps(64, heaps);
  int blocks = 0;
  DWORD i = 0;
  CHECK(count > 0 && count <= 64);
  for (i = 0; i < count; ++i) {
    PROCESS_HEAP_ENTRY entry;
    memset(&entry, 0, sizeof entry);
    CHECK(HeapLock(heaps[i]));
    while (HeapWalk(heaps[i], &entry)) {
      if ((entry.wFlags & PROCESS_HEAP_ENTRY_BUSY) != 0) ++blocks;
    }
    CHECK(GetLastError() == ERROR_NO_MORE_ITEMS);
    CHECK(HeapUnlock(heaps[i]));
  }
  return blocks;
}

/* The argument is the number of rounds. Prints the number of blocks after warming up and at the end, and waits for a line
   of input each time. */
static void CheckLeaks(void) {
  char line[8];
  /* Otherwise their buffers would be allocated after the first count. */
  setvbuf(stdout, NULL, _IONBF, 0);
  setvbuf(stdin, NULL, _IONBF, 0);
  ConnectAndFree(100);
  printf("%d\n", AllocatedBlocks());
  CHECK(fgets(line, sizeof line, stdin) != NULL);
  ConnectAndFree(atoi(argument));
  printf("%d\n", AllocatedBlocks());
  CHECK(fgets(line, sizeof line, stdin) != NULL);
}

static void CheckUnloading(void) {
  int i = 0;
  for (i = 0; i < 20; ++i) {
    ConnectAndFree(1);
    UnloadOnBehalf();
    CHECK(GetModuleHandleW(L"onbehalf.dll") == NULL);
    LoadOnBehalf();
  }
}

/* ---- The installed program ---- */

static void CheckRealService(void) {
  onbehalf_client* const client = Connect();
  char* result = NULL;
  Pending pending;
  CHECK_STATUS(library.call(client, "identity.whoami", NULL, 0, NULL, &result, NULL), ONBEHALF_OK);
  CHECK_CONTAINS(result, "\"account\":{");
  library.free_string(result);
  Start(client, "rpc.ping", &pending);
  Await(pending.ended);
  CHECK_STATUS(pending.status, ONBEHALF_OK);
  library.free_request(pending.request);
  CHECK_STATUS(library.call(client, "no.such", NULL, 0, NULL, &result, NULL), ONBEHALF_RPC_ERROR);
  CHECK_TEXT(library.last_error()->name, "MethodNotFound");
  CHECK_STATUS(library.notify(client, "rpc.ping", NULL, 0), ONBEHALF_OK);
  library.free_client(client);
}

typedef struct Check {
  const char* name;
  void (*run)(void);
} Check;

static const Check checks[] = {
    {"versions", CheckVersions},
    {"call", CheckCall},
    {"rpc-errors", CheckRpcErrors},
    {"last-error", CheckLastErrorIsOfItsThread},
    {"connect-arguments", CheckConnectArguments},
    {"call-arguments", CheckCallArguments},
    {"no-pipe", CheckNoPipe},
    {"not-trusted", CheckNotTrusted},
    {"timeout", CheckTimeout},
    {"connection-error", CheckConnectionError},
    {"idempotent", CheckIdempotent},
    {"async", CheckAsyncFromSeveralThreads},
    {"callbacks", CheckCallbacksCallTheLibrary},
    {"cancel", CheckCancel},
    {"progress", CheckProgress},
    {"notifications", CheckNotifications},
    {"free-with-pending-calls", CheckFreeWithPendingCalls},
    {"free-in-callback", CheckFreeInCallback},
    {"free-in-progress", CheckFreeInProgress},
    {"free-in-handler", CheckFreeInHandler},
    {"leaks", CheckLeaks},
    {"unloading", CheckUnloading},
    {"real-service", CheckRealService},
};

int main(int argc, char** argv) {
  size_t i = 0;
  if (argc < 3) {
    fprintf(stderr, "usage: onbehalf-c-program CHECK PIPE [ARGUMENT]\n");
    return 2;
  }
  pipe_name = argv[2];
  argument = argc > 3 ? argv[3] : "";
  for (i = 0; i < sizeof checks / sizeof checks[0]; ++i) {
    if (strcmp(checks[i].name, argv[1]) != 0) continue;
    LoadOnBehalf();
    checks[i].run();
    return 0;
  }
  fprintf(stderr, "unknown check %s\n", argv[1]);
  return 2;
}
