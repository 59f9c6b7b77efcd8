# SPDX-License-Identifier: GPL-3.0-or-later
# Installs the unit `unit`, called `name`, for systemd's `scope`, by the prefix of this installation. `version` is systemd's.
file(READ "${unit}" text)
string(REPLACE "/usr/bin/hephaestus" "${CMAKE_INSTALL_PREFIX}/bin/hephaestus" text "${text}")
string(REGEX MATCH "^[0-9]+" version "${version}")
if(version GREATER_EQUAL 253 AND text MATCHES "\nExecReload=")
    string(REPLACE "\nType=notify\n" "\nType=notify-reload\n" text "${text}")
    string(REGEX REPLACE "\n# The configuration is read again[^\n]*\nExecReload=[^\n]*" "" text "${text}")
endif()
set(folder "${CMAKE_INSTALL_PREFIX}/lib/systemd/${scope}")
message(STATUS "Installing: $ENV{DESTDIR}${folder}/${name}")
file(WRITE "$ENV{DESTDIR}${folder}/${name}" "${text}")
list(APPEND CMAKE_INSTALL_MANIFEST_FILES "${folder}/${name}")
