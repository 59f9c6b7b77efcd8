// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/printable.h"
#include "common/fleet/keptoutput.h"
#include "common/protocol/healthcodec.h"
#include "server/cli/clientcommandline.h"
#include "server/cli/clientcommands.h"
#include "server/cli/exitcode.h"
#include "server/cli/logfollowing.h"
#include "server/cli/logtime.h"

#include <csignal>
#include <cstdio>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 DefaultTail = 100;
constexpr qint64 AllLines = std::numeric_limits<int>::max();

struct LogsOptions
{
    LogView view;
    qint64 tail = DefaultTail;
    bool previous = false;
    bool follow = false;
};

void addOptions(QCommandLineParser &parser)
{
    parser.addOption({u"tail"_s,
                      u"How many lines of each service (default: 100; all that are kept, with --since, --until, --grep "
                      "or --previous)."_s,
                      u"N"_s});
    parser.addOption(
        {u"since"_s, u"Only lines from then on: so long ago (10m), or a time (2026-01-31 12:00)."_s, u"TIME"_s});
    parser.addOption({u"until"_s, u"Only lines up to then; not with --follow."_s, u"TIME"_s});
    parser.addOption({u"grep"_s, u"Only lines that match this regular expression (Perl's)."_s, u"REGEX"_s});
    parser.addOption(
        {u"previous"_s,
         u"The lines of the instance before the latest one, as far as the service or its file keeps them."_s});
    parser.addOption(
        {u"follow"_s,
         u"Keeps printing new lines, until interrupted. Says on stderr when a service went away, came back "
         "or began anew, and how many lines were lost, if any."_s});
}

/// Nothing: a usage error was told.
std::optional<LogsOptions> readOptions(ClientCommandLine &line)
{
    const QCommandLineParser &parser = line.parser();
    LogsOptions options;
    options.view.json = line.isJson();
    options.view.fleet = line.fleetPath();
    options.previous = parser.isSet(u"previous"_s);
    options.follow = parser.isSet(u"follow"_s);
    for (const QString &name : {u"since"_s, u"until"_s}) {
        if (!parser.isSet(name))
            continue;
        const Result<OutputLine::Time> time = readLogTime(parser.value(name));
        if (!time) {
            line.usageError(u"--%1: %2"_s.arg(name, time.problem().what));
            return {};
        }
        (name == "since"_L1 ? options.view.since : options.view.until) = *time;
    }
    if (parser.isSet(u"grep"_s)) {
        options.view.grep = QRegularExpression(parser.value(u"grep"_s));
        if (!options.view.grep->isValid()) {
            line.usageError(u"--grep: %1"_s.arg(options.view.grep->errorString()));
            return {};
        }
    }
    if (options.follow && (options.view.until || options.previous)) {
        line.usageError(u"--follow goes on from now, without --until and --previous"_s);
        return {};
    }
    const LogView &view = options.view;
    if (view.since || view.until || view.grep || options.previous)
        options.tail = AllLines;
    if (parser.isSet(u"tail"_s)) {
        bool isNumber = false;
        options.tail = parser.value(u"tail"_s).toInt(&isNumber);
        if (!isNumber || options.tail < 0) {
            line.usageError(u"--tail: expected a number of at least 0, found \"%1\""_s.arg(parser.value(u"tail"_s)));
            return {};
        }
    }
    return options;
}

/// The last ones that are shown.
QList<OutputLine> shownLines(const LogState &state, const LogsOptions &options)
{
    QList<OutputLine> lines = options.previous ? previousInstance(state.lines) : state.lines;
    lines.removeIf(
        [&](const OutputLine &line) { return !options.view.shows(line) || (options.follow && line.isUnfinished()); });
    return lines.last(std::min(lines.size(), options.tail));
}

/// Says what must be known beside the lines; false: there is nothing to show.
bool tellState(const LogPrinter &printer, int service, const LogState &state, const LogsOptions &options)
{
    if (!state.page && !state.file.isEmpty()) {
        printer.tell(service, u" does not answer (%1); this is what was kept in %2"_s.arg(state.failure, state.file));
    } else if (!state.page) {
        printer.tell(service, u": "_s + state.failure);
        return false;
    }
    if (options.previous && previousInstance(state.lines).isEmpty()) {
        printer.tell(service, u": no instance before the latest one is known: its lines are no longer kept"_s);
        return false;
    }
    const auto hasTime = [](const OutputLine &line) { return line.time != OutputLine::Time(); };
    if ((options.view.since || options.view.until) && !std::any_of(state.lines.begin(), state.lines.end(), hasTime)
        && !state.lines.isEmpty())
        printer.tell(service, u" does not tell when it wrote its lines: all of them are shown"_s);
    return true;
}

} // namespace

int logsCommand(const QStringList &arguments)
{
    ClientCommandLine line(
        u"Shows what services wrote: of several, interleaved by time, behind their names. Of a service that does not "
        "answer: what was kept on disk."_s,
        u"logs NAME|URL..."_s, ClientCommandLine::Names::Required);
    addOptions(line.parser());
    line.addJsonOption(u"Prints JSON: an object a line, with service, position, time, stream and text."_s);
    line.doAllThere(u"follow"_s); // the files of those that do not answer; but following outlives a connection
    if (const auto exit = line.read(arguments))
        return *exit;
    const auto options = readOptions(line);
    if (!options)
        return ExitUsage;
    std::signal(SIGPIPE, SIG_IGN); // a reader that has seen enough is no failure
    QStringList names;
    for (const FleetEntry &entry : line.services())
        names << entry.name;
    const LogPrinter printer(line.terminal(), options->view, names);
    const bool isAll = options->view.since || options->view.until || options->view.grep || options->previous;
    const QList<LogState> states = readLogs(line.services(), isAll ? AllLines : options->tail);
    QList<NamedLine> lines;
    bool isShown = false;
    QStringList failures;
    for (int service = 0; service < int(states.size()); ++service) {
        if (!tellState(printer, service, states[service], *options)) {
            const QString &why = states[service].failure;
            failures << names[service] + u": "_s
                    + (why.isEmpty() ? u"no instance before the latest one is known"_s : why);
            continue;
        }
        isShown = true;
        for (const OutputLine &each : shownLines(states[service], *options))
            lines.append({service, each});
    }
    sortByTime(lines);
    const volatile int never = 0;
    if (!isShown && !options->follow && line.isJson())
        std::printf("%s\n", encode(ErrorBody{u"no_answer"_s, printable(failures.join(u"; "_s))}).constData());
    if (!isShown && !options->follow)
        return ExitNotSo;
    if (!printer.print(lines, never))
        return ExitDone;
    if (options->follow)
        LogFollowing(printer, states).run();
    return ExitDone;
}

} // namespace Hephaestus
