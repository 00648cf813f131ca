# cmake --install: what another project needs to build against OnBehalf (find_package(onbehalf CONFIG)) and what a
# machine needs to run it. The components:
#   protocol   the libraries that the others use, the error codes, the package's own files and the license
#   pipe       the headers of the pipe library, which needs neither nlohmann/json nor spdlog
#   client     the client library and, if it is built, onbehalf.dll with its import library
#   service    the service as a library, for applications that add methods
#   module     the headers for modules, which need nothing else
#   tools      onbehalf.exe, onbehalf-service.exe, the installer's scripts, the documentation and the license
#   symbols    the debug information of the programs and of onbehalf.dll, to be put next to them
# Only the headers that users of the libraries need are installed.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)
set(onbehalf_package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/onbehalf")

# An export set for each component of the package, so that one can be installed without the others.
install(TARGETS onbehalf_protocol EXPORT onbehalf-protocol ARCHIVE COMPONENT protocol)
# Apart from it, because programs that use only pipes have no nlohmann/json.
install(TARGETS onbehalf_win32 onbehalf_pipe EXPORT onbehalf-pipe ARCHIVE COMPONENT protocol)
set(onbehalf_pipe_headers capture_failure.h caller.h client.h client_process.h impersonation_failure.h pipe_end.h pipe_path.h security.h server.h server_end.h status.h
  stop_event.h)
list(TRANSFORM onbehalf_pipe_headers PREPEND protocol/pipe/include/onbehalf/pipe/)
install(FILES ${onbehalf_pipe_headers} DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/onbehalf/pipe" COMPONENT pipe)
set(onbehalf_pipe_win32 deadline.h impersonation_level.h lean_windows.h sid.h utf.h win32_error.h)
list(TRANSFORM onbehalf_pipe_win32 PREPEND protocol/win32/include/onbehalf/win32/)
install(FILES ${onbehalf_pipe_win32} DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/onbehalf/win32" COMPONENT pipe)
# The codes of RpcError::code() and of a handler's errors.
install(FILES protocol/include/onbehalf/protocol/error_code.h
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/onbehalf/protocol" COMPONENT protocol)
install(TARGETS onbehalf_client EXPORT onbehalf-client ARCHIVE COMPONENT client)
# client.h and what it includes, and onbehalf.h for the DLL.
install(DIRECTORY client-lib/include/
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT client FILES_MATCHING PATTERN "*.h")
# The texts of the service's events as a resource for an application's program. It refers to a file next to it.
add_library(onbehalf_event_texts INTERFACE)
set_target_properties(onbehalf_event_texts PROPERTIES EXPORT_NAME event_texts)
target_sources(onbehalf_event_texts INTERFACE
  $<INSTALL_INTERFACE:$<INSTALL_PREFIX>/${CMAKE_INSTALL_DATADIR}/onbehalf/event_messages.rc>)
target_include_directories(onbehalf_event_texts INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_DATADIR}/onbehalf>)
install(FILES "${CMAKE_BINARY_DIR}/service/generated/event_messages.rc" "${CMAKE_BINARY_DIR}/service/generated/MSG00409.bin"
        DESTINATION "${CMAKE_INSTALL_DATADIR}/onbehalf" COMPONENT service)
install(TARGETS onbehalf_service onbehalf_event_texts EXPORT onbehalf-service ARCHIVE COMPONENT service)
install(DIRECTORY service/include/onbehalf/service
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/onbehalf" COMPONENT service FILES_MATCHING PATTERN "*.h")
# The headers that the service's headers include (Error, Result and Json; limits of the settings; SID, token and
# handle of a caller), and those that handlers need to call Windows functions: Win32Error, which becomes the error
# response, and UTF-16.
install(FILES
  protocol/include/onbehalf/protocol/error.h
  protocol/include/onbehalf/protocol/json_rpc.h
  protocol/include/onbehalf/protocol/json_text.h
  protocol/include/onbehalf/protocol/limits.h
  protocol/include/onbehalf/protocol/result.h
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/onbehalf/protocol" COMPONENT service)
set(onbehalf_service_win32 impersonation_level.h lean_windows.h sid.h token.h unique_handle.h utf.h win32_error.h)
list(TRANSFORM onbehalf_service_win32 PREPEND protocol/win32/include/onbehalf/win32/)
install(FILES protocol/pipe/include/onbehalf/pipe/capture_failure.h protocol/pipe/include/onbehalf/pipe/client_process.h
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/onbehalf/pipe" COMPONENT service)
install(FILES ${onbehalf_service_win32} DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/onbehalf/win32" COMPONENT service)
install(TARGETS onbehalf_module EXPORT onbehalf-module)
install(FILES service/include/onbehalf/module.h service/include/onbehalf/module.hpp service/include/onbehalf/typed_module.hpp
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/onbehalf" COMPONENT module)
# Service and modules describe their parameters with it.
foreach(component IN ITEMS service module)
  install(FILES service/include/onbehalf/fields.h
          DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/onbehalf" COMPONENT ${component})
endforeach()
set(onbehalf_exports protocol pipe client service module)
if(TARGET onbehalf_c)
  install(TARGETS onbehalf_c EXPORT onbehalf-c RUNTIME COMPONENT client ARCHIVE COMPONENT client)
  list(APPEND onbehalf_exports c)
endif()
foreach(export IN LISTS onbehalf_exports)
  set(component ${export})
  if(export STREQUAL "c")
    set(component client)
  elseif(export STREQUAL "pipe")
    set(component protocol)
  endif()
  install(EXPORT onbehalf-${export} FILE onbehalf-${export}-targets.cmake NAMESPACE onbehalf::
          DESTINATION "${onbehalf_package_folder}" COMPONENT ${component})
endforeach()

configure_package_config_file(cmake/onbehalf-config.cmake.in "${CMAKE_BINARY_DIR}/onbehalf-config.cmake"
  INSTALL_DESTINATION "${onbehalf_package_folder}" NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
# While the major version is 0, a minor version may change interfaces.
write_basic_package_version_file("${CMAKE_BINARY_DIR}/onbehalf-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_BINARY_DIR}/onbehalf-config.cmake" "${CMAKE_BINARY_DIR}/onbehalf-config-version.cmake"
        DESTINATION "${onbehalf_package_folder}" COMPONENT protocol)

install(TARGETS onbehalf onbehalf-service RUNTIME COMPONENT tools)
foreach(target IN ITEMS onbehalf onbehalf-service onbehalf_c)
  if(MSVC)
    install(FILES $<TARGET_PDB_FILE:${target}> DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT symbols OPTIONAL)
  else()
    install(FILES $<TARGET_FILE:${target}>.debug DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT symbols)
  endif()
endforeach()
install(FILES "${CMAKE_BINARY_DIR}/installer/install.cmd" "${CMAKE_BINARY_DIR}/installer/uninstall.cmd"
        DESTINATION installer COMPONENT tools)
# The license must accompany the libraries and programs.
foreach(component IN ITEMS protocol tools)
  install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT ${component})
endforeach()
install(DIRECTORY docs/ DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT tools FILES_MATCHING PATTERN "*.md")
