/* SPDX-License-Identifier: MIT */
/* The C interface of the client library: onbehalf.dll. docs/c-abi.md has the rules for versions and how to call it from
   other languages.

   Text is UTF-8 and ends with NUL. A length parameter counts bytes without that NUL; -1 means: up to the NUL. JSON from
   the library never contains a NUL. Parameters of a method are a JSON object (by name), an array (by position), or null
   or a null pointer (none).

   Functions that return onbehalf_status return ONBEHALF_OK or an error, with details in onbehalf_last_error; results are
   set to NULL and 0 first. A missing required pointer is ONBEHALF_INVALID_ARGUMENT. Passing a freed or invalid handle is
   a bug in the caller and cannot be detected.

   Every function may be called on any thread, several at the same time with the same handle, and in callbacks, but not
   with a client that is being freed or was freed. (Callbacks may: see onbehalf_free_client.) A request is written on the
   calling thread, because the service sees the identity of that thread.

   Callbacks may call the library, must not throw, longjmp or end their thread, and get text that is valid until they
   return. */
#ifndef ONBEHALF_ONBEHALF_H
#define ONBEHALF_ONBEHALF_H

#include <stdint.h>

/* The calling convention of every function and callback: that of C. On x64 and ARM64 there is only one. */
#define ONBEHALF_CALL __cdecl

#if defined(ONBEHALF_BUILDING_DLL)
#define ONBEHALF_API /* exported by onbehalf.def */
#else
#define ONBEHALF_API __declspec(dllimport)
#endif

/* The version that this header declares. onbehalf_abi_version must return the same major number and at least this minor
   number. */
#define ONBEHALF_ABI_MAJOR 1
#define ONBEHALF_ABI_MINOR 0

