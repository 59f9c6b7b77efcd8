// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/printable.h"
#include "common/protocol/impactcodec.h"
#include "server/cli/clientcommandline.h"
#include "server/cli/clientcommands.h"
#include "server/cli/exitcode.h"
#include "server/cli/impactsurvey.h"

#include <QDir>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

void write(const ImpactFindings &findings, const Terminal &terminal)
{
    qsizetype width = 0;
    for (const Impact &impact : findings.impacts) {
        for (const Impact::Service &service : impact.services)
            width = std::max(width, printable(service.name).size());
    }
    QString text;
    for (const Impact &impact : findings.impacts) {
        text += terminal.painted(printable(impact.path), Paint::Strong) + u'\n';
        for (const Impact::Service &service : impact.services)
            text += u"  "_s + printable(service.name).leftJustified(width)
                + terminal.painted(u"  "_s + printable(service.kind), Paint::Faint) + u'\n';
        if (impact.services.isEmpty())
            text += findings.unknown.isEmpty() ? u"  no service has loaded it\n"_s
                                               : u"  no service that answered has loaded it\n"_s;
    }
    for (auto it = findings.unknown.begin(); it != findings.unknown.end(); ++it)
        text +=
            terminal.painted(u"not known for %1: %2\n"_s.arg(printable(it.key()), printable(it.value())), Paint::Bad);
    terminal.write(text);
}

} // namespace

int affectedCommand(const QStringList &arguments)
{
    ClientCommandLine line(
        u"Lists the services of the fleet that have loaded a file, and would be stale after a change of it. "
        "Exit code 1 if none has."_s,
        u"affected"_s, ClientCommandLine::Names::Others);
    line.parser().addPositionalArgument(u"FILE"_s, u"A file that is going to change."_s, u"FILE..."_s);
    line.addJsonOption(u"Prints JSON."_s);
    line.doAllThere(); // files are meant there
    if (const auto exit = line.read(arguments))
        return *exit;
    const QStringList names = line.parser().positionalArguments();
    if (names.isEmpty())
        return line.usageError(u"no file given"_s);
    const Result<QByteArrayList> paths = filesToAskFor(names, QDir::currentPath());
    if (!paths)
        return line.usageError(paths.problem().what);

    const ImpactFindings findings = surveyImpact(line.services(), *paths);
    if (line.isJson())
        line.terminal().write(line.inJson(encode(findings.impacts, findings.unknown)));
    else
        write(findings, line.terminal());
    const bool any = std::any_of(findings.impacts.begin(), findings.impacts.end(),
                                 [](const Impact &impact) { return !impact.services.isEmpty(); });
    return any ? ExitDone : ExitNotSo;
}

} // namespace Hephaestus
