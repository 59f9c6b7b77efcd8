// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/duration.h"
#include "common/base/printable.h"
#include "common/protocol/portusecodec.h"
#include "server/cli/actionrun.h"
#include "server/cli/clientcommands.h"
#include "server/cli/exitcode.h"
#include "server/cli/listeners.h"
#include "server/cli/plaincommandline.h"
#include "server/cli/question.h"
#include "server/cli/survey.h"

#include <QSet>

#include <cstdio>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

QString table(const QList<PortUse> &uses, const Terminal &terminal)
{
    QList<Row> rows{headings({u"STATE"_s, u"SERVICE"_s, u"CODE"_s, u"PID"_s, u"ADDRESS"_s, u"UP"_s, u"WHERE"_s})};
    for (const PortUse &use : uses) {
        const HealthReport &report = *use.service->report;
        rows << Row{stateCell(use.service->state),
                    {printable(report.service)},
                    codeCell(report),
                    {QString::number(use.pid), Paint::None, true},
                    {use.address},
                    uptimeCell(report),
                    {placeText(use), hasLostItsDirectory(use) ? Paint::Bad : Paint::None}};
    }
    return tableText(rows, terminal);
}

quint16 portOf(const PortUse &use) { return use.address.section(u':', -1).toUShort(); }

} // namespace

int psCommand(const QStringList &arguments)
{
    PlainCommandLine line(
        u"Lists every service of yours that listens on this machine, whoever started it: state, code, "
        "and the work tree and branch it was started in."_s,
        u"ps"_s);
    line.addHostOption();
    line.addJsonOption(u"Prints JSON."_s);
    if (const auto exit = line.read(arguments, 0, 0))
        return *exit;
    const QList<PortUse> uses = ownServices();
    if (line.isJson())
        line.terminal().write(QString::fromUtf8(encode(uses)));
    else
        line.terminal().write(uses.isEmpty() ? u"no service of yours listens on this machine\n"_s
                                             : table(uses, line.terminal()));
    return ExitDone;
}

int pruneCommand(const QStringList &arguments)
{
    PlainCommandLine line(
        u"Stops the services of yours whose work tree or folder is gone, after it asked. Each ends as by "
        "`hephaestus shutdown`."_s,
        u"prune"_s);
    line.parser().addPositionalArgument(u"PORT"_s, u"Only the service that listens there."_s, u"[PORT]..."_s);
    line.parser().addOption({u"yes"_s, u"Does not ask."_s});
    line.addHostOption();
    line.addJsonOption(u"Prints JSON: one receipt per line; goes with --yes."_s);
    if (const auto exit = line.read(arguments, 0, 65'535))
        return *exit;
    QSet<quint16> ports;
    for (const QString &word : line.words()) {
        bool isNumber = false;
        ports.insert(word.toUShort(&isNumber));
        if (!isNumber)
            return line.usageError(u"expected a port, found \"%1\""_s.arg(printable(word)));
    }
    const bool json = line.isJson();
    if (json && !line.isSet("yes"))
        return line.usageError(u"--json goes with --yes"_s);
    QList<PortUse> lost = ownServices();
    lost.removeIf([&](const PortUse &use) {
        return !hasLostItsDirectory(use) || (!ports.isEmpty() && !ports.contains(portOf(use)));
    });
    if (lost.isEmpty()) {
        if (!json)
            std::puts("no service of yours has lost its folder");
        return ExitDone;
    }
    if (!json)
        line.terminal().write(table(lost, line.terminal()));
    if (!line.isSet("yes") && !isAgreed(lost.size() == 1 ? u"Stop it?"_s : u"Stop them?"_s)) {
        std::fputs("hephaestus prune: nothing was stopped; --yes stops without a question\n", stderr);
        return ExitNotSo;
    }
    QList<FleetEntry> entries;
    for (const PortUse &use : std::as_const(lost))
        entries << entryOf(use);
    return runAction(entries, FleetAction::Stop, line.terminal(),
                     {json ? ActOutput::Form::Receipts : ActOutput::Form::Text});
}

} // namespace Hephaestus
