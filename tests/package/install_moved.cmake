# Installs the build BUILD in the configuration CONFIG, and moves the result to PREFIX. COMPONENTS: only
# these, separated by commas.
foreach(folder IN ITEMS "${PREFIX}" "${PREFIX}.made")
  file(REMOVE_RECURSE "${folder}")
endforeach()
set(install "${CMAKE_COMMAND}" --install "${BUILD}" --config "${CONFIG}" --prefix "${PREFIX}.made")
if(NOT COMPONENTS)
  execute_process(COMMAND ${install} COMMAND_ERROR_IS_FATAL ANY)
endif()
string(REPLACE "," ";" components "${COMPONENTS}")
foreach(component IN LISTS components)
  execute_process(COMMAND ${install} --component ${component} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
file(RENAME "${PREFIX}.made" "${PREFIX}")
