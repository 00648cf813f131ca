/* SPDX-License-Identifier: MIT */
/* The interface between the service and a module: a DLL in the installation's modules folder that brings methods of its
   own. docs/modules.md has the rules for authors; onbehalf/module.hpp is the same for C++, with exceptions.

   A module exports one function, onbehalf_module_get. It describes the module; its `start` adds the methods; the service
   calls them until `stop`. A module is trusted code in the service's process.

   Text is UTF-8 and ends with NUL. Where a length stands beside it, it counts bytes without that NUL, and -1 says: up to
   the NUL. What a module gives is copied before the function returns. What it gets is valid as long as the object it came
   from: a call until its handler returns, a host until `stop` has returned.

   Structures begin with their size, which whoever fills one sets to its sizeof. Members are only ever added at the end, and
   are there if the size says so.

   No function of a module may throw, longjmp or end its thread. Functions of the host do not throw. */
#ifndef ONBEHALF_MODULE_H
#define ONBEHALF_MODULE_H

#include <stdint.h>

/* The calling convention of every function here: the one of C. On x64 and ARM64 there is but one. */
#define ONBEHALF_MODULE_CALL __cdecl

/* What this header declares. A service takes modules of the same major number and of no higher minor number. */
#define ONBEHALF_MODULE_ABI_MAJOR 1u
#define ONBEHALF_MODULE_ABI_MINOR 0u
#define ONBEHALF_MODULE_ABI (ONBEHALF_MODULE_ABI_MAJOR << 16 | ONBEHALF_MODULE_ABI_MINOR)

