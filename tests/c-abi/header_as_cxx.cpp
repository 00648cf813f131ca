// The public header alone, as C++: C linkage and C types for a caller in C++.
#include <onbehalf/onbehalf.h>

#include <type_traits>

static_assert(std::is_same_v<decltype(&onbehalf_is_connected), int32_t(ONBEHALF_CALL*)(onbehalf_client*)>);
static_assert(std::is_standard_layout_v<onbehalf_options> && std::is_trivially_copyable_v<onbehalf_options>);
static_assert(std::is_standard_layout_v<onbehalf_call_options> &&
              std::is_trivially_copyable_v<onbehalf_call_options>);
static_assert(std::is_standard_layout_v<onbehalf_error> && std::is_trivially_copyable_v<onbehalf_error>);
