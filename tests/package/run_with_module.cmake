# Puts MODULE into the folder of modules of the service in FOLDER, and runs RUN.
file(COPY "${MODULE}" DESTINATION "${FOLDER}/modules")
execute_process(COMMAND ${RUN} COMMAND_ERROR_IS_FATAL ANY)
