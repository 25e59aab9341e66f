# Language, build type, warnings, sanitizers, and faster tools where they are installed.

include(GNUInstallDirs)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
endif()
# Line tables are enough for a useful backtrace and cost a third of the time and disk of full -g.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")

if(NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(CORRIDOR_CCACHE ccache)
  if(CORRIDOR_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CORRIDOR_CCACHE})
  endif()
endif()

include(CheckLinkerFlag)
foreach(linker IN ITEMS mold lld)
  check_linker_flag(CXX -fuse-ld=${linker} CORRIDOR_HAVE_${linker})
  if(CORRIDOR_HAVE_${linker})
    add_link_options(-fuse-ld=${linker})
    break()
  endif()
endforeach()

if(CORRIDOR_SANITIZE)
  add_compile_options(-fsanitize=${CORRIDOR_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${CORRIDOR_SANITIZE})
else()
  add_compile_options(-fstack-protector-strong $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2>)
  add_link_options(-Wl,-z,relro,-z,now)
endif()

# Warnings for code of ours; generated code and outside headers are not ours to mend.
add_library(corridor_warnings INTERFACE)
target_compile_options(corridor_warnings INTERFACE
  -Wall -Wextra
  # Option structs are filled with designated initialisers; what is not named keeps its default.
  -Wno-missing-field-initializers
  # False alarms of g++ 12 on std::string concatenation (GCC bug 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>)
if(CORRIDOR_WERROR)
  target_compile_options(corridor_warnings INTERFACE
    -Werror $<$<CXX_COMPILER_ID:Clang>:-Werror=thread-safety>)
endif()
