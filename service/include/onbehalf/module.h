/* SPDX-License-Identifier: MIT */
/* The interface between the service and a module: a DLL in the installation's modules folder that adds its own methods.
   docs/modules.md has the rules for authors; onbehalf/module.hpp is the same for C++, with exceptions.

   A module exports one function, onbehalf_module_get, which describes it. Its `start` adds the methods; the service calls
   them until `stop`. A module is trusted code in the service's process.

   Text is UTF-8 and ends with NUL. An accompanying length counts bytes without that NUL; -1 means up to the NUL. What a
   module passes is copied before the function returns. What it receives is valid as long as the object it came from: a
   call until its handler returns, a host until `stop` has returned.

   Structures begin with their size; the side that fills one sets it to its sizeof. Members are only ever added at the end
   and are present if the size covers them.

   Functions of a module must not throw, longjmp or end their thread. Functions of the host do not throw. */
#ifndef ONBEHALF_MODULE_H
#define ONBEHALF_MODULE_H

#include <stdint.h>

/* The calling convention of every function here, that of C. x64 and ARM64 have only one. */
#define ONBEHALF_MODULE_CALL __cdecl

/* The version of this header. A service accepts modules of the same major and of no higher minor version. */
#define ONBEHALF_MODULE_ABI_MAJOR 1u
#define ONBEHALF_MODULE_ABI_MINOR 0u
#define ONBEHALF_MODULE_ABI (ONBEHALF_MODULE_ABI_MAJOR << 16 | ONBEHALF_MODULE_ABI_MINOR)

