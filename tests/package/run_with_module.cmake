# Puts MODULE into the folder of modules of the service in FOLDER, and runs PROGRAM there. EMULATOR runs it, if there is one.
file(COPY "${MODULE}" DESTINATION "${FOLDER}/modules")
execute_process(COMMAND ${EMULATOR} "${FOLDER}/${PROGRAM}" COMMAND_ERROR_IS_FATAL ANY)
