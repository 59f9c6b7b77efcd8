# SPDX-License-Identifier: GPL-3.0-or-later
# What `cmake --install` puts where: the programs, and the library others embed as Hephaestus::Service.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Hephaestus)
set_target_properties(hephaestus_http PROPERTIES EXPORT_NAME Service)
set_target_properties(hephaestus_core PROPERTIES EXPORT_NAME Core)
set_target_properties(hephaestus_protocol PROPERTIES EXPORT_NAME Protocol)
set_target_properties(hephaestus_base PROPERTIES EXPORT_NAME Base)
foreach(target hephaestus_http hephaestus_core hephaestus_protocol hephaestus_base)
    target_include_directories(${target} INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/hephaestus>)
endforeach()
install(TARGETS hephaestus_http hephaestus_core hephaestus_protocol hephaestus_base EXPORT HephaestusTargets COMPONENT library)
install(EXPORT HephaestusTargets NAMESPACE Hephaestus:: DESTINATION ${package_dir} COMPONENT library)

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/HephaestusConfig.cmake.in
    ${CMAKE_BINARY_DIR}/HephaestusConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/HephaestusConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/HephaestusConfig.cmake ${CMAKE_BINARY_DIR}/HephaestusConfigVersion.cmake
    DESTINATION ${package_dir} COMPONENT library)

# Relative to itself, so that the tree may be moved, or installed with another prefix than configured.
file(RELATIVE_PATH PREFIX_FROM_PKGCONFIG /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${CMAKE_CURRENT_LIST_DIR}/hephaestus.pc.in ${CMAKE_BINARY_DIR}/hephaestus.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/hephaestus.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT library)

install(FILES ${CMAKE_CURRENT_LIST_DIR}/Service DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/hephaestus/Hephaestus COMPONENT library)
foreach(folder common/base common/protocol server/core server/http)
    install(DIRECTORY ${PROJECT_SOURCE_DIR}/${folder}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/hephaestus/${folder}
        COMPONENT library FILES_MATCHING PATTERN "*.h")
endforeach()
install(TARGETS hephaestus COMPONENT programs)
install(TARGETS hephaestus_systemd LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/hephaestus COMPONENT programs)
if(TARGET hephaestus-dashboard)
    install(TARGETS hephaestus-dashboard COMPONENT programs)
endif()
