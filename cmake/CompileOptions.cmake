# onbehalf_compile_options: what every target of this project is compiled with. Linked PRIVATE, so nothing of it
# reaches those who use the libraries.
add_library(onbehalf_compile_options INTERFACE)
if(MSVC)
  # /bigobj: nlohmann/json and GoogleTest make more sections than an object may have without it. C4702 (unreachable code) comes from
  # the optimizer, for what templates of other libraries become, where no pragma around their headers reaches it.
  target_compile_options(onbehalf_compile_options
    INTERFACE /W4 /wd4702 /utf-8 /bigobj "$<$<COMPILE_LANGUAGE:CXX>:/permissive-;/EHsc>")
else()
  target_compile_options(onbehalf_compile_options INTERFACE -Wall -Wextra -Wconversion)
  # What Visual C++ warns of (C4456, C4457): a lambda's parameter or local with the name of a local outside.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    target_compile_options(onbehalf_compile_options INTERFACE -Wshadow-uncaptured-local)
  endif()
  # GCC 12 sees overflows in what its own std::string does where two are joined, and with a precompiled header it forgets that
  # it does not warn of what is in system headers. Clang and Visual C++ look at the same code.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    foreach(warning IN ITEMS array-bounds restrict stringop-overflow stringop-overread)
      target_compile_options(onbehalf_compile_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-${warning}>)
    endforeach()
  endif()
endif()
if(MINGW)
  # Functions and data that nothing uses are left out of programs, as Visual C++'s linker leaves them out.
  target_compile_options(onbehalf_compile_options INTERFACE -ffunction-sections -fdata-sections)
  target_link_options(onbehalf_compile_options INTERFACE -Wl,--gc-sections)
endif()
if(ONBEHALF_WARNINGS_AS_ERRORS)
  target_compile_options(onbehalf_compile_options INTERFACE $<IF:$<BOOL:${MSVC}>,/WX,-Werror>)
endif()
if(WIN32)
  # 0x0A00: Windows 10 and Server 2016 are the oldest systems this runs on.
  target_compile_definitions(onbehalf_compile_options
    INTERFACE UNICODE _UNICODE NOMINMAX WIN32_LEAN_AND_MEAN _WIN32_WINNT=0x0A00)
endif()
if(ONBEHALF_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
