# Makes a package nlohmann_json in TO from the headers in HEADERS (the folder with nlohmann/) with another
# version number only. The version is in the name of the inline namespace of all types, so to the compiler and
# the linker these are other types than those that OnBehalf was built with, as with any other release.
set(version 3.99.1)
file(REMOVE_RECURSE "${TO}")
file(GLOB_RECURSE headers RELATIVE "${HEADERS}" FOLLOW_SYMLINKS "${HEADERS}/nlohmann/*.hpp")
foreach(header IN LISTS headers)
  file(READ "${HEADERS}/${header}" text)
  # Where it is defined, and where a header checks whether another version was included before.
  string(REGEX REPLACE "(NLOHMANN_JSON_VERSION_MINOR( !=)? +)[0-9]+" "\\199" text "${text}")
  string(REGEX REPLACE "(NLOHMANN_JSON_VERSION_PATCH( !=)? +)[0-9]+" "\\11" text "${text}")
  file(WRITE "${TO}/include/${header}" "${text}")
endforeach()
file(WRITE "${TO}/nlohmann_json-config.cmake" [[
add_library(nlohmann_json::nlohmann_json INTERFACE IMPORTED)
target_include_directories(nlohmann_json::nlohmann_json INTERFACE "${CMAKE_CURRENT_LIST_DIR}/include")
]])
file(WRITE "${TO}/nlohmann_json-config-version.cmake" "
set(PACKAGE_VERSION ${version})
set(PACKAGE_VERSION_COMPATIBLE TRUE)
if(PACKAGE_FIND_VERSION STREQUAL PACKAGE_VERSION)
  set(PACKAGE_VERSION_EXACT TRUE)
endif()
")
