/* SPDX-License-Identifier: MIT */
/* The C interface of the client library: onbehalf.dll. docs/c-abi.md has the rules for versions and how to call it from
   other languages.

   Text is UTF-8 and ends with NUL. Where a length stands beside it, it counts bytes without that NUL, and -1 says: up
   to the NUL. JSON that the library gives never has a NUL inside. Parameters of a method are a JSON object (by name),
   an array (by position), or null or a null pointer (none).

   Functions that return onbehalf_status return ONBEHALF_OK or what went wrong, of which onbehalf_last_error tells more;
   results are set to NULL and 0 first. A null pointer where something is needed is ONBEHALF_INVALID_ARGUMENT. A
   handle that was freed, or that is none, is the caller's defect and cannot be noticed.

   Every function may be called on any thread, several at the same time with the same handle, and in callbacks, but no
   function may start with a client that is being freed or was freed. (Callbacks may: see onbehalf_free_client.) A
   request is written on the thread that asks for it, because the service sees the identity of that thread.

   Callbacks may call the library, may not throw, longjmp or end their thread, and get text that is valid until they
   return. */
#ifndef ONBEHALF_ONBEHALF_H
#define ONBEHALF_ONBEHALF_H

#include <stdint.h>

/* The calling convention of every function and callback: the one of C. On x64 and ARM64 there is but one. */
#define ONBEHALF_CALL __cdecl

#if defined(ONBEHALF_BUILDING_DLL)
#define ONBEHALF_API /* exported by onbehalf.def */
#else
#define ONBEHALF_API __declspec(dllimport)
#endif

/* What this header declares, to compare with what onbehalf_abi_version returns: the same major number, and a minor
   number that is not smaller. */
#define ONBEHALF_ABI_MAJOR 1
#define ONBEHALF_ABI_MINOR 0

