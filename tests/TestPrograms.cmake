# Functions that define the programs and libraries of the tests for Windows.

# The product is compiled as it ships; -O2 would take a third longer for the tests themselves
# and prove nothing more.
if(NOT MSVC)
  set(onbehalf_test_options -Og)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # With -Og GCC reports members as uninitialized that a constructor in a header initializes.
    list(APPEND onbehalf_test_options -Wno-maybe-uninitialized)
  endif()
endif()
onbehalf_add_precompiled(onbehalf_precompiled_tests ${onbehalf_precompiled} <gtest/gtest.h>)
target_link_libraries(onbehalf_precompiled_tests PRIVATE GTest::gtest)
target_compile_options(onbehalf_precompiled_tests PRIVATE ${onbehalf_test_options})

# onbehalf_compile_as_test(TARGET): compiles a test library or program with the tests' flags and precompiled header.
function(onbehalf_compile_as_test target)
  target_compile_options(${target} PRIVATE ${onbehalf_test_options})
  # GoogleTest's own definitions must match those of the precompiled header.
  target_link_libraries(${target} PRIVATE GTest::gtest onbehalf_compile_options)
  target_precompile_headers(${target} REUSE_FROM onbehalf_precompiled_tests)
endfunction()

# onbehalf_add_test_library(NAME SOURCE...): sources that several test programs share, compiled once.
function(onbehalf_add_test_library name)
  add_library(${name} STATIC ${ARGN})
  target_include_directories(${name} PUBLIC "${PROJECT_SOURCE_DIR}/tests" "${CMAKE_CURRENT_SOURCE_DIR}")
  onbehalf_compile_as_test(${name})
endfunction()

# onbehalf_add_child_program(NAME SOURCE...): a program that tests start. Its entry point is wmain.
function(onbehalf_add_child_program name)
  add_executable(${name} ${ARGN})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
  onbehalf_compile_as_test(${name})
  onbehalf_separate_symbols(${name})
  if(MINGW)
    target_link_options(${name} PRIVATE -municode)
  endif()
endfunction()

# onbehalf_add_test_module(NAME SOURCE...): a module for the service, NAME.dll in the folder where the built service looks.
function(onbehalf_add_test_module name)
  add_library(onbehalf_module_${name} SHARED ${ARGN})
  set_target_properties(onbehalf_module_${name} PROPERTIES
    OUTPUT_NAME ${name} PREFIX "" RUNTIME_OUTPUT_DIRECTORY "${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/modules")
  target_link_libraries(onbehalf_module_${name} PRIVATE onbehalf::module onbehalf_compile_options)
  onbehalf_separate_symbols(onbehalf_module_${name})
endfunction()

# onbehalf_add_tests(NAME SOURCES SOURCE... LIBRARIES LIBRARY... [RUNS TARGET...] [PREFIX PREFIX] [NOT_IN_CTEST]): the test
# program onbehalf_NAME_tests. RUNS: what it starts or loads; built before it. PREFIX: prefix of its cases' names in CTest.
function(onbehalf_add_tests name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "NOT_IN_CTEST" "PREFIX" "SOURCES;LIBRARIES;RUNS")
  set(target onbehalf_${name}_tests)
  add_executable(${target} ${arg_SOURCES})
  target_include_directories(${target} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/tests")
  target_link_libraries(${target} PRIVATE ${arg_LIBRARIES} onbehalf_test_main)
  onbehalf_compile_as_test(${target})
  onbehalf_separate_symbols(${target})
  if(arg_RUNS)
    add_dependencies(${target} ${arg_RUNS})
  endif()
  if(NOT arg_NOT_IN_CTEST)
    # PRE_TEST: the cases are listed when ctest runs, so that a cross build needs no Wine. The timeout is longer than that of
    # the watchdog of support/test_main.cpp.
    gtest_discover_tests(${target} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
                         TEST_PREFIX "${arg_PREFIX}" PROPERTIES TIMEOUT 360)
  endif()
endfunction()
