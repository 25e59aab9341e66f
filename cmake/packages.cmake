# Debian packages, by `cpack` in the build folder (./dev package): the broker, the tool, the client library.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME corridor)
set(CPACK_PACKAGE_VENDOR "The Corridor project")
set(CPACK_PACKAGE_CONTACT "Corridor maintainers <maintainers@corridor.example>")
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL corridord corridorctl sdk)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)

set(CPACK_DEBIAN_CORRIDORD_PACKAGE_NAME corridord)
set(CPACK_COMPONENT_CORRIDORD_DESCRIPTION
  "broker of a Corridor region\nCarries signed, anonymous warnings of human trafficking between national agencies.")
set(CPACK_DEBIAN_CORRIDORD_PACKAGE_DEPENDS "passwd")
set(CPACK_DEBIAN_CORRIDORD_PACKAGE_RECOMMENDS "corridorctl")
set(CPACK_DEBIAN_CORRIDORD_PACKAGE_CONTROL_EXTRA
  "${PROJECT_SOURCE_DIR}/deploy/debian/postinst;${PROJECT_SOURCE_DIR}/deploy/debian/prerm;${PROJECT_SOURCE_DIR}/deploy/debian/postrm")

set(CPACK_DEBIAN_CORRIDORCTL_PACKAGE_NAME corridorctl)
set(CPACK_COMPONENT_CORRIDORCTL_DESCRIPTION
  "command line tool of Corridor\nPublishes, receives and checks warnings, and administers a region.")

set(CPACK_DEBIAN_SDK_PACKAGE_NAME libcorridor-dev)
set(CPACK_COMPONENT_SDK_DESCRIPTION
  "client library of Corridor for C++\nHeaders, static libraries and the CMake package corridor.")
set(CPACK_DEBIAN_SDK_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_SDK_PACKAGE_DEPENDS
  "libgrpc++-dev, libprotobuf-dev, protobuf-compiler-grpc, libabsl-dev, libssl-dev, libsodium-dev, libicu-dev, libre2-dev, libphonenumber-dev, pkg-config")

install(FILES deploy/systemd/corridord.service DESTINATION lib/systemd/system COMPONENT corridord)
install(DIRECTORY deploy/config deploy/monitoring DESTINATION share/doc/corridord COMPONENT corridord)
install(FILES LICENSE NOTICE README.md CHANGELOG.md DESTINATION share/doc/corridord COMPONENT corridord)
install(FILES LICENSE NOTICE DESTINATION share/doc/corridorctl COMPONENT corridorctl)
install(FILES LICENSE NOTICE DESTINATION share/doc/libcorridor-dev COMPONENT sdk)
# Pages and completion come from the program itself.
install(CODE "set(share \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/share\")
  file(MAKE_DIRECTORY \${share}/bash-completion/completions \${share}/zsh/vendor-completions)
  set(ctl $<TARGET_FILE:corridorctl>)
  execute_process(COMMAND \${ctl} manual --out \${share}/man/man1 COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND \${ctl} completion bash COMMAND_ERROR_IS_FATAL ANY
    OUTPUT_FILE \${share}/bash-completion/completions/corridorctl)
  execute_process(COMMAND \${ctl} completion zsh COMMAND_ERROR_IS_FATAL ANY
    OUTPUT_FILE \${share}/zsh/vendor-completions/_corridorctl)" COMPONENT corridorctl)

include(CPack)
