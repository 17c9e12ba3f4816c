# BigfootRun.cmake - CTest tests under bigfoot-run, each with a supervisor of its own, so that `ctest -j` keeps them apart.
# Installed as a package: find_package(BigfootRun), or include() this file. CMake 3.16 or newer.
#
#   bigfoot_add_test(NAME SPEC spec.toml... COMMAND program [argument...]
#                    [OPTIONS option...]     further options of bigfoot-run: --timeline FILE, --guard warn
#                    [TEST section]          the whole command is this [[test]] of the spec; others are not missed
#                    [WORKING_DIRECTORY dir])
#
# A target's name as program stands for its file. Specs are found from the current source folder. BIGFOOT_RUN is the program to use. With the
# package comes BigfootRun::client, the target whose include folder has bigfoot.h and bigfoot_gtest.h.
get_filename_component(_bigfoot_prefix "${CMAKE_CURRENT_LIST_DIR}" DIRECTORY)
while(NOT EXISTS "${_bigfoot_prefix}/bin/bigfoot-run" AND NOT _bigfoot_prefix STREQUAL "/" AND NOT _bigfoot_prefix STREQUAL "")
  get_filename_component(_bigfoot_up "${_bigfoot_prefix}" DIRECTORY)
  if(_bigfoot_up STREQUAL _bigfoot_prefix)
    break()
  endif()
  set(_bigfoot_prefix "${_bigfoot_up}")
endwhile()
find_program(BIGFOOT_RUN bigfoot-run HINTS "${_bigfoot_prefix}/bin" DOC "The supervisor that bigfoot_add_test runs tests under")

if(NOT TARGET BigfootRun::client)
  add_library(BigfootRun::client INTERFACE IMPORTED)
  find_path(BIGFOOT_INCLUDE_DIR bigfoot.h HINTS "${_bigfoot_prefix}/include" "${CMAKE_CURRENT_LIST_DIR}/../clients/cpp")
  if(BIGFOOT_INCLUDE_DIR)
    set_target_properties(BigfootRun::client PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${BIGFOOT_INCLUDE_DIR}")
  endif()
endif()

function(bigfoot_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TEST;WORKING_DIRECTORY" "SPEC;COMMAND;OPTIONS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "bigfoot_add_test(${name}): '${arg_UNPARSED_ARGUMENTS}' belongs to none of SPEC, COMMAND, OPTIONS, TEST, WORKING_DIRECTORY")
  endif()
  if(NOT arg_SPEC OR NOT arg_COMMAND)
    message(FATAL_ERROR "bigfoot_add_test(${name}) wants SPEC and COMMAND: bigfoot_add_test(${name} SPEC ${name}.toml COMMAND ${name})")
  endif()
  if(NOT BIGFOOT_RUN)
    message(FATAL_ERROR "bigfoot_add_test(${name}): bigfoot-run was not found; set BIGFOOT_RUN to where it is: cmake -DBIGFOOT_RUN=/opt/bigfoot/bin/bigfoot-run")
  endif()
  set(options)
  foreach(spec IN LISTS arg_SPEC)
    get_filename_component(spec "${spec}" ABSOLUTE)
    list(APPEND options --spec "${spec}")
  endforeach()
  if(DEFINED arg_TEST)
    list(APPEND options --test "${arg_TEST}")
  endif()
  list(POP_FRONT arg_COMMAND program)
  if(TARGET "${program}")
    set(program "$<TARGET_FILE:${program}>")
  endif()
  if(arg_WORKING_DIRECTORY)
    set(place WORKING_DIRECTORY "${arg_WORKING_DIRECTORY}")
  endif()
  add_test(NAME "${name}" COMMAND "${BIGFOOT_RUN}" ${options} ${arg_OPTIONS} -- "${program}" ${arg_COMMAND} ${place})
endfunction()
