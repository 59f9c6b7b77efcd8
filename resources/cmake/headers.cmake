# SPDX-License-Identifier: GPL-3.0-or-later
# The headers of Qt and of the standard library, precompiled. Only libraries use them: programs have other flags (-fPIE).
set(common_headers <algorithm> <array> <atomic> <cerrno> <chrono> <csignal> <cstring> <deque> <functional> <map> <memory> <mutex>
    <optional> <set> <string> <thread> <tuple> <utility> <variant> <vector>
    <QByteArray> <QByteArrayList> <QCoreApplication> <QDateTime> <QDir> <QEventLoop> <QFile> <QFileInfo> <QHash> <QJsonArray>
    <QJsonDocument> <QJsonObject> <QList> <QMap> <QObject> <QPointer> <QProcess> <QRegularExpression> <QSet> <QSocketNotifier>
    <QString> <QStringList> <QTimer> <QUrl>)
set(window_headers <QAbstractTableModel> <QAction> <QApplication> <QComboBox> <QDialog> <QDialogButtonBox> <QFormLayout>
    <QHeaderView> <QKeyEvent> <QLabel> <QLineEdit> <QListWidget> <QMainWindow> <QMenu> <QPainter> <QPlainTextEdit> <QPushButton>
    <QScrollArea> <QSettings> <QSortFilterProxyModel> <QSplitter> <QStyledItemDelegate> <QTableView> <QToolButton> <QVBoxLayout>
    <QWidget>)

function(hephaestus_precompile name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LINKS;HEADERS")
    file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/generated/${name}.cpp CONTENT "// what the precompiled headers are made for\n")
    add_library(${name} STATIC ${CMAKE_BINARY_DIR}/generated/${name}.cpp)
    target_link_libraries(${name} PRIVATE ${arg_LINKS} hephaestus_options)
    target_precompile_headers(${name} PRIVATE ${arg_HEADERS})
    set_target_properties(${name} PROPERTIES AUTOMOC OFF AUTORCC OFF)
endfunction()

hephaestus_precompile(hephaestus_common_headers LINKS Qt6::Core HEADERS ${common_headers})

# hephaestus_reuse_headers(<library> <what it links>...)
function(hephaestus_reuse_headers name)
    set(headers hephaestus_common_headers)
    if("Qt6::Widgets" IN_LIST ARGN)
        set(headers hephaestus_window_headers)
        if(NOT TARGET ${headers})
            hephaestus_precompile(${headers} LINKS Qt6::Widgets HEADERS ${common_headers} ${window_headers})
        endif()
    endif()
    target_precompile_headers(${name} REUSE_FROM ${headers})
endfunction()
