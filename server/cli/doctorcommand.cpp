// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/clientcommands.h"
#include "server/cli/doctor.h"
#include "server/cli/plaincommandline.h"

#include <QFileInfo>

namespace Hephaestus {

using namespace Qt::StringLiterals;

int doctorCommand(const QStringList &arguments)
{
    PlainCommandLine line(
        u"Looks for what keeps services from being watched, started or restarted on this machine, and "
        "says what to do. Exit code 1 if something is bad."_s,
        u"doctor"_s);
    line.parser().addOption(
        {u"fleet"_s, u"The fleet file; without it the same one as for other commands."_s, u"FILE"_s});
    line.addHostOption();
    line.addJsonOption(u"Prints JSON: a list of findings."_s);
    if (const auto exit = line.read(arguments, 0, 0))
        return *exit;
    const FleetChoice choice = chooseFleet(line.parser().value(u"fleet"_s));
    return tellFindings(examineMachine() + examineFleet(choice), line, QFileInfo(choice.path).absoluteFilePath());
}

} // namespace Hephaestus
