"""Calls OnBehalf from Python for Windows with only ctypes and onbehalf.dll.

    python onbehalf_ctypes.py [--async] [METHOD [PARAMS]]

PARAMS is JSON; METHOD defaults to identity.whoami. With --async the call shows its progress on standard error.

onbehalf.dll must be next to this file, or the environment variable ONBEHALF_DLL must be its path. The environment
variables ONBEHALF_PIPE and ONBEHALF_TRUST (service, same-user, any) change how it connects.
"""

import concurrent.futures
import ctypes
import itertools
import json
import os
import pathlib
import sys
from ctypes import POINTER, c_char_p, c_int32, c_int64, c_uint32, c_uint64, c_void_p

OK = 0
TRUST = {"service": 0, "same-user": 1, "any": 2}

# The library uses C's calling convention: CFUNCTYPE and CDLL.
ProgressCallback = ctypes.CFUNCTYPE(None, c_void_p, c_char_p, c_int64)
NotificationCallback = ctypes.CFUNCTYPE(None, c_void_p, c_char_p, c_char_p, c_int64)


class Options(ctypes.Structure):
    _fields_ = [
        ("size", c_uint32),
        ("level", c_int32),
        ("trust", c_int32),
        ("connect_timeout_ms", c_uint32),
        ("call_timeout_ms", c_uint32),
        ("first_backoff_ms", c_uint32),
        ("longest_backoff_ms", c_uint32),
        ("reserved", c_uint32),
        ("max_answer_bytes", c_uint64),
        ("pipe", c_char_p),
        ("server", c_char_p),
        ("service", c_char_p),
    ]


class Error(ctypes.Structure):
    _fields_ = [
        ("size", c_uint32),
        ("status", c_int32),
        ("code", c_int32),
        ("reserved", c_uint32),
        ("name", c_char_p),
        ("message", c_char_p),
        ("data", c_char_p),
        ("data_length", c_int64),
    ]


class CallOptions(ctypes.Structure):
    _fields_ = [
        ("size", c_uint32),
        ("timeout_ms", c_uint32),
        ("flags", c_uint32),
        ("reserved", c_uint32),
        ("progress", ProgressCallback),
        ("progress_user", c_void_p),
    ]


DoneCallback = ctypes.CFUNCTYPE(None, c_void_p, c_int32, c_char_p, c_int64, POINTER(Error))

# Results are c_void_p, not c_char_p, which ctypes would convert to bytes and so lose the address to free.
FUNCTIONS = {
    "onbehalf_version": (c_char_p, []),
    "onbehalf_abi_version": (c_uint32, []),
    "onbehalf_last_error": (POINTER(Error), []),
    "onbehalf_connect": (c_int32, [POINTER(Options), POINTER(c_void_p)]),
    "onbehalf_call": (
        c_int32,
        [c_void_p, c_char_p, c_char_p, c_int64, POINTER(CallOptions), POINTER(c_void_p), POINTER(c_int64)],
    ),
    "onbehalf_call_async": (
        c_int32,
        [
            c_void_p,
            c_char_p,
            c_char_p,
            c_int64,
            POINTER(CallOptions),
            DoneCallback,
            c_void_p,
            POINTER(c_void_p),
        ],
    ),
    "onbehalf_cancel": (c_int32, [c_void_p]),
    "onbehalf_free_request": (None, [c_void_p]),
    "onbehalf_notify": (c_int32, [c_void_p, c_char_p, c_char_p, c_int64]),
    "onbehalf_on_notification": (c_int32, [c_void_p, NotificationCallback, c_void_p]),
    "onbehalf_is_connected": (c_int32, [c_void_p]),
    "onbehalf_close": (c_int32, [c_void_p]),
    "onbehalf_free_client": (None, [c_void_p]),
    "onbehalf_free_string": (None, [c_void_p]),
}


class OnBehalfError(Exception):
    """An error from the service, Windows or the library; `status` is one of ONBEHALF_... in onbehalf.h."""

    def __init__(self, error):
        name = error.name.decode()
        super().__init__(f"{name} ({error.code}): {error.message.decode()}" if name else error.message.decode())
        self.status = error.status
        self.code = error.code
        self.name = name
        self.data = json.loads(error.data) if error.data else None


