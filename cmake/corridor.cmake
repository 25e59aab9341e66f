# One library per folder, with its arrows declared. DEPS names libraries of ours: `./dev check arrows`
# compares them with the #include lines and with the table in ARCHITECTURE.md. LINK and PRIVATE_LINK name
# outside libraries: LINK where a header shows them, PRIVATE_LINK where only sources do.

# corridor_library(NAME <folder_folder> SRCS <files> DEPS <ours> LINK <outside> PRIVATE_LINK <outside>)
function(corridor_library)
  cmake_parse_arguments(ARG "" "NAME" "SRCS;DEPS;LINK;PRIVATE_LINK" ${ARGN})
  if(ARG_SRCS)
    add_library(${ARG_NAME} STATIC ${ARG_SRCS})
    set(visibility PUBLIC)
    target_link_libraries(${ARG_NAME} PRIVATE $<BUILD_INTERFACE:corridor_warnings> ${ARG_PRIVATE_LINK})
  else()
    add_library(${ARG_NAME} INTERFACE)
    set(visibility INTERFACE)
  endif()
  target_include_directories(${ARG_NAME} ${visibility}
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:include>)
  target_link_libraries(${ARG_NAME} ${visibility} ${ARG_DEPS} ${ARG_LINK} Threads::Threads)
endfunction()

# corridor_executable(NAME <program> SRCS <files> DEPS <ours> LINK <outside>): a program in build/bin, installed as a component of its name.
function(corridor_executable)
  cmake_parse_arguments(ARG "" "NAME" "SRCS;DEPS;LINK" ${ARGN})
  corridor_program(${ARG_NAME} "${ARG_SRCS}" "${ARG_DEPS};${ARG_LINK}")
  install(TARGETS ${ARG_NAME} RUNTIME COMPONENT ${ARG_NAME})
endfunction()

function(corridor_program name sources libraries)
  add_executable(${name} ${sources})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE corridor_warnings ${libraries})
endfunction()

# corridor_test(NAME <folder_folder_test> SRCS <files> DEPS <ours> LINK <outside> LABELS <label> TIMEOUT <seconds>)
# One GoogleTest program per folder. Each case becomes one ctest entry, listed when ctest runs.
function(corridor_test)
  cmake_parse_arguments(ARG "" "NAME;TIMEOUT" "SRCS;DEPS;LINK;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  set(properties TIMEOUT ${ARG_TIMEOUT})
  if(ARG_LABELS)
    list(APPEND properties LABELS ${ARG_LABELS})
  endif()
  corridor_program(${ARG_NAME} "${ARG_SRCS}" "${ARG_DEPS};${ARG_LINK};GTest::gmock_main")
  set_target_properties(${ARG_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  gtest_discover_tests(${ARG_NAME} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} PROPERTIES ${properties})
endfunction()

# corridor_add_test_folders(<folder>): adds every CMakeLists.txt below it; tests mirror the source tree.
function(corridor_add_test_folders folder)
  file(GLOB_RECURSE lists CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/CMakeLists.txt)
  foreach(list IN LISTS lists)
    cmake_path(GET list PARENT_PATH here)
    if(NOT here STREQUAL ${PROJECT_SOURCE_DIR}/${folder})
      cmake_path(RELATIVE_PATH here BASE_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE relative)
      add_subdirectory(${here} ${PROJECT_BINARY_DIR}/${relative})
    endif()
  endforeach()
endfunction()

# corridor_install_package(TARGETS <the SDK library first, then every library of ours below it>)
# Installs the public headers and a CMake package: find_package(corridor) gives corridor::<target> for each.
function(corridor_install_package)
  cmake_parse_arguments(ARG "" "" "TARGETS" ${ARGN})
  include(CMakePackageConfigHelpers)
  set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/corridor)
  install(TARGETS ${ARG_TARGETS} EXPORT corridor ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}/corridor)
  install(EXPORT corridor NAMESPACE corridor:: FILE corridor-targets.cmake DESTINATION ${package_dir})
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/client/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(DIRECTORY ${CORRIDOR_GENERATED_DIR}/corridor DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    FILES_MATCHING PATTERN "*.h")
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/corridor-config-version.cmake
    COMPATIBILITY SameMinorVersion)
  install(FILES ${PROJECT_SOURCE_DIR}/cmake/corridor-config.cmake
    ${PROJECT_BINARY_DIR}/corridor-config-version.cmake DESTINATION ${package_dir})
endfunction()