#ifdef __cplusplus
extern "C" {
#endif

/* One request as its method sees it; also receives its answer. */
typedef struct onbehalf_module_call onbehalf_module_call;
/* Signals the service that a stream may have data again. */
typedef struct onbehalf_module_waker onbehalf_module_waker;
typedef struct onbehalf_module_host onbehalf_module_host;

/* Return values of the host's functions. More may be added: treat an unknown one as an error. */
typedef int32_t onbehalf_module_status;
enum {
  ONBEHALF_MODULE_OK = 0,
  /* An argument is missing or wrong: a null pointer, text that is not UTF-8 or not JSON, an unknown code. */
  ONBEHALF_MODULE_INVALID = 1,
  /* Not allowed now: `log` on a thread that carries a caller's token, as_caller in a method that acts as its caller. */
  ONBEHALF_MODULE_NOT_NOW = 2,
  /* The thread did not become the caller. The call has been answered with the reason. */
  ONBEHALF_MODULE_NOT_CALLER = 3,
  /* Larger than a response may be. */
  ONBEHALF_MODULE_TOO_LARGE = 4,
  ONBEHALF_MODULE_OUT_OF_MEMORY = 5
};

/* Levels for `log`. */
enum {
  ONBEHALF_MODULE_LOG_DEBUG = 0,
  ONBEHALF_MODULE_LOG_INFO = 1,
  ONBEHALF_MODULE_LOG_WARNING = 2,
  ONBEHALF_MODULE_LOG_ERROR = 3
};

/* Codes for `set_error` that modules may need; docs/protocol.md lists all of them. */
enum {
  ONBEHALF_MODULE_INVALID_PARAMS = -32602,
  ONBEHALF_MODULE_INTERNAL_ERROR = -32603,
  ONBEHALF_MODULE_ACCESS_DENIED = -32010,
  ONBEHALF_MODULE_BUSY = -32012,
  ONBEHALF_MODULE_ANSWER_TOO_LARGE = -32016,
  ONBEHALF_MODULE_CANCELLED = -32800
};

/* Results of a stream's step. */
enum {
  ONBEHALF_MODULE_PIECE =
      0, /* set_result has the piece; `next` is called again when the client has room for another */
  ONBEHALF_MODULE_LATER = 1, /* nothing now; `next` is called again after `wake` */
  ONBEHALF_MODULE_END = 2    /* the call has its answer, a result or an error, and the stream is over */
};

/* onbehalf_module_method.flags */
/* The functions run under the caller's token, which must be of impersonation level; otherwise as the service. */
#define ONBEHALF_MODULE_ACTS_AS_CALLER 0x1u
/* Blocking I/O is not cancelled when the request must end: for handlers that write files that must be complete. Such a
   handler checks is_stopped before it begins to write. Without this flag I/O ends with ERROR_OPERATION_ABORTED (995). */
#define ONBEHALF_MODULE_NOT_INTERRUPTIBLE 0x2u
/* The handler calls report_progress. */
#define ONBEHALF_MODULE_REPORTS_PROGRESS 0x4u

/* One parameter. Callers may pass parameters by name or by position, in their order here. */
typedef struct onbehalf_module_parameter {
  uint32_t size;       /* sizeof(onbehalf_module_parameter) */
  int32_t is_required; /* not 0: required. Required parameters come before all others */
  /* Not 0: the value may be written to the audit, because it is neither a secret nor the caller's content. */
  int32_t is_audited;
  int32_t reserved;    /* 0 */
  const char* name;    /* letters, digits and _; not progressToken */
  const char* summary; /* one line */
  const char* schema;  /* JSON Schema, an object; docs/modules.md lists the supported keywords */
} onbehalf_module_parameter;

/* A method: a handler, a stream (open, next and close), or both. With both, a request with a progressToken opens the stream,
   and every other request goes to the handler. */
typedef struct onbehalf_module_method {
  uint32_t size;       /* sizeof(onbehalf_module_method) */
  uint32_t flags;      /* ONBEHALF_MODULE_ACTS_AS_CALLER, ... */
  const char* name;    /* namespace.method in letters, digits and _. The namespace is the module's own */
  const char* summary; /* one line */
  const char* result_schema;   /* JSON Schema of the result, an object */
  const char* progress_schema; /* of a progress value or a piece of its stream; NULL: none, or any value */
  /* Who may call (GX) and see (GR) it until an administrator changes it: an SDDL DACL. NULL: "D:", administrators only.
     "D:(A;;GR;;;AU)": every authenticated user sees it. */
  const char* access_default;
  const onbehalf_module_parameter* parameters; /* an array; all have the size of the first */
  uint32_t parameter_count;
  uint32_t reserved; /* 0 */
  void* context;     /* given to handler and open; valid until `stop` has returned */

  /* Answers a request with exactly one of set_result, set_error, fail_windows and fail. The last call counts; without one
     the answer is InternalError. Runs on threads of the service's handler pool, several at the same time. */
  void(ONBEHALF_MODULE_CALL* handler)(void* context, onbehalf_module_call* call);

  /* Opens a stream and returns it, or returns NULL after answering the call with an error. The module owns the waker from
     then on, even if it returns NULL, and must free it once with free_waker. open, next and close run on handler pool
     threads, one at a time for each stream. */
  void*(ONBEHALF_MODULE_CALL* open)(void* context, onbehalf_module_call* call, onbehalf_module_waker* waker);
  /* Returns the next step (ONBEHALF_MODULE_PIECE etc.). Must be quick and never wait for the client: if there is nothing
     to send it returns ONBEHALF_MODULE_LATER. `call` is valid for this step only, and so is everything got from it. */
  int32_t(ONBEHALF_MODULE_CALL* next)(void* stream, onbehalf_module_call* call);
  /* Frees what open returned: after END, or when the stream was ended. Always runs as the service, whatever the flags. */
  void(ONBEHALF_MODULE_CALL* close)(void* stream);
} onbehalf_module_method;

/* The functions that the service provides to a module. They may be called on any thread unless noted. Those with a `call`
   may be called only until the handler (or open, or next) that received it returns. */
struct onbehalf_module_host {
  uint32_t size;               /* of what the service filled in: members beyond it do not exist */
  uint32_t abi;                /* ONBEHALF_MODULE_ABI of the service */
  void* self;                  /* private to the service */
  const char* service_version; /* "0.1.0" */

  /* ---- In start ---- */

  /* Adds a method. Unless the status is ONBEHALF_MODULE_OK, the module is refused, and the service's log says why. */
  onbehalf_module_status(ONBEHALF_MODULE_CALL* add_method)(const onbehalf_module_host* host,
                                                           const onbehalf_module_method* method);
  /* Tells the administrator why start returns a value other than 0: which setting is wrong, what is missing. */
  void(ONBEHALF_MODULE_CALL* refuse)(const onbehalf_module_host* host, const char* why);

  /* ---- At any time ---- */

  /* Writes a line to the service's log, with the module's name. Control characters are escaped; long text is truncated. */
  onbehalf_module_status(ONBEHALF_MODULE_CALL* log)(const onbehalf_module_host* host, int32_t level,
                                                    const char* text);

  /* ---- Facts about a call ---- */

  /* The parameters by name: the text of a JSON object, validated against their schemas. `length` may be NULL. Returns NULL
     if out of memory. Only on the thread that runs the handler. */
  const char*(ONBEHALF_MODULE_CALL* params)(onbehalf_module_call* call, int64_t* length);
  /* Identifies the request in the audit and in the service's log. */
  const char*(ONBEHALF_MODULE_CALL* request_id)(onbehalf_module_call* call);
  /* The caller's user as S-1-..., or NULL if out of memory. Only on the thread that runs the handler. */
  const char*(ONBEHALF_MODULE_CALL* caller_sid)(onbehalf_module_call* call);
  /* The caller's impersonation token, a borrowed HANDLE. The module must not close or change it. */
  void*(ONBEHALF_MODULE_CALL* caller_token)(onbehalf_module_call* call);
  /* Not 0 when the call must end: it was cancelled, its deadline passed, the client disconnected or the service stops. */
  int32_t(ONBEHALF_MODULE_CALL* is_stopped)(onbehalf_module_call* call);
  /* The same as an event, a borrowed HANDLE, for WaitForMultipleObjects. NULL if Windows could not create it. */
  void*(ONBEHALF_MODULE_CALL* stop_event)(onbehalf_module_call* call);
  /* Time until the service answers the call with DeadlineExceeded, whatever the handler does; 0 after that, -1 for a
     stream, which has no deadline. */
  int64_t(ONBEHALF_MODULE_CALL* milliseconds_left)(onbehalf_module_call* call);
  /* Not 0 if the caller asked for progress. */
  int32_t(ONBEHALF_MODULE_CALL* wants_progress)(onbehalf_module_call* call);

  /* ---- Answering a call ---- */

  /* Sends progress to the caller: any JSON. Does nothing if the caller did not ask for it. */
  onbehalf_module_status(ONBEHALF_MODULE_CALL* report_progress)(onbehalf_module_call* call, const char* json,
                                                                int64_t length);
  /* The result, or a stream's piece or last result: any JSON. Invalid JSON returns ONBEHALF_MODULE_INVALID, and the call is
     answered with InternalError unless another answer follows. */
  onbehalf_module_status(ONBEHALF_MODULE_CALL* set_result)(onbehalf_module_call* call, const char* json,
                                                           int64_t length);
  /* An error. `message` is for the caller (NULL: the code's default message) and must not reveal internals; `data_json` may
     be NULL. */
  onbehalf_module_status(ONBEHALF_MODULE_CALL* set_error)(onbehalf_module_call* call, int32_t code,
                                                          const char* message, const char* data_json);
  /* A Windows function failed: `code` from GetLastError, and the function's name ("OpenProcess"; no path, no secret).
     Answered as WindowsError; but if the call must end and the code says cancelled (995, 1223), with the reason why it
     ended. */
  onbehalf_module_status(ONBEHALF_MODULE_CALL* fail_windows)(onbehalf_module_call* call, uint32_t code,
                                                             const char* function);
  /* Another failure. Answered as InternalError; `what` goes to the service's log and never to the caller. */
  onbehalf_module_status(ONBEHALF_MODULE_CALL* fail)(onbehalf_module_call* call, const char* what);

  /* Runs `work(context)` on this thread under the caller's token and returns when it is done, for methods that act as the
     service and do part of their work as the caller. `work` must follow the rules for methods that act as their caller
     (docs/modules.md). ONBEHALF_MODULE_NOT_CALLER if it did not run. Only on the thread that runs the handler. */
  onbehalf_module_status(ONBEHALF_MODULE_CALL* as_caller)(onbehalf_module_call* call,
                                                          void(ONBEHALF_MODULE_CALL* work)(void* context),
                                                          void* context);

  /* Signals that the stream may have data again. Never waits, fails or allocates; any thread, including one that holds a
     lock, until the waker is freed. No effect after the stream has ended. */
  void(ONBEHALF_MODULE_CALL* wake)(onbehalf_module_waker* waker);
  void(ONBEHALF_MODULE_CALL* free_waker)(onbehalf_module_waker* waker);
};

/* What onbehalf_module_get returns. Must stay valid for the life of the process. */
typedef struct onbehalf_module_description {
  uint32_t size;       /* sizeof(onbehalf_module_description) */
  uint32_t abi;        /* ONBEHALF_MODULE_ABI */
  const char* name;    /* the file name without .dll */
  const char* version; /* for people; service.status shows it */
  /* Called once, before the service listens; adds the methods. `settings` is a JSON object: the module's settings in
     modules.load. Returns 0, or another value to reject them after calling `refuse` with the reason: the service then does
     not start, and no other function is called. */
  int32_t(ONBEHALF_MODULE_CALL* start)(const onbehalf_module_host* host, const char* settings,
                                       int64_t settings_length);
  /* Called once after start has returned 0, when no call runs and none will come: ends the module's threads and frees its
     resources. Also if the service then does not start, because it refuses a method of this module, another module or
     something else. Within ten seconds, or the process ends without it. Not called if calls have not ended. May be NULL. */
  void(ONBEHALF_MODULE_CALL* stop)(void);
} onbehalf_module_description;

/* The module's only export. `host_abi` is ONBEHALF_MODULE_ABI of the service. Returns NULL if it cannot run in it. */
typedef const onbehalf_module_description*(ONBEHALF_MODULE_CALL* onbehalf_module_get_function)(
    uint32_t host_abi);

#if defined(ONBEHALF_BUILDING_MODULE)
__declspec(dllexport) const onbehalf_module_description* ONBEHALF_MODULE_CALL
    onbehalf_module_get(uint32_t host_abi);
#endif

#ifdef __cplusplus
}
#endif

#endif