#ifdef __cplusplus
extern "C" {
#endif

/* What came of a function or of a call. New ones may come: treat one that you do not know as an error. */
typedef int32_t onbehalf_status;
enum {
  ONBEHALF_OK = 0,
  /* The service answered with an error. `code` is its JSON-RPC code (docs/protocol.md). */
  ONBEHALF_RPC_ERROR = 1,
  /* Windows refused to connect. `code` is Windows' error: 2 no such pipe, 231 busy until the timeout, 5 refused. */
  ONBEHALF_WINDOWS_ERROR = 2,
  /* The connection failed or was closed. `code` is one of ONBEHALF_CONNECTION_... */
  ONBEHALF_CONNECTION_ERROR = 3,
  /* The pipe is there, but whoever made it is not who `trust` asks for. Nothing was sent. */
  ONBEHALF_NOT_TRUSTED = 4,
  /* No answer in time. The service may have done the work all the same. The connection goes on. */
  ONBEHALF_TIMEOUT = 5,
  /* The call was cancelled, by onbehalf_cancel or by the service. `code` is -32800. */
  ONBEHALF_CANCELLED = 6,
  /* An argument is missing or wrong; the message names it. Nothing was sent. */
  ONBEHALF_INVALID_ARGUMENT = 7,
  ONBEHALF_OUT_OF_MEMORY = 8,
  /* A defect of the library. */
  ONBEHALF_INTERNAL_ERROR = 9
};

/* `code` of ONBEHALF_CONNECTION_ERROR. After each of them the connection is closed. */
enum {
  ONBEHALF_CONNECTION_OTHER = 0,            /* the message says what */
  ONBEHALF_CONNECTION_RESET = 1,            /* the other end closed it */
  ONBEHALF_CONNECTION_BAD_MESSAGE = 2,      /* what came is no frame or no JSON-RPC */
  ONBEHALF_CONNECTION_PROTOCOL = 3,         /* an answer to something that was not asked */
  ONBEHALF_CONNECTION_ANSWER_TOO_LARGE = 4, /* over max_answer_bytes */
  ONBEHALF_CONNECTION_NOT_CONNECTED = 5,    /* it had ended before; nothing was sent */
  ONBEHALF_CONNECTION_CLOSED = 6            /* onbehalf_close or onbehalf_free_client ended it */
};

/* onbehalf_options.level: what the service may do with the caller's identity. Methods that act as the caller need
   ONBEHALF_LEVEL_IMPERSONATE. */
enum {
  ONBEHALF_LEVEL_DEFAULT = 0, /* impersonate on this computer, identify on another */
  ONBEHALF_LEVEL_ANONYMOUS = 1,
  ONBEHALF_LEVEL_IDENTIFY = 2,
  ONBEHALF_LEVEL_IMPERSONATE = 3
};

/* onbehalf_options.trust: who must have made the pipe. */
enum {
  ONBEHALF_TRUST_SERVICE = 0,   /* the installed service */
  ONBEHALF_TRUST_SAME_USER = 1, /* this process's user: services in a console, tests */
  ONBEHALF_TRUST_ANY = 2 /* nobody is checked: whoever made the pipe gets the requests and the identity */
};

/* A timeout that never ends. */
#define ONBEHALF_INFINITE 0xFFFFFFFFu

/* A connection and the calls on it. */
typedef struct onbehalf_client onbehalf_client;
/* One call of onbehalf_call_async. */
typedef struct onbehalf_request onbehalf_request;

/* How to connect. Set all of it to zero, then `size`, then what is to differ: zero is the default of every member. */
typedef struct onbehalf_options {
  uint32_t size;               /* sizeof(onbehalf_options) */
  int32_t level;               /* ONBEHALF_LEVEL_... */
  int32_t trust;               /* ONBEHALF_TRUST_... */
  uint32_t connect_timeout_ms; /* waiting for a free instance of the pipe included; 0: 5000 */
  uint32_t call_timeout_ms;    /* of a call that says none; 0: 30000 */
  /* How long a call with ONBEHALF_IDEMPOTENT waits before it connects again: the first time, and (doubled each time) at
     most. */
  uint32_t first_backoff_ms;   /* 0: 50 */
  uint32_t longest_backoff_ms; /* 0: 2000 */
  uint32_t reserved;           /* 0 */
  uint64_t max_answer_bytes;   /* a longer answer ends the connection; 0: 16 MiB */
  const char* pipe;            /* NULL: "onbehalf" */
  const char* server;          /* another computer's name; NULL: this computer */
  const char* service;         /* the service that ONBEHALF_TRUST_SERVICE looks for; NULL: "OnBehalf" */
} onbehalf_options;

/* More about an error. */
typedef struct onbehalf_error {
  uint32_t size; /* of what the library has written: members beyond it are not there */
  onbehalf_status status;
  int32_t code; /* see onbehalf_status; 0 where that says nothing of one */
  uint32_t reserved;
  const char* name;    /* of the code ("AccessDenied", "ERROR_FILE_NOT_FOUND"); "" if it has none */
  const char* message; /* for people; never NULL */
  const char* data;    /* JSON: what the service sent as the error's data; NULL if it sent none */
  int64_t data_length; /* 0 without data */
} onbehalf_error;

/* A value of the call's $/progress as JSON, in order, never after the call has ended or its client was freed; NULL if
   there is no memory for it. onbehalf_call runs it on the thread that called, onbehalf_call_async on the client's thread
   for callbacks. */
typedef void(ONBEHALF_CALL* onbehalf_progress_callback)(void* user, const char* value, int64_t value_length);

/* The outcome of a call: ONBEHALF_OK with the result as JSON and no error, or another status with the error and no
   result. */
typedef void(ONBEHALF_CALL* onbehalf_done_callback)(void* user, onbehalf_status status, const char* result,
                                                    int64_t result_length, const onbehalf_error* error);

/* A notification of the service; params as JSON ("null" if it has none), NULL if there is no memory for them. */
typedef void(ONBEHALF_CALL* onbehalf_notification_callback)(void* user, const char* method,
                                                            const char* params, int64_t params_length);

/* onbehalf_call_options.flags. The method may be done twice without harm: when the connection is lost before the answer
   has come, the client connects again and repeats the call until its time is over. Others are sent once at most. */
#define ONBEHALF_IDEMPOTENT 0x1u

/* What a call asks for beside its method and parameters; zero is the default of every member. */
typedef struct onbehalf_call_options {
  uint32_t size;       /* sizeof(onbehalf_call_options) */
  uint32_t timeout_ms; /* from the call to its answer; 0: the client's call_timeout_ms */
  uint32_t flags;      /* ONBEHALF_IDEMPOTENT */
  uint32_t reserved;   /* 0 */
  /* If set, the service is asked for progress; the parameters must then be an object or none. */
  onbehalf_progress_callback progress;
  void* progress_user; /* given to it */
} onbehalf_call_options;

/* The version of the library ("0.1.0"). Never freed. */
ONBEHALF_API const char* ONBEHALF_CALL onbehalf_version(void);

/* The version of this interface that the library has: the major number in the upper 16 bits, the minor one in the
   lower. */
ONBEHALF_API uint32_t ONBEHALF_CALL onbehalf_abi_version(void);

/* What the last function on this thread that returns onbehalf_status, or onbehalf_is_connected, came to. Never NULL;
   valid until the next such function on this thread. Callbacks are given the error of their call instead. */
ONBEHALF_API const onbehalf_error* ONBEHALF_CALL onbehalf_last_error(void);

/* Opens the pipe and verifies who made it, before the first byte is written. `options` may be NULL. The client is freed
   with onbehalf_free_client. */
ONBEHALF_API onbehalf_status ONBEHALF_CALL onbehalf_connect(const onbehalf_options* options,
                                                            onbehalf_client** client);

/* Calls a method and waits for its result, which is freed with onbehalf_free_string. `options` and `result_length` may
   be NULL. */
ONBEHALF_API onbehalf_status ONBEHALF_CALL onbehalf_call(onbehalf_client* client, const char* method,
                                                         const char* params, int64_t params_length,
                                                         const onbehalf_call_options* options, char** result,
                                                         int64_t* result_length);

/* Sends the request and does not wait for its answer. If this returns ONBEHALF_OK, `done` is called exactly once, else
   never. It runs on the client's thread for callbacks: all callbacks of a client do, one at a time, in the order in
   which the service sent what they are about; `done` may be called before this returns. `options` and `request` may be
   NULL. The request, set before the first callback, is only needed to cancel; it is freed with onbehalf_free_request.
 */
ONBEHALF_API onbehalf_status ONBEHALF_CALL onbehalf_call_async(onbehalf_client* client, const char* method,
                                                               const char* params, int64_t params_length,
                                                               const onbehalf_call_options* options,
                                                               onbehalf_done_callback done, void* user,
                                                               onbehalf_request** request);

/* Asks the service to cancel the call. It still ends with `done`: usually with ONBEHALF_CANCELLED, or with its result
   if that was faster. Does nothing when the call has ended, or was cancelled, already. */
ONBEHALF_API onbehalf_status ONBEHALF_CALL onbehalf_cancel(onbehalf_request* request);

/* The call itself goes on if it has not ended. May stand in the call's own callbacks, and after the client was freed.
   NULL does nothing. */
ONBEHALF_API void ONBEHALF_CALL onbehalf_free_request(onbehalf_request* request);

/* Sends a notification: the service does it, if the caller may, and never answers. */
ONBEHALF_API onbehalf_status ONBEHALF_CALL onbehalf_notify(onbehalf_client* client, const char* method,
                                                           const char* params, int64_t params_length);

/* From now on `handler` gets every notification of the service that is no progress of a call, on the client's thread
   for callbacks. NULL ends that. When this returns, the handler that was set before is not running any more (unless
   this is called in it). */
ONBEHALF_API onbehalf_status ONBEHALF_CALL onbehalf_on_notification(onbehalf_client* client,
                                                                    onbehalf_notification_callback handler,
                                                                    void* user);

/* 1, or 0 once the connection has failed or was closed, which is noticed when it is used, or at once while anything is
   under way or a notification handler is set. 0 for NULL. */
ONBEHALF_API int32_t ONBEHALF_CALL onbehalf_is_connected(onbehalf_client* client);

/* Ends the connection and every call under way (ONBEHALF_CONNECTION_CLOSED). Does not wait for callbacks. Later calls
   fail with ONBEHALF_CONNECTION_NOT_CONNECTED. */
ONBEHALF_API onbehalf_status ONBEHALF_CALL onbehalf_close(onbehalf_client* client);

/* Closes, and waits until every function under way on other threads has returned and every callback has: each call
   that was pending ends with ONBEHALF_CONNECTION_CLOSED. Callbacks may use the client until then.

   In a callback of the same client this does not wait: the callbacks that are still to come follow on their thread when
   this one has returned, may use the client, and the last of them ends it. onbehalf.dll must not be unloaded before.
   NULL does nothing. */
ONBEHALF_API void ONBEHALF_CALL onbehalf_free_client(onbehalf_client* client);

/* A result of onbehalf_call. NULL does nothing. */
ONBEHALF_API void ONBEHALF_CALL onbehalf_free_string(char* text);

#ifdef __cplusplus
}
#endif

#endif
