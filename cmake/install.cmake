# What `cmake --install` puts where: the program, its manual pages, the JSON Schema of its spec format for editors.
install(TARGETS bigfoot-run RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS bigfoot-stub RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/bigfoot-run)  # runner/stub_file.cpp looks there
install(FILES README.md LICENSE CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
foreach(section 1 5)
  file(GLOB pages CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/man/*.${section})
  install(FILES ${pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()

if(NOT CMAKE_CROSSCOMPILING)  # the program prints its own schema
  set(schema ${CMAKE_BINARY_DIR}/bigfoot-spec-1.schema.json)
  add_custom_command(OUTPUT ${schema} COMMAND bigfoot-run schema > ${schema} DEPENDS bigfoot-run VERBATIM)
  add_custom_target(schema ALL DEPENDS ${schema})
  install(FILES ${schema} DESTINATION ${CMAKE_INSTALL_DATADIR}/bigfoot-run)
endif()

# The clients, and the CMake package: find_package(BigfootRun).
install(FILES clients/cpp/bigfoot.h clients/cpp/bigfoot_gtest.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY clients/python clients/node clients/shell clients/go DESTINATION ${CMAKE_INSTALL_DATADIR}/bigfoot-run PATTERN __pycache__ EXCLUDE)
install(FILES clients/README.md DESTINATION ${CMAKE_INSTALL_DATADIR}/bigfoot-run)
include(CMakePackageConfigHelpers)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/BigfootRun)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/BigfootRunConfigVersion.cmake COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES cmake/BigfootRun.cmake cmake/BigfootRunConfig.cmake ${CMAKE_BINARY_DIR}/BigfootRunConfigVersion.cmake DESTINATION ${package})
