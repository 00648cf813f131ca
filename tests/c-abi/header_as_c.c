/* The public header alone, as C, and the layout of its structs, which programs built with it rely on permanently. */
#include <onbehalf/onbehalf.h>
#include <stddef.h>

#define HAS(name, condition) typedef char name[(condition) ? 1 : -1]
#define IS_AT(type, member, offset) HAS(type##_##member, offsetof(type, member) == (offset))

HAS(options_size, sizeof(onbehalf_options) == 64);
IS_AT(onbehalf_options, size, 0);
IS_AT(onbehalf_options, level, 4);
IS_AT(onbehalf_options, trust, 8);
IS_AT(onbehalf_options, connect_timeout_ms, 12);
IS_AT(onbehalf_options, call_timeout_ms, 16);
IS_AT(onbehalf_options, first_backoff_ms, 20);
IS_AT(onbehalf_options, longest_backoff_ms, 24);
IS_AT(onbehalf_options, reserved, 28);
IS_AT(onbehalf_options, max_answer_bytes, 32);
IS_AT(onbehalf_options, pipe, 40);
IS_AT(onbehalf_options, server, 48);
IS_AT(onbehalf_options, service, 56);

HAS(error_size, sizeof(onbehalf_error) == 48);
IS_AT(onbehalf_error, size, 0);
IS_AT(onbehalf_error, status, 4);
IS_AT(onbehalf_error, code, 8);
IS_AT(onbehalf_error, reserved, 12);
IS_AT(onbehalf_error, name, 16);
IS_AT(onbehalf_error, message, 24);
IS_AT(onbehalf_error, data, 32);
IS_AT(onbehalf_error, data_length, 40);

HAS(call_options_size, sizeof(onbehalf_call_options) == 32);
IS_AT(onbehalf_call_options, size, 0);
IS_AT(onbehalf_call_options, timeout_ms, 4);
IS_AT(onbehalf_call_options, flags, 8);
IS_AT(onbehalf_call_options, reserved, 12);
IS_AT(onbehalf_call_options, progress, 16);
IS_AT(onbehalf_call_options, progress_user, 24);
