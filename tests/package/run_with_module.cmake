# Copies MODULE into the modules folder of the service in FOLDER, and runs PROGRAM there, with EMULATOR if it
# is set.
file(COPY "${MODULE}" DESTINATION "${FOLDER}/modules")
execute_process(COMMAND ${EMULATOR} "${FOLDER}/${PROGRAM}" COMMAND_ERROR_IS_FATAL ANY)
