# Generated code. `proto` holds every message of proto/corridor/v1 and knows no gRPC; `proto_grpc` adds
# the stubs of the files that declare a service. Both are generated once, and their headers are SYSTEM.

set(CORRIDOR_GENERATED_DIR ${PROJECT_BINARY_DIR}/generated)
file(MAKE_DIRECTORY ${CORRIDOR_GENERATED_DIR})

# corridor_generate(OUT <variable> ROOT <import root> EXTENSION <.pb|.grpc.pb> PROTOS <paths below ROOT>)
# Adds the rules that generate code for PROTOS, and sets OUT to the generated sources.
function(corridor_generate)
  cmake_parse_arguments(ARG "" "OUT;ROOT;EXTENSION" "PROTOS" ${ARGN})
  if(ARG_EXTENSION STREQUAL ".grpc.pb")
    set(generator --grpc_out=${CORRIDOR_GENERATED_DIR}
      --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>)
  else()
    set(generator --cpp_out=${CORRIDOR_GENERATED_DIR})
  endif()
  set(sources)
  foreach(proto IN LISTS ARG_PROTOS)
    string(REGEX REPLACE "\\.proto$" "${ARG_EXTENSION}" base ${CORRIDOR_GENERATED_DIR}/${proto})
    # The depfile names every proto that this one imports, so a change there generates again.
    add_custom_command(
      OUTPUT ${base}.cc ${base}.h
      COMMAND protobuf::protoc ${generator} -I ${ARG_ROOT} -I ${PROJECT_SOURCE_DIR}/proto
        --dependency_out=${base}.d ${proto}
      DEPENDS ${ARG_ROOT}/${proto}
      DEPFILE ${base}.d
      WORKING_DIRECTORY ${ARG_ROOT}
      COMMENT "Generating ${proto} (${ARG_EXTENSION})"
      VERBATIM)
    list(APPEND sources ${base}.cc)
  endforeach()
  set(${ARG_OUT} ${sources} PARENT_SCOPE)
endfunction()

# corridor_proto_library(NAME <target> PROTOS <files beside this CMakeLists.txt> [DEPS <proto libraries>])
# Messages that belong to one folder, included by repository path: "server/config/broker_config.pb.h".
function(corridor_proto_library)
  cmake_parse_arguments(ARG "" "NAME" "PROTOS;DEPS" ${ARGN})
  cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE here)
  list(TRANSFORM ARG_PROTOS PREPEND ${here}/)
  corridor_generate(OUT sources ROOT ${PROJECT_SOURCE_DIR} EXTENSION .pb PROTOS ${ARG_PROTOS})
  corridor_generated_library(${ARG_NAME} ${sources})
  target_link_libraries(${ARG_NAME} PUBLIC ${ARG_DEPS})
endfunction()

# `generated` makes every generated source and compiles nothing: what clang-tidy needs to read our files.
add_custom_target(generated)

function(corridor_generated_library name)
  add_library(${name} STATIC ${ARGN})
  add_custom_target(${name}_generated DEPENDS ${ARGN})
  add_dependencies(generated ${name}_generated)
  target_include_directories(${name} SYSTEM PUBLIC
    $<BUILD_INTERFACE:${CORRIDOR_GENERATED_DIR}> $<INSTALL_INTERFACE:include>)
  target_link_libraries(${name} PUBLIC protobuf::libprotobuf)
endfunction()

set(contract_root ${PROJECT_SOURCE_DIR}/proto)
file(GLOB contract RELATIVE ${contract_root} CONFIGURE_DEPENDS ${contract_root}/corridor/v1/*.proto)
set(contract_services)
foreach(proto IN LISTS contract)
  # A file that gains a service needs its stubs, so a changed proto configures again.
  set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${contract_root}/${proto})
  file(STRINGS ${contract_root}/${proto} service REGEX "^service " LIMIT_COUNT 1)
  if(service)
    list(APPEND contract_services ${proto})
  endif()
endforeach()

if(contract)
  corridor_generate(OUT sources ROOT ${contract_root} EXTENSION .pb PROTOS ${contract})
  corridor_generated_library(proto ${sources})
endif()
if(contract_services)
  corridor_generate(OUT sources ROOT ${contract_root} EXTENSION .grpc.pb PROTOS ${contract_services})
  corridor_generated_library(proto_grpc ${sources})
  target_link_libraries(proto_grpc PUBLIC proto gRPC::grpc++)
endif()