def load(path):
    """Loads the library and declares the types of its functions."""
    library = ctypes.CDLL(str(path))
    for name, (result, arguments) in FUNCTIONS.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    return library


class Call:
    """A call in progress. `result` is a concurrent.futures.Future of its result or OnBehalfError."""

    def __init__(self, library, on_progress):
        self.result = concurrent.futures.Future()
        self.request = c_void_p()
        self.on_progress = on_progress
        self._library = library

    def cancel(self):
        """Asks the service to cancel; the call ends later, usually with the status ONBEHALF_CANCELLED."""
        self._library.onbehalf_cancel(self.request)

    def __del__(self):
        self._library.onbehalf_free_request(self.request)


class Client:
    """A connection, used as `with Client(...) as client:`. Any thread."""

    def __init__(self, library, pipe=None, trust="service"):
        self._library = library
        self._handle = c_void_p()
        self._calls = {}
        self._keys = itertools.count(1)
        # One callback for all calls, which `user` tells apart: ctypes must keep a callback alive until it is called.
        self._done_callback = DoneCallback(self._done)
        self._progress_callback = ProgressCallback(self._progress)
        options = Options(size=ctypes.sizeof(Options), trust=TRUST[trust], pipe=pipe.encode() if pipe else None)
        self._check(library.onbehalf_connect(ctypes.byref(options), ctypes.byref(self._handle)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._library.onbehalf_free_client(self._handle)

    def call(self, method, params=None):
        """Calls a method and returns its result. Raises OnBehalfError."""
        text = json.dumps(params).encode()
        result = c_void_p()
        length = c_int64()
        self._check(
            self._library.onbehalf_call(
                self._handle, method.encode(), text, len(text), None, ctypes.byref(result), ctypes.byref(length)
            )
        )
        try:
            return json.loads(ctypes.string_at(result, length.value))
        finally:
            self._library.onbehalf_free_string(result)

    def call_async(self, method, params=None, on_progress=None):
        """Calls a method and returns a Call at once. `on_progress(value)` runs on the client's thread."""
        text = json.dumps(params).encode()
        call = Call(self._library, on_progress)
        key = next(self._keys)
        options = CallOptions(size=ctypes.sizeof(CallOptions), progress_user=key)
        if on_progress:
            options.progress = self._progress_callback
        self._calls[key] = call
        try:
            self._check(
                self._library.onbehalf_call_async(
                    self._handle,
                    method.encode(),
                    text,
                    len(text),
                    ctypes.byref(options),
                    self._done_callback,
                    key,
                    ctypes.byref(call.request),
                )
            )
        except OnBehalfError:
            del self._calls[key]
            raise
        return call

    def _done(self, key, status, result, length, error):
        call = self._calls.pop(key)
        if status == OK:
            call.result.set_result(json.loads(result))
        else:
            call.result.set_exception(OnBehalfError(error.contents))

    def _progress(self, key, value, length):
        self._calls[key].on_progress(json.loads(value))

    def _check(self, status):
        if status != OK:
            raise OnBehalfError(self._library.onbehalf_last_error().contents)


def show_progress(value):
    print(f"progress: {json.dumps(value)}", file=sys.stderr)


def main(arguments):
    is_async = arguments[:1] == ["--async"]
    arguments = arguments[is_async:]
    method = arguments[0] if arguments else "identity.whoami"
    params = json.loads(arguments[1]) if len(arguments) > 1 else None
    default = pathlib.Path(__file__).resolve().parent / "onbehalf.dll"
    library = load(os.environ.get("ONBEHALF_DLL", default))
    try:
        trust = os.environ.get("ONBEHALF_TRUST", "service")
        with Client(library, os.environ.get("ONBEHALF_PIPE"), trust) as client:
            if is_async:
                call = client.call_async(method, params, show_progress)
                result = call.result.result()
            else:
                result = client.call(method, params)
            print(json.dumps(result))
    except OnBehalfError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
