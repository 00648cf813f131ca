# onbehalf_compile_options: compile options of every target of this project. Linked PRIVATE, so that users of the
# libraries do not get them.
add_library(onbehalf_compile_options INTERFACE)
if(MSVC)
  # /bigobj: nlohmann/json and GoogleTest produce more sections than an object may have without it. C4702 (unreachable
  # code) comes from the optimizer for instances of other libraries' templates, where a pragma around their headers
  # has no effect.
  target_compile_options(onbehalf_compile_options
    INTERFACE /W4 /wd4702 /utf-8 /bigobj "$<$<COMPILE_LANGUAGE:CXX>:/permissive-;/EHsc>")
else()
  target_compile_options(onbehalf_compile_options INTERFACE -Wall -Wextra -Wconversion)
  # Like Visual C++'s C4456 and C4457: a lambda's parameter or local that shadows a local of the enclosing function.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    target_compile_options(onbehalf_compile_options INTERFACE -Wshadow-uncaptured-local)
  endif()
  # GCC 12 reports overflows in its own std::string when two strings are concatenated, and with a precompiled header
  # it also reports warnings in system headers. Clang and Visual C++ check the same code.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    foreach(warning IN ITEMS array-bounds restrict stringop-overflow stringop-overread)
      target_compile_options(onbehalf_compile_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-${warning}>)
    endforeach()
  endif()
endif()
if(MINGW)
  # Removes unused functions and data from programs, as Visual C++'s linker does.
  target_compile_options(onbehalf_compile_options INTERFACE -ffunction-sections -fdata-sections)
  target_link_options(onbehalf_compile_options INTERFACE -Wl,--gc-sections)
endif()
if(ONBEHALF_WARNINGS_AS_ERRORS)
  target_compile_options(onbehalf_compile_options INTERFACE $<IF:$<BOOL:${MSVC}>,/WX,-Werror>)
endif()
if(WIN32)
  # 0x0A00: Windows 10 and Server 2016, the oldest supported systems.
  target_compile_definitions(onbehalf_compile_options
    INTERFACE UNICODE _UNICODE NOMINMAX WIN32_LEAN_AND_MEAN _WIN32_WINNT=0x0A00)
endif()
if(ONBEHALF_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
