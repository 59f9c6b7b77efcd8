// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/duration.h"
#include "common/base/printable.h"
#include "common/protocol/portusecodec.h"
#include "server/cli/actionrun.h"
#include "server/cli/clientcommands.h"
#include "server/cli/exitcode.h"
#include "server/cli/globaloptions.h"
#include "server/cli/listeners.h"
#include "server/cli/survey.h"

#include <QCommandLineParser>
#include <QSet>

#include <algorithm>
#include <cstdio>
#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// An exit code: it is over. `terminal` becomes what --color says.
std::optional<int> readArguments(QCommandLineParser &parser, const QStringList &arguments, Terminal &terminal)
{
    addHelpOption(parser);
    addGlobalOptions(parser);
    const QString command = arguments.value(0);
    const bool parsed = parser.parse(arguments);
    if (parsed && parser.isSet(u"help"_s)) {
        std::fputs(qPrintable(helpText(parser, command)), stdout);
        return ExitDone;
    }
    const QStringList words{u"auto"_s, u"always"_s, u"never"_s};
    QString why;
    if (!parsed)
        why = parser.errorText();
    else if (command == "ps"_L1 && !parser.positionalArguments().isEmpty())
        why = u"unexpected \"%1\""_s.arg(printable(parser.positionalArguments().first()));
    else if (!words.contains(parser.value(u"color"_s)))
        why = u"--color: expected auto, always or never, found \"%1\""_s.arg(printable(parser.value(u"color"_s)));
    if (!why.isEmpty()) {
        std::fprintf(stderr, "hephaestus %s: %s\n", qPrintable(command), qPrintable(why));
        return ExitUsage;
    }
    terminal = Terminal(Terminal::Color(words.indexOf(parser.value(u"color"_s))));
    return {};
}

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
                    {formatDuration(report.uptime), Paint::None, true},
                    {placeText(use), hasLostItsDirectory(use) ? Paint::Bad : Paint::None}};
    }
    return tableText(rows, terminal);
}

quint16 portOf(const PortUse &use) { return use.address.section(u':', -1).toUShort(); }

/// Asks at the terminal; no where there is none.
bool isAgreed(qsizetype count)
{
    if (!::isatty(STDIN_FILENO))
        return false;
    std::printf("Stop %s? [y/N] ", count == 1 ? "it" : "them");
    std::fflush(stdout);
    char answer[16] = {};
    return std::fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

} // namespace

int psCommand(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(u"Lists every service of yours that listens on this machine, whoever started it: "
                                     "state, code, and the work tree and branch it was started in."_s);
    parser.addOption({u"json"_s, u"Prints JSON."_s});
    Terminal terminal;
    if (const auto exit = readArguments(parser, arguments, terminal))
        return *exit;
    const QList<PortUse> uses = ownServices();
    if (parser.isSet(u"json"_s))
        std::fputs(encode(uses).constData(), stdout);
    else
        terminal.write(uses.isEmpty() ? u"no service of yours listens on this machine\n"_s : table(uses, terminal));
    return ExitDone;
}

int pruneCommand(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(u"Stops the services of yours whose work tree or folder is gone, after it asked. "
                                     "Each ends as by `hephaestus shutdown`."_s);
    parser.addPositionalArgument(u"PORT"_s, u"Only the service that listens there."_s, u"[PORT]..."_s);
    parser.addOption({u"yes"_s, u"Does not ask."_s});
    parser.addOption({u"json"_s, u"Prints JSON: one receipt per line; goes with --yes."_s});
    Terminal terminal;
    if (const auto exit = readArguments(parser, arguments, terminal))
        return *exit;
    QSet<quint16> ports;
    for (const QString &word : parser.positionalArguments()) {
        bool isNumber = false;
        ports.insert(word.toUShort(&isNumber));
        if (!isNumber) {
            std::fprintf(stderr, "hephaestus prune: expected a port, found \"%s\"\n", qPrintable(printable(word)));
            return ExitUsage;
        }
    }
    const bool json = parser.isSet(u"json"_s);
    if (json && !parser.isSet(u"yes"_s)) {
        std::fputs("hephaestus prune: --json goes with --yes\n", stderr);
        return ExitUsage;
    }
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
        terminal.write(table(lost, terminal));
    if (!parser.isSet(u"yes"_s) && !isAgreed(lost.size())) {
        std::fputs("hephaestus prune: nothing was stopped; --yes stops without a question\n", stderr);
        return ExitNotSo;
    }
    QList<FleetEntry> entries;
    for (const PortUse &use : std::as_const(lost))
        entries << entryOf(use);
    return runAction(entries, FleetAction::Stop, terminal, json);
}

} // namespace Hephaestus
