# SPDX-License-Identifier: GPL-3.0-or-later
#
# The arrows of the house, as data, and the check that the includes obey them. Run by ctest:
#   cmake -DROOT=<source tree> -P layers.cmake
# A folder may include itself and what its line names; nothing else of this tree, and of Qt only the
# modules its line allows. Tests may include everything.

set(ALLOW_common/protocol   "")
set(ALLOW_common/client     common/protocol)
set(ALLOW_common/fleet      common/client common/protocol)
set(ALLOW_server/core       common/protocol)
set(ALLOW_server/probes     server/core common/protocol)
set(ALLOW_server/http       server/core common/protocol)
set(ALLOW_server/supervisor server/core common/protocol)
set(ALLOW_server/app        server/http server/probes server/supervisor server/core
                            common/fleet common/client common/protocol)
set(ALLOW_dashboard/model   common/fleet common/client common/protocol)
set(ALLOW_dashboard/ui      dashboard/model common/fleet common/client common/protocol)
set(ALLOW_dashboard/app     dashboard/ui dashboard/model common/fleet common/client common/protocol
                            server/http server/core)

# Regular expressions on the included name that a folder must not include.
set(WEB "^QtNetwork|^QNetwork|^QTcp|^QUdp|^QLocal(Socket|Server)|^QSsl|^QHost|^QAbstractSocket")
set(CODEC "^QJson")
set(HTTP "^QHttp|^QAbstractHttpServer|^QtHttpServer")
set(SQL "^QSql|^QtSql")
set(DBUS "^QDBus|^QtDBus")
set(GUI "^QWidget|^QtWidgets|^QtGui|^QPaint|^QApplication|^QGuiApplication|^QMainWindow|^QColor|^QIcon|^QPixmap|^QFont")
set(DENY_common/protocol   "${DBUS}|${WEB}|${HTTP}|${SQL}|${GUI}")
set(DENY_common/client     "${DBUS}|${CODEC}|${HTTP}|${SQL}|${GUI}")
set(DENY_common/fleet      "${CODEC}|${HTTP}|${SQL}|${GUI}")
set(DENY_server/core       "${DBUS}|${CODEC}|${WEB}|${HTTP}|${SQL}|${GUI}")
set(DENY_server/probes     "${DBUS}|${CODEC}|${HTTP}|${GUI}")
set(DENY_server/http       "${DBUS}|${CODEC}|${SQL}|${GUI}")
set(DENY_server/supervisor "${DBUS}|${CODEC}|${WEB}|${HTTP}|${SQL}|${GUI}")
set(DENY_server/app        "${DBUS}|${CODEC}|${HTTP}|${SQL}|${GUI}")
set(DENY_dashboard/model   "${CODEC}|${HTTP}|${GUI}")
set(DENY_dashboard/ui      "${DBUS}|${CODEC}|${WEB}|${HTTP}|${SQL}")
set(DENY_dashboard/app     "${DBUS}|${CODEC}|${HTTP}|${SQL}")
# Exceptions, by file: the one codec.
set(EXCEPT_DENY "^common/protocol/[a-z]*codec\\.(h|cpp)$")

cmake_policy(SET CMP0057 NEW) # IN_LIST
file(GLOB_RECURSE files RELATIVE ${ROOT}
    ${ROOT}/common/*.h ${ROOT}/common/*.cpp ${ROOT}/server/*.h ${ROOT}/server/*.cpp
    ${ROOT}/dashboard/*.h ${ROOT}/dashboard/*.cpp)
set(errors 0)
set(checked 0)
foreach(file IN LISTS files)
    string(REGEX MATCH "^[a-z]+/[a-z]+" folder "${file}")
    if(NOT DEFINED ALLOW_${folder})
        message(SEND_ERROR "${file}: the folder '${folder}' is not in the table of layers.cmake")
        math(EXPR errors "${errors} + 1")
        continue()
    endif()
    math(EXPR checked "${checked} + 1")
    file(STRINGS ${ROOT}/${file} lines REGEX "^[ \t]*#[ \t]*(include|if)")
    foreach(line IN LISTS lines)
        if(line MATCHES "#[ \t]*include[ \t]*[\"<]((common|server|dashboard|tests)/[a-z]+)[^\">]*[\">]")
            set(target ${CMAKE_MATCH_1})
            if(NOT target STREQUAL folder AND NOT target IN_LIST ALLOW_${folder})
                message(SEND_ERROR "${file}: ${folder} must not include ${target} (${line})")
                math(EXPR errors "${errors} + 1")
            endif()
        elseif(line MATCHES "#[ \t]*include[ \t]*[\"<]([^\">]+)[\">]")
            get_filename_component(name ${CMAKE_MATCH_1} NAME)
            if(name MATCHES "${DENY_${folder}}" AND NOT file MATCHES "${EXCEPT_DENY}")
                message(SEND_ERROR "${file}: ${folder} must not include <${name}>")
                math(EXPR errors "${errors} + 1")
            elseif(folder STREQUAL "common/protocol" AND name MATCHES "${CODEC}" AND NOT file MATCHES "${EXCEPT_DENY}")
                message(SEND_ERROR "${file}: <${name}> belongs in the codec only")
                math(EXPR errors "${errors} + 1")
            endif()
        elseif(line MATCHES "QT_VERSION" AND NOT folder STREQUAL "server/http")
            message(SEND_ERROR "${file}: QT_VERSION conditions live in server/http only")
            math(EXPR errors "${errors} + 1")
        endif()
    endforeach()
endforeach()
if(checked LESS 5)
    message(FATAL_ERROR "only ${checked} files found below ${ROOT}: nothing was checked")
endif()
message(STATUS "${checked} files, ${errors} forbidden arrows")