#ifdef __cplusplus
extern "C" {
#endif

/* One request as its method sees it, and the place for its answer. */
typedef struct onbehalf_module_call onbehalf_module_call;
/* Tells the service that a stream may have something again. */
typedef struct onbehalf_module_waker onbehalf_module_waker;
typedef struct onbehalf_module_host onbehalf_module_host;

/* What a function of the host says. New ones may come: treat one that you do not know as an error. */
typedef int32_t onbehalf_module_status;
enum {
  ONBEHALF_MODULE_OK = 0,
  /* An argument is missing or wrong: a null pointer, text that is not UTF-8 or no JSON, an unknown code. */
  ONBEHALF_MODULE_INVALID = 1,
  /* Not now: `log` on a thread that carries a caller's token, as_caller in a method that acts as its caller. */
  ONBEHALF_MODULE_NOT_NOW = 2,
  /* The thread did not become the caller. The call has its answer: why not. */
  ONBEHALF_MODULE_NOT_CALLER = 3,
  /* Larger than a response may be. */
  ONBEHALF_MODULE_TOO_LARGE = 4,
  ONBEHALF_MODULE_OUT_OF_MEMORY = 5
};

/* Of `log`. */
enum {
  ONBEHALF_MODULE_LOG_DEBUG = 0,
  ONBEHALF_MODULE_LOG_INFO = 1,
  ONBEHALF_MODULE_LOG_WARNING = 2,
  ONBEHALF_MODULE_LOG_ERROR = 3
};

/* Codes of `set_error` that a module has use for; docs/protocol.md has all that there are. */
enum {
  ONBEHALF_MODULE_INVALID_PARAMS = -32602,
  ONBEHALF_MODULE_INTERNAL_ERROR = -32603,
  ONBEHALF_MODULE_ACCESS_DENIED = -32010,
  ONBEHALF_MODULE_BUSY = -32012,
  ONBEHALF_MODULE_ANSWER_TOO_LARGE = -32016,
  ONBEHALF_MODULE_CANCELLED = -32800
};

/* What a step of a stream was. */
enum {
  ONBEHALF_MODULE_PIECE =
      0, /* set_result has the piece; `next` is called again when the client has room for another */
  ONBEHALF_MODULE_LATER = 1, /* nothing at the moment; `next` is called again once the waker has been */
  ONBEHALF_MODULE_END = 2    /* the call has its answer, a result or an error, and the stream is over */
};

/* onbehalf_module_method.flags */
/* The functions run under the caller's token, which must be of impersonation level; otherwise as the service. */
#define ONBEHALF_MODULE_ACTS_AS_CALLER 0x1u
/* Blocking I/O is not ended when the request is to end: for what writes files that must be whole. Such a handler asks
   is_stopped before it begins to write. Otherwise it ends with ERROR_OPERATION_ABORTED (995). */
#define ONBEHALF_MODULE_NOT_INTERRUPTIBLE 0x2u
/* The handler calls report_progress. */
#define ONBEHALF_MODULE_REPORTS_PROGRESS 0x4u

/* One parameter. Callers may pass parameters by name or by position, in their order here. */
typedef struct onbehalf_module_parameter {
  uint32_t size;       /* sizeof(onbehalf_module_parameter) */
  int32_t is_required; /* not 0: must be given. Required ones come before all others */
  /* Not 0: its value may stand in the audit, because it is no secret and not the caller's content. */
  int32_t is_audited;
  int32_t reserved;    /* 0 */
  const char* name;    /* letters, digits and _; not progressToken */
  const char* summary; /* one line */
  const char* schema;  /* JSON Schema, an object; docs/modules.md has the words that are checked */
} onbehalf_module_parameter;

/* A method: a handler, or a stream (open, next and close), or both. Then a request with a progressToken opens the stream, and
   every other one is the handler's. */
typedef struct onbehalf_module_method {
  uint32_t size;       /* sizeof(onbehalf_module_method) */
  uint32_t flags;      /* ONBEHALF_MODULE_ACTS_AS_CALLER, ... */
  const char* name;    /* namespace.method in letters, digits and _. The namespace is the module's own */
  const char* summary; /* one line */
  const char* result_schema; /* JSON Schema of the result, an object */
  const char*
      progress_schema; /* of a value of its progress or a piece of its stream; NULL if it has none, or any */
  /* Who may call (GX) and see (GR) it until an administrator says otherwise: an SDDL DACL. NULL: "D:", nobody but
     administrators. "D:(A;;GR;;;AU)": whoever has logged on sees it. */
  const char* access_default;
  const onbehalf_module_parameter* parameters; /* an array; each as large as the first one says */
  uint32_t parameter_count;
  uint32_t reserved; /* 0 */
  void* context;     /* given to handler and open; valid until `stop` has returned */

  /* Answers a request: exactly one of set_result, set_error, fail_windows and fail; the last one counts, and none at all is
     InternalError. Runs on a thread of the service's pool for handlers, several at the same time. */
  void(ONBEHALF_MODULE_CALL* handler)(void* context, onbehalf_module_call* call);

  /* Opens a stream and returns it, or NULL after it has answered the call with an error. The waker is the module's from then
     on, also when it returns NULL: it is given back with free_waker, once. These three run on threads of the pool for
     handlers, for one stream one at a time. */
  void*(ONBEHALF_MODULE_CALL* open)(void* context, onbehalf_module_call* call, onbehalf_module_waker* waker);
  /* The next step, ONBEHALF_MODULE_PIECE and so on. Never for long, and never waiting for the client: while nothing is
     there it returns ONBEHALF_MODULE_LATER. `call` is of this step: what was got from an earlier one is gone. */
  int32_t(ONBEHALF_MODULE_CALL* next)(void* stream, onbehalf_module_call* call);
  /* Frees what open has returned: after END, or when the stream was ended. As the service, whatever the flags say. */
  void(ONBEHALF_MODULE_CALL* close)(void* stream);
} onbehalf_module_method;

/* What the service does for a module. Every function may be called on any thread unless it says otherwise. Those with a
   `call` only until the handler (or open, or next) that got it returns. */
struct onbehalf_module_host {
  uint32_t size;               /* of what the service has written: members beyond it are not there */
  uint32_t abi;                /* ONBEHALF_MODULE_ABI of the service */
  void* self;                  /* the service's own */
  const char* service_version; /* "0.1.0" */

  /* ---- In start ---- */

  /* Adds a method. Otherwise than ONBEHALF_MODULE_OK, the module is refused, and the service's log says why. */
  onbehalf_module_status(ONBEHALF_MODULE_CALL* add_method)(const onbehalf_module_host* host,
                                                           const onbehalf_module_method* method);
  /* Says why start returns another value than 0, for the administrator: which setting is wrong, what is missing. */
  void(ONBEHALF_MODULE_CALL* refuse)(const onbehalf_module_host* host, const char* why);

  /* ---- At any time ---- */

  /* A line in the service's log, with the module's name. Control characters are escaped, and long text is cut. */
  onbehalf_module_status(ONBEHALF_MODULE_CALL* log)(const onbehalf_module_host* host, int32_t level,
                                                    const char* text);

  /* ---- What a call is ---- */

  /* The parameters by name: the text of a JSON object, checked against their schemas. `length` may be NULL. NULL if there
     is no memory for it. On the thread that runs the handler. */
  const char*(ONBEHALF_MODULE_CALL* params)(onbehalf_module_call* call, int64_t* length);
  /* Names the request in the audit and in the service's log. */
  const char*(ONBEHALF_MODULE_CALL* request_id)(onbehalf_module_call* call);
  /* The caller's user as S-1-... NULL if there is no memory for it. On the thread that runs the handler. */
  const char*(ONBEHALF_MODULE_CALL* caller_sid)(onbehalf_module_call* call);
  /* The caller's impersonation token, a HANDLE, borrowed. Closing it or changing it is a defect. */
  void*(ONBEHALF_MODULE_CALL* caller_token)(onbehalf_module_call* call);
  /* Not 0 when the call is to end: its caller has cancelled it or gone, its deadline has passed, the service stops. */
  int32_t(ONBEHALF_MODULE_CALL* is_stopped)(onbehalf_module_call* call);
  /* The same as an event, a HANDLE, borrowed, for WaitForMultipleObjects. NULL if Windows gives none. */
  void*(ONBEHALF_MODULE_CALL* stop_event)(onbehalf_module_call* call);
  /* Until the call is answered with DeadlineExceeded, whatever it does; 0 after that, -1 for a stream, which has no
     deadline. */
  int64_t(ONBEHALF_MODULE_CALL* milliseconds_left)(onbehalf_module_call* call);
  /* Not 0 when the caller has asked for progress. */
  int32_t(ONBEHALF_MODULE_CALL* wants_progress)(onbehalf_module_call* call);

  /* ---- What becomes of it ---- */

  /* Tells the caller how far it has come, any JSON. Nothing happens if that is not wanted. */
  onbehalf_module_status(ONBEHALF_MODULE_CALL* report_progress)(onbehalf_module_call* call, const char* json,
                                                                int64_t length);
  /* The result, or a stream's piece or its last result: any JSON. Anything else is ONBEHALF_MODULE_INVALID, and the call is
     answered with InternalError unless another answer follows. */
  onbehalf_module_status(ONBEHALF_MODULE_CALL* set_result)(onbehalf_module_call* call, const char* json,
                                                           int64_t length);
  /* An error. `message` is for the caller (NULL: the code's own sentence) and says nothing of the inside; `data_json` may be
     NULL. */
  onbehalf_module_status(ONBEHALF_MODULE_CALL* set_error)(onbehalf_module_call* call, int32_t code,
                                                          const char* message, const char* data_json);
  /* Windows has refused: `code` of GetLastError, and the name of the function that said so ("OpenProcess"; no path, no
     secret). Answered as WindowsError; as what has ended it, when the call was to end and the code says that it was
     cancelled (995, 1223). */
  onbehalf_module_status(ONBEHALF_MODULE_CALL* fail_windows)(onbehalf_module_call* call, uint32_t code,
                                                             const char* function);
  /* Something else has failed. Answered as InternalError; `what` goes to the service's log and never to the caller. */
  onbehalf_module_status(ONBEHALF_MODULE_CALL* fail)(onbehalf_module_call* call, const char* what);

  /* Runs `work(context)` on this thread under the caller's token, for methods that act as the service and do a part of their
     work as their caller, and returns when it has. In it the rules of methods that act as their caller hold (docs/modules.md).
     ONBEHALF_MODULE_NOT_CALLER when it did not run. Only on the thread that runs the handler. */
  onbehalf_module_status(ONBEHALF_MODULE_CALL* as_caller)(onbehalf_module_call* call,
                                                          void(ONBEHALF_MODULE_CALL* work)(void* context),
                                                          void* context);

  /* Says that the stream may have something again. Never waits, fails or takes memory; on any thread, also one that holds a
     lock, until the waker is given back. After the stream has ended nothing happens. */
  void(ONBEHALF_MODULE_CALL* wake)(onbehalf_module_waker* waker);
  void(ONBEHALF_MODULE_CALL* free_waker)(onbehalf_module_waker* waker);
};

/* What onbehalf_module_get returns: valid as long as the process lives. */
typedef struct onbehalf_module_description {
  uint32_t size;       /* sizeof(onbehalf_module_description) */
  uint32_t abi;        /* ONBEHALF_MODULE_ABI */
  const char* name;    /* as its file is called, without .dll */
  const char* version; /* for people: service.status shows it */
  /* Called once, before the service listens: adds the methods. `settings` is a JSON object, the module's own in the service's
     settings (modules.load). Returns 0, or another value to refuse them, after `refuse` has said why: then the service does
     not start, and nothing else is called. */
  int32_t(ONBEHALF_MODULE_CALL* start)(const onbehalf_module_host* host, const char* settings,
                                       int64_t settings_length);
  /* Called once after start has returned 0, when no call runs and none will come: ends the module's threads and frees what
     it holds. Also when the service does not start after all, because it refuses a method of this module, another module or
     something else. Within ten seconds, or the process ends without it. Not called when calls have not ended. May be NULL. */
  void(ONBEHALF_MODULE_CALL* stop)(void);
} onbehalf_module_description;

/* The module's one export. `host_abi` is ONBEHALF_MODULE_ABI of the service. NULL: not for this service. */
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
