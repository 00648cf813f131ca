# onbehalf_precompile_headers(TARGET...): makes the targets use one shared precompiled header for the most expensive
# headers, which works because all have the same flags. Sources must still include what they use: they must compile
# without it too (CMAKE_DISABLE_PRECOMPILE_HEADERS=ON).
#
# The project's only header in it is lean_windows.h, so that changing another header recompiles only its users.
# protocol does not use it: it is portable, and <windows.h> would hide portability errors. Other
# portable code is also built natively, where the header has no <windows.h>.
set(onbehalf_precompiled
  <algorithm> <array> <atomic> <charconv> <chrono> <cstddef> <cstdint> <cstdio> <cstring> <deque> <exception> <filesystem>
  <functional> <future> <initializer_list> <limits> <map> <memory> <mutex> <optional> <set> <span> <stdexcept> <stop_token> <string>
  <string_view> <system_error> <thread> <type_traits> <unordered_map> <utility> <variant> <vector>
  <nlohmann/json.hpp>)
if(WIN32)
  list(APPEND onbehalf_precompiled "${PROJECT_SOURCE_DIR}/protocol/win32/include/onbehalf/win32/lean_windows.h")
endif()

# onbehalf_add_precompiled(NAME HEADER...): a target that only builds a precompiled header.
function(onbehalf_add_precompiled name)
  set(source "${CMAKE_BINARY_DIR}/precompiled/${name}.cpp")
  file(CONFIGURE OUTPUT "${source}" CONTENT "// A target needs a source.\n" @ONLY)
  add_library(${name} STATIC "${source}")
  target_precompile_headers(${name} PRIVATE ${ARGN})
  target_link_libraries(${name} PRIVATE nlohmann_json::nlohmann_json onbehalf_compile_options)
endfunction()

onbehalf_add_precompiled(onbehalf_precompiled ${onbehalf_precompiled})
if(NOT WIN32)
  # Options of the targets that use the header natively, which are for tests only. With the sanitizers' checks, -O2 takes more
  # than twice as long to compile. -g1 has what stack traces need.
  set(onbehalf_native_options -O0 -g1)
  target_compile_options(onbehalf_precompiled PRIVATE ${onbehalf_native_options})
endif()

function(onbehalf_precompile_headers)
  foreach(target IN LISTS ARGN)
    target_precompile_headers(${target} REUSE_FROM onbehalf_precompiled)
  endforeach()
endfunction()