#ifdef __cplusplus
extern "C" {
#endif

/* The result of a function or call. New values may be added: treat unknown ones as errors. */
typedef int32_t onbehalf_status;
enum {
  ONBEHALF_OK = 0,
  /* The service responded with an error. `code` is its JSON-RPC code (docs/protocol.md). */
  ONBEHALF_RPC_ERROR = 1,
  /* Windows refused to connect. `code` is Windows' error: 2 no such pipe, 231 busy until the timeout, 5 refused. */
  ONBEHALF_WINDOWS_ERROR = 2,
  /* The connection failed or was closed. `code` is one of ONBEHALF_CONNECTION_... */
  ONBEHALF_CONNECTION_ERROR = 3,
  /* The pipe exists, but its server is not what `trust` requires. Nothing was sent. */
  ONBEHALF_NOT_TRUSTED = 4,
  /* No response in time. The service may still have done the work. The connection stays open. */
  ONBEHALF_TIMEOUT = 5,
  /* The call was cancelled, by onbehalf_cancel or by the service. `code` is -32800. */
  ONBEHALF_CANCELLED = 6,
  /* An argument is missing or wrong; the message names it. Nothing was sent. */
  ONBEHALF_INVALID_ARGUMENT = 7,
  ONBEHALF_OUT_OF_MEMORY = 8,
  /* A bug in the library. */
  ONBEHALF_INTERNAL_ERROR = 9
};

/* `code` of ONBEHALF_CONNECTION_ERROR. Each of them closes the connection. */
enum {
  ONBEHALF_CONNECTION_OTHER = 0,            /* the message says what */
  ONBEHALF_CONNECTION_RESET = 1,            /* the other end closed it */
  ONBEHALF_CONNECTION_BAD_MESSAGE = 2,      /* received data is not a frame or not JSON-RPC */
  ONBEHALF_CONNECTION_PROTOCOL = 3,         /* a response that matches no request */
  ONBEHALF_CONNECTION_ANSWER_TOO_LARGE = 4, /* over max_answer_bytes */
  ONBEHALF_CONNECTION_NOT_CONNECTED = 5,    /* it had already ended; nothing was sent */
  ONBEHALF_CONNECTION_CLOSED = 6            /* onbehalf_close or onbehalf_free_client ended it */
};

/* onbehalf_options.level: what the service may do with the caller's identity. Methods that act as the caller require
   ONBEHALF_LEVEL_IMPERSONATE. */
enum {
  ONBEHALF_LEVEL_DEFAULT = 0, /* impersonate on this computer, identify on another */
  ONBEHALF_LEVEL_ANONYMOUS = 1,
  ONBEHALF_LEVEL_IDENTIFY = 2,
  ONBEHALF_LEVEL_IMPERSONATE = 3
};

/* onbehalf_options.trust: who must be the server of the pipe. */
enum {
  ONBEHALF_TRUST_SERVICE = 0,   /* the installed service */
  ONBEHALF_TRUST_SAME_USER = 1, /* this process's user: services in a console, tests */
  ONBEHALF_TRUST_ANY = 2        /* no check: any server gets the requests and the identity */
};

/* No timeout. */
#define ONBEHALF_INFINITE 0xFFFFFFFFu

/* A connection and the calls on it. */
typedef struct onbehalf_client onbehalf_client;
/* One call started with onbehalf_call_async. */
typedef struct onbehalf_request onbehalf_request;

/* How to connect. Zero the structure, set `size`, then what should differ: zero is the default of every member. */
typedef struct onbehalf_options {
  uint32_t size;               /* sizeof(onbehalf_options) */
  int32_t level;               /* ONBEHALF_LEVEL_... */
  int32_t trust;               /* ONBEHALF_TRUST_... */
  uint32_t connect_timeout_ms; /* includes waiting for a free pipe instance; 0: 5000 */
  uint32_t call_timeout_ms;    /* of a call without its own; 0: 30000 */
  /* Delays of a call with ONBEHALF_IDEMPOTENT before reconnecting: the first, and (doubled each time) the longest. */
  uint32_t first_backoff_ms;   /* 0: 50 */
  uint32_t longest_backoff_ms; /* 0: 2000 */
  uint32_t reserved;           /* 0 */
  uint64_t max_answer_bytes;   /* a longer response closes the connection; 0: 16 MiB */
  const char* pipe;            /* NULL: the service's name in lower case */
  const char* server;          /* name of another computer; NULL: this computer */
  const char* service;         /* the service for ONBEHALF_TRUST_SERVICE; NULL: "OnBehalf" */
} onbehalf_options;

/* The details of an error. */
typedef struct onbehalf_error {
  uint32_t size; /* set by the library; members beyond it do not exist */
  onbehalf_status status;
  int32_t code; /* see onbehalf_status; 0 if the status has none */
  uint32_t reserved;
  const char* name;    /* of the code ("AccessDenied", "ERROR_FILE_NOT_FOUND"); "" if it has none */
  const char* message; /* human-readable; never NULL */
  const char* data;    /* JSON: the service's error data; NULL if it sent none */
  int64_t data_length; /* 0 without data */
} onbehalf_error;

/* A value of the call's $/progress as JSON, in order, never after the call has ended or its client was freed; NULL if
   out of memory. onbehalf_call runs it on the calling thread, onbehalf_call_async on the client's callback thread. */
typedef void(ONBEHALF_CALL* onbehalf_progress_callback)(void* user, const char* value, int64_t value_length);

/* The outcome of a call: ONBEHALF_OK with the result as JSON and no error, or another status with the error and no
   result. */
typedef void(ONBEHALF_CALL* onbehalf_done_callback)(void* user, onbehalf_status status, const char* result,
                                                    int64_t result_length, const onbehalf_error* error);

/* A notification of the service; params as JSON ("null" if it has none), NULL if out of memory. */
typedef void(ONBEHALF_CALL* onbehalf_notification_callback)(void* user, const char* method,
                                                            const char* params, int64_t params_length);

/* onbehalf_call_options.flags. The method may run twice without harm: if the connection is lost before the response, the
   client reconnects and repeats the call until its timeout. Other calls are sent at most once. */
#define ONBEHALF_IDEMPOTENT 0x1u

/* Options of one call; zero is the default of every member. */
typedef struct onbehalf_call_options {
  uint32_t size;       /* sizeof(onbehalf_call_options) */
  uint32_t timeout_ms; /* from the call to its response; 0: the client's call_timeout_ms */
  uint32_t flags;      /* ONBEHALF_IDEMPOTENT */
  uint32_t reserved;   /* 0 */
  /* If set, progress is requested; the parameters must then be an object or none. */
  onbehalf_progress_callback progress;
  void* progress_user; /* passed to it */
} onbehalf_call_options;

/* The version of the library ("0.1.0"). Never freed. */
ONBEHALF_API const char* ONBEHALF_CALL onbehalf_version(void);

/* The interface version of the library: the major number in the upper 16 bits, the minor one in the lower. */
ONBEHALF_API uint32_t ONBEHALF_CALL onbehalf_abi_version(void);

/* The error of the last call on this thread of a function that returns onbehalf_status, or of onbehalf_is_connected.
   Never NULL; valid until the next such call on this thread. Callbacks get the error of their call instead. */
ONBEHALF_API const onbehalf_error* ONBEHALF_CALL onbehalf_last_error(void);

/* Opens the pipe and verifies its server before the first byte is written. `options` may be NULL. Free the client with
   onbehalf_free_client. */
ONBEHALF_API onbehalf_status ONBEHALF_CALL onbehalf_connect(const onbehalf_options* options,
                                                            onbehalf_client** client);

/* Calls a method and waits for its result; free it with onbehalf_free_string. `options` and `result_length` may be
   NULL. */
ONBEHALF_API onbehalf_status ONBEHALF_CALL onbehalf_call(onbehalf_client* client, const char* method,
                                                         const char* params, int64_t params_length,
                                                         const onbehalf_call_options* options, char** result,
                                                         int64_t* result_length);

/* Sends the request without waiting for its response. If this returns ONBEHALF_OK, `done` is called exactly once, else
   never. All callbacks of a client run on its callback thread, one at a time, in the order in which the service sent
   their messages; `done` may be called before this returns. `options` and `request` may be NULL. The request, set before
   the first callback, is only needed to cancel; free it with onbehalf_free_request. */
ONBEHALF_API onbehalf_status ONBEHALF_CALL onbehalf_call_async(onbehalf_client* client, const char* method,
                                                               const char* params, int64_t params_length,
                                                               const onbehalf_call_options* options,
                                                               onbehalf_done_callback done, void* user,
                                                               onbehalf_request** request);

/* Asks the service to cancel the call. It still ends with `done`: usually with ONBEHALF_CANCELLED, or with its result
   if that was faster. Does nothing if the call has already ended or was already cancelled. */
ONBEHALF_API onbehalf_status ONBEHALF_CALL onbehalf_cancel(onbehalf_request* request);

/* Does not end the call. May be called in the call's own callbacks, and after the client was freed. NULL does
   nothing. */
ONBEHALF_API void ONBEHALF_CALL onbehalf_free_request(onbehalf_request* request);

/* Sends a notification: the service performs it, if the caller may, and never responds. */
ONBEHALF_API onbehalf_status ONBEHALF_CALL onbehalf_notify(onbehalf_client* client, const char* method,
                                                           const char* params, int64_t params_length);

/* Sets the handler for all notifications other than progress, called on the client's callback thread. NULL removes it.
   When this returns, the previous handler is not running any more (unless this is called in it). */
ONBEHALF_API onbehalf_status ONBEHALF_CALL onbehalf_on_notification(onbehalf_client* client,
                                                                    onbehalf_notification_callback handler,
                                                                    void* user);

/* 1, or 0 once the connection has failed or was closed. That is noticed when it is used, or at once while a call is
   running or a notification handler is set. 0 for NULL. */
ONBEHALF_API int32_t ONBEHALF_CALL onbehalf_is_connected(onbehalf_client* client);

/* Closes the connection and ends every running call (ONBEHALF_CONNECTION_CLOSED). Does not wait for callbacks. Later
   calls fail with ONBEHALF_CONNECTION_NOT_CONNECTED. */
ONBEHALF_API onbehalf_status ONBEHALF_CALL onbehalf_close(onbehalf_client* client);

/* Closes the connection and waits until all functions running on other threads and all callbacks have returned: each
   pending call ends with ONBEHALF_CONNECTION_CLOSED. Callbacks may use the client until then.

   In a callback of the same client this does not wait: the remaining callbacks follow on their thread after this one,
   may use the client, and the last of them frees it. Do not unload onbehalf.dll before that. NULL does nothing. */
ONBEHALF_API void ONBEHALF_CALL onbehalf_free_client(onbehalf_client* client);

/* Frees a result of onbehalf_call. NULL does nothing. */
ONBEHALF_API void ONBEHALF_CALL onbehalf_free_string(char* text);

#ifdef __cplusplus
}
#endif

#endif
