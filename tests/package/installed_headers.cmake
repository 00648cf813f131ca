# The headers installed in PREFIX are exactly HEADERS (separated by commas).
file(GLOB_RECURSE installed RELATIVE "${PREFIX}/include" "${PREFIX}/include/*")
string(REPLACE "," ";" expected "${HEADERS}")
list(SORT installed)
list(SORT expected)
if(NOT installed STREQUAL expected)
  message(FATAL_ERROR "installed: ${installed}; expected: ${expected}")
endif()
