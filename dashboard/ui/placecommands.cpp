// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/placecommands.h"

#include "common/base/printable.h"
#include "dashboard/model/displaytext.h"

#include <QAction>
#include <QDesktopServices>
#include <QFileInfo>
#include <QProcess>
#include <QStandardPaths>
#include <QUrl>
#include <QWidget>

namespace Hephaestus {

using namespace Qt::StringLiterals;

PlaceCommands::PlaceCommands(FleetModel &fleet, QWidget *window)
    : QObject(window)
    , m_fleet(fleet)
    , m_folder(new QAction(tr("Open its fold&er"), this))
    , m_terminal(new QAction(tr("Open a ter&minal there"), this))
{
    connect(m_folder, &QAction::triggered, this, &PlaceCommands::openFolder);
    connect(m_terminal, &QAction::triggered, this, &PlaceCommands::openTerminal);
    connect(&fleet, &FleetModel::answered, this, [this](ServiceId id) {
        if (id == m_service)
            update();
    });
    update();
}

bool PlaceCommands::isHere(const FleetEntry &entry) { return localAddressOf(entry).has_value(); }

QString PlaceCommands::folderOf(const ServiceRow &row)
{
    if (!isHere(row.entry))
        return {};
    const RestartByCommand *const command = commandToStart(row.entry);
    for (const QString &folder : {row.report && row.report->identity ? row.report->identity->directory : QString(),
                                  command ? command->directory : QString()}) {
        if (!folder.isEmpty() && QFileInfo(folder).isDir())
            return folder;
    }
    return {};
}

QStringList PlaceCommands::sshFor(const ServiceRow &row)
{
    const RemoteHost &host = row.entry.host;
    if (host.isHere())
        return {};
    const QString folder = row.report && row.report->identity ? row.report->identity->directory : QString();
    QStringList words{u"ssh"_s, u"-t"_s};
    words << destinationOf(host);
    if (!folder.isEmpty() && printable(folder) == folder)
        words << remoteCommandLine({u"sh"_s, u"-c"_s, u"cd \"$1\"; exec \"${SHELL:-/bin/sh}\" -l"_s, u"sh"_s, folder});
    return words;
}

QString PlaceCommands::terminal()
{
    for (const QString &program :
         {qEnvironmentVariable("TERMINAL"), u"x-terminal-emulator"_s, u"konsole"_s, u"gnome-terminal"_s, u"xterm"_s}) {
        const QString path = program.isEmpty() ? QString() : QStandardPaths::findExecutable(program);
        if (!path.isEmpty())
            return path;
    }
    return {};
}

void PlaceCommands::setService(ServiceId id)
{
    m_service = id;
    update();
}

void PlaceCommands::update()
{
    const ServiceRow *const row = m_fleet.find(m_service);
    const QString folder = row ? folderOf(*row) : QString();
    const QString why = !row ? tr("Select one service.")
        : folder.isEmpty()   ? tr("No folder of it on this machine is known.")
                             : QString();
    const bool isBehindSsh = row && !sshFor(*row).isEmpty();
    for (QAction *const action : actions()) {
        const bool isThere = isBehindSsh && action == m_terminal;
        action->setEnabled(isThere || why.isEmpty());
        action->setStatusTip(isThere             ? tr("On %1, through ssh").arg(visibleText(row->entry.host.name))
                                 : why.isEmpty() ? visibleText(folder)
                                                 : why);
        action->setToolTip(action->statusTip().toHtmlEscaped());
    }
}

void PlaceCommands::openFolder()
{
    const ServiceRow *const row = m_fleet.find(m_service);
    if (row && !QDesktopServices::openUrl(QUrl::fromLocalFile(folderOf(*row))))
        Q_EMIT failed(tr("No file manager could be started."));
}

void PlaceCommands::openTerminal()
{
    const ServiceRow *const row = m_fleet.find(m_service);
    const QString program = terminal();
    if (program.isEmpty())
        return Q_EMIT failed(tr("No terminal was found: name one in the variable TERMINAL."));
    if (!row)
        return;
    QStringList words = sshFor(*row);
    if (!words.isEmpty()) // gnome-terminal has given up -e
        words.prepend(QFileInfo(program).fileName() == "gnome-terminal"_L1 ? u"--"_s : u"-e"_s);
    if (!QProcess::startDetached(program, words, folderOf(*row)))
        Q_EMIT failed(tr("%1 could not be started.").arg(visibleText(program)));
}

} // namespace Hephaestus
