# Programs and DLLs ship without debug information; it lies beside them in a file of its own. With MSVC that is the .pdb, which
# the linker writes. With MinGW it is NAME.debug, to which the program has a link (.gnu_debuglink), so that gdb finds it;
# addr2line is given the .debug file itself.
#
# A program under Wine has its whole file in memory, debug sections too: they would be nine tenths of it.
if(MINGW AND NOT CMAKE_OBJCOPY)
  message(FATAL_ERROR "objcopy of the MinGW toolchain is missing: without it there are no programs without debug information")
endif()

# onbehalf_separate_symbols(TARGET...)
function(onbehalf_separate_symbols)
  if(NOT MINGW)
    return()
  endif()
  foreach(target IN LISTS ARGN)
    set(file "$<TARGET_FILE:${target}>")
    add_custom_command(TARGET ${target} POST_BUILD
      COMMAND "${CMAKE_OBJCOPY}" --only-keep-debug "${file}" "${file}.debug"
      COMMAND "${CMAKE_OBJCOPY}" --strip-all "--add-gnu-debuglink=${file}.debug" "${file}"
      VERBATIM)
  endforeach()
endfunction()
