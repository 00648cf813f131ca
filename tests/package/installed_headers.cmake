# The headers installed in PREFIX are HEADERS (with commas between them) and no others.
file(GLOB_RECURSE installed RELATIVE "${PREFIX}/include" "${PREFIX}/include/*")
string(REPLACE "," ";" expected "${HEADERS}")
list(SORT installed)
list(SORT expected)
if(NOT installed STREQUAL expected)
  message(FATAL_ERROR "installed are ${installed}, and not ${expected}")
endif()
