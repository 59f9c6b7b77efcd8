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
    install(TARGETS hephaestus-dashboard COMPONENT dashboard)
endif()

# Units for systemd, with the paths that they are installed with. `Type=notify-reload` is known to systemd 253 and later:
# there `systemctl reload` waits until the configuration was read.
# systemctl is asked, and not pkg-config: Debian 13 has systemd.pc in another package.
find_program(SYSTEMCTL_PROGRAM systemctl)
set(systemd_version 0)
if(SYSTEMCTL_PROGRAM AND NOT DEFINED HEPHAESTUS_SYSTEMD_VERSION)
    execute_process(COMMAND ${SYSTEMCTL_PROGRAM} --version OUTPUT_VARIABLE said ERROR_QUIET)
    if(said MATCHES "^systemd ([0-9]+)")
        set(systemd_version ${CMAKE_MATCH_1})
    endif()
endif()
set(HEPHAESTUS_SYSTEMD_VERSION ${systemd_version} CACHE STRING "The systemd that the units are installed for; 0: any")
foreach(scope system user)
    set(folder ${PROJECT_SOURCE_DIR}/resources/systemd)
    if(scope STREQUAL user)
        string(APPEND folder /user)
    endif()
    file(GLOB units CONFIGURE_DEPENDS ${folder}/*.service ${folder}/*.socket)
    foreach(unit ${units})
        get_filename_component(name ${unit} NAME)
        install(CODE "
            set(unit \"${unit}\")
            set(name \"${name}\")
            set(scope ${scope})
            set(version ${HEPHAESTUS_SYSTEMD_VERSION})
            include(\"${CMAKE_CURRENT_LIST_DIR}/installunit.cmake\")" COMPONENT programs)
    endforeach()
endforeach()
install(FILES ${PROJECT_SOURCE_DIR}/resources/systemd/hephaestus.sysusers DESTINATION lib/sysusers.d RENAME hephaestus.conf
    COMPONENT programs)
install(FILES ${PROJECT_SOURCE_DIR}/resources/systemd/hephaestus.tmpfiles DESTINATION lib/tmpfiles.d RENAME hephaestus.conf
    COMPONENT programs)
install(FILES ${PROJECT_SOURCE_DIR}/resources/systemd/examples/50-hephaestus.rules
    ${PROJECT_SOURCE_DIR}/resources/systemd/hephaestus.toml DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/hephaestus/examples COMPONENT programs)

file(GLOB pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/resources/man/*.[1-8])
foreach(page ${pages})
    get_filename_component(section ${page} LAST_EXT)
    string(SUBSTRING ${section} 1 -1 section)
    set(component programs)
    if(page MATCHES "hephaestus-dashboard")
        set(component dashboard)
    endif()
    install(FILES ${page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section} COMPONENT ${component})
endforeach()

install(FILES ${PROJECT_SOURCE_DIR}/resources/completions/hephaestus.bash
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME hephaestus COMPONENT programs)
install(FILES ${PROJECT_SOURCE_DIR}/resources/completions/hephaestus.fish
    DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT programs)
install(FILES ${PROJECT_SOURCE_DIR}/resources/completions/_hephaestus
    DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT programs)

# The demo, where both programs look for it, and what its services run.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/resources/demo DESTINATION ${CMAKE_INSTALL_DATADIR}/hephaestus COMPONENT programs)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/resources/examples DESTINATION ${CMAKE_INSTALL_DATADIR}/hephaestus COMPONENT programs
    PATTERN __pycache__ EXCLUDE)
install(FILES ${PROJECT_SOURCE_DIR}/resources/python/hephaestus_fastapi.py ${PROJECT_SOURCE_DIR}/resources/python/hephaestus_manifest.py
    DESTINATION ${CMAKE_INSTALL_DATADIR}/hephaestus/python COMPONENT programs)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/resources/python/hephaestus_service DESTINATION ${CMAKE_INSTALL_DATADIR}/hephaestus/python
    COMPONENT programs PATTERN __pycache__ EXCLUDE)

# What others read: schemas for editors, rules and a dashboard for Prometheus, a skill for agents. The manual links to them.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/resources/schema ${PROJECT_SOURCE_DIR}/resources/prometheus
    ${PROJECT_SOURCE_DIR}/resources/openapi DESTINATION ${CMAKE_INSTALL_DATADIR}/hephaestus COMPONENT programs)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/resources/agents/skill DESTINATION ${CMAKE_INSTALL_DATADIR}/hephaestus/agents COMPONENT programs)
install(FILES ${PROJECT_SOURCE_DIR}/resources/agents/tools.json DESTINATION ${CMAKE_INSTALL_DATADIR}/hephaestus/agents COMPONENT programs)

if(HEPHAESTUS_DASHBOARD)
    set(desktop ${PROJECT_SOURCE_DIR}/resources/desktop)
    install(FILES ${desktop}/io.hephaestus.Dashboard.desktop DESTINATION ${CMAKE_INSTALL_DATADIR}/applications COMPONENT dashboard)
    # What starts it where a desktop asks for it over D-Bus, by the path that it is installed with.
    install(CODE "
        file(READ \"${desktop}/io.hephaestus.Dashboard.service\" text)
        string(REPLACE \"/usr/bin/\" \"\${CMAKE_INSTALL_PREFIX}/bin/\" text \"\${text}\")
        set(file \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}/dbus-1/services/io.hephaestus.Dashboard.service\")
        message(STATUS \"Installing: \$ENV{DESTDIR}\${file}\")
        file(WRITE \"\$ENV{DESTDIR}\${file}\" \"\${text}\")
        list(APPEND CMAKE_INSTALL_MANIFEST_FILES \"\${file}\")" COMPONENT dashboard)
    install(FILES ${desktop}/io.hephaestus.Dashboard.metainfo.xml DESTINATION ${CMAKE_INSTALL_DATADIR}/metainfo COMPONENT dashboard)
    # The manual, for the window's Help.
    install(DIRECTORY ${PROJECT_SOURCE_DIR}/resources/doc ${PROJECT_SOURCE_DIR}/resources/pictures DESTINATION ${CMAKE_INSTALL_DATADIR}/hephaestus COMPONENT dashboard
        FILES_MATCHING PATTERN "*.md" PATTERN "*.png")
    install(FILES ${desktop}/hephaestus.xml DESTINATION ${CMAKE_INSTALL_DATADIR}/mime/packages COMPONENT dashboard)
    install(FILES ${PROJECT_SOURCE_DIR}/resources/icons/hephaestus.svg
        DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps COMPONENT dashboard)
    install(FILES ${PROJECT_SOURCE_DIR}/resources/desktop/hephaestus-symbolic.svg
        DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/symbolic/apps COMPONENT dashboard)
    install(FILES ${PROJECT_SOURCE_DIR}/resources/completions/hephaestus.bash
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME hephaestus-dashboard COMPONENT dashboard)
    install(FILES ${PROJECT_SOURCE_DIR}/resources/completions/hephaestus.fish
        DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d RENAME hephaestus-dashboard.fish COMPONENT dashboard)
endif()
