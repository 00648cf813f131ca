# The three dependencies, under the target names of their own CMake packages: nlohmann_json::nlohmann_json,
# spdlog::spdlog_header_only and GTest::gtest. On Windows they come from vcpkg.json. The cross builds use the
# distribution's packages: the two libraries are header-only and GoogleTest ships as source, so all three work for any
# target.
if(CMAKE_CROSSCOMPILING)
  # Makes only these folders visible: /usr/include itself would hide the cross compiler's headers.
  set(onbehalf_headers "${CMAKE_BINARY_DIR}/distribution-headers")
  file(MAKE_DIRECTORY "${onbehalf_headers}")
  foreach(folder IN ITEMS nlohmann spdlog fmt)
    if(NOT EXISTS "/usr/include/${folder}")
      message(FATAL_ERROR "/usr/include/${folder} is missing: install nlohmann-json3-dev, libspdlog-dev and libfmt-dev")
    endif()
    file(CREATE_LINK "/usr/include/${folder}" "${onbehalf_headers}/${folder}" SYMBOLIC)
  endforeach()
  file(STRINGS /usr/include/nlohmann/detail/abi_macros.hpp nlohmann_json_VERSION
       REGEX "^#define NLOHMANN_JSON_VERSION_(MAJOR|MINOR|PATCH) ")
  list(TRANSFORM nlohmann_json_VERSION REPLACE "^[^0-9]*([0-9]+).*" "\\1")
  list(JOIN nlohmann_json_VERSION "." nlohmann_json_VERSION)
  add_library(nlohmann_json::nlohmann_json INTERFACE IMPORTED GLOBAL)
  target_include_directories(nlohmann_json::nlohmann_json SYSTEM INTERFACE "${onbehalf_headers}")
  add_library(spdlog::spdlog_header_only INTERFACE IMPORTED GLOBAL)
  target_include_directories(spdlog::spdlog_header_only SYSTEM INTERFACE "${onbehalf_headers}")
  target_compile_definitions(spdlog::spdlog_header_only INTERFACE SPDLOG_FMT_EXTERNAL FMT_HEADER_ONLY)
else()
  find_package(nlohmann_json 3.11 REQUIRED)
  if(WIN32)
    find_package(spdlog 1.10 REQUIRED)
  else()
    # Hashes for the native build. Nothing that ships uses it.
    find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto)
  endif()
endif()
if(WIN32)
  # The log's file names are UTF-16, as on Windows. Header-only, so that an application that links the installed
  # service library needs neither spdlog nor fmt.
  add_library(onbehalf_spdlog INTERFACE)
  target_link_libraries(onbehalf_spdlog INTERFACE spdlog::spdlog_header_only)
  target_compile_definitions(onbehalf_spdlog INTERFACE SPDLOG_WCHAR_FILENAMES FMT_HEADER_ONLY)
endif()

if(ONBEHALF_BUILD_TESTS)
  if(EXISTS /usr/src/googletest/CMakeLists.txt)
    set(INSTALL_GTEST OFF CACHE BOOL "" FORCE)
    # The project links the runtime statically for MinGW; GoogleTest follows the toolchain file.
    add_subdirectory(/usr/src/googletest "${CMAKE_BINARY_DIR}/googletest" EXCLUDE_FROM_ALL SYSTEM)
    foreach(library IN ITEMS gtest gtest_main gmock)
      if(NOT TARGET GTest::${library})
        add_library(GTest::${library} ALIAS ${library})
      endif()
    endforeach()
  else()
    find_package(GTest 1.12 REQUIRED)
  endif()
  include(GoogleTest)
endif()
