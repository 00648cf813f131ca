# Makes PROGRAM write the module FOLDER into a folder of that name, and checks that it refuses to write it
# again. EMULATOR runs it, if set.
file(REMOVE_RECURSE "${FOLDER}")
execute_process(COMMAND ${EMULATOR} "${PROGRAM}" new-module ${FOLDER} COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${EMULATOR} "${PROGRAM}" new-module ${FOLDER} RESULT_VARIABLE result ERROR_VARIABLE error)
if(NOT result EQUAL 2 OR NOT error MATCHES "already exists")
  message(FATAL_ERROR "writing it again was not refused: ${result} ${error}")
endif()
