// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/standingcodec.h"
#include "server/app/clientcommandline.h"
#include "server/app/clientcommands.h"
#include "server/app/commands.h"
#include "server/app/survey.h"

#include <QEventLoop>
#include <QTimer>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

void pause(std::chrono::milliseconds time)
{
    QEventLoop loop;
    QTimer::singleShot(time, &loop, &QEventLoop::quit);
    loop.exec();
}

} // namespace

int statusCommand(const QStringList &arguments)
{
    ClientCommandLine line(u"Shows services: state, fresh or stale code, version, uptime and dependencies. Exit code 1 if one is not healthy."_s,
                           u"status [NAME|URL]..."_s, ClientCommandLine::Names::AllIfNone);
    line.parser().addOption({u"watch"_s, u"Looks again every second, until interrupted."_s});
    line.parser().addOption({u"json"_s, u"As JSON: a list, with each service's detailed body."_s});
    if (const auto exit = line.read(arguments))
        return *exit;
    const bool json = line.parser().isSet(u"json"_s);
    for (;;) {
        const QList<Standing> standings = survey(line.services());
        const QString text = json ? QString::fromUtf8(encode(standings)) : statusTable(standings, line.terminal());
        if (!line.parser().isSet(u"watch"_s)) {
            line.terminal().write(text);
            return std::all_of(standings.begin(), standings.end(), isHealthy) ? ExitDone : ExitNotSo;
        }
        if (json)
            line.terminal().write(text);
        else
            line.terminal().replaceScreen(text);
        pause(std::chrono::seconds(1));
    }
}

} // namespace Hephaestus
