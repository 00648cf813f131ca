# Programs and DLLs ship without debug information, which is in a separate file next to them. With MSVC that is the
# .pdb, which the linker writes. With MinGW it is NAME.debug, to which the program has a link (.gnu_debuglink), so
# that gdb finds it; addr2line takes the .debug file itself.
#
# Wine keeps a program's whole file in memory, including debug sections, which would be nine tenths of it.
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
