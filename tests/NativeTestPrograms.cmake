# Test programs of the portable code, built natively.

onbehalf_add_precompiled(onbehalf_precompiled_tests ${onbehalf_precompiled} <gtest/gtest.h>)
target_link_libraries(onbehalf_precompiled_tests PRIVATE GTest::gtest)
target_compile_options(onbehalf_precompiled_tests PRIVATE ${onbehalf_native_options})

# onbehalf_add_native_tests(NAME SOURCES SOURCE... LIBRARIES LIBRARY...): the test program onbehalf_NAME_tests.
function(onbehalf_add_native_tests name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBRARIES")
  set(target onbehalf_${name}_tests)
  add_executable(${target} ${arg_SOURCES})
  target_include_directories(${target} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}" "${PROJECT_SOURCE_DIR}/tests")
  target_compile_options(${target} PRIVATE ${onbehalf_native_options})
  target_link_libraries(${target} PRIVATE ${arg_LIBRARIES} GTest::gtest GTest::gtest_main onbehalf_compile_options)
  target_precompile_headers(${target} REUSE_FROM onbehalf_precompiled_tests)
  gtest_discover_tests(${target} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 60)
endfunction()
