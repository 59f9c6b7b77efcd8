// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/runoptions.h"

#include "common/base/duration.h"
#include "common/base/printable.h"
#include "common/base/privatedirectory.h"
#include "common/fleet/fleet.h"
#include "common/fleet/launcher.h"
#include "common/fleet/statepaths.h"
#include "server/app/logoptions.h"
#include "server/app/statedirectory.h"
#include "server/cli/globaloptions.h"
#include "server/code/codesources.h"
#include "server/code/globpattern.h"
#include "server/core/listeningsocket.h"

#include <QCommandLineParser>
#include <QDir>
#include <QFileInfo>

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <tuple>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

void addOptions(QCommandLineParser &parser)
{
    parser.setApplicationDescription(
        u"Gives any program the health endpoints: starts it, watches it, restarts it, stops it.\n"
        "Its output passes to stdout and stderr as it comes; hephaestus' own words go to stderr. Signals pass to the "
        "program. SIGTERM, SIGINT and a closed terminal stop it; a second one kills it.\n"
        "Exit code: the program's own, 128+n if signal n ended it; after a stop 0 if it ended by itself in time, 137 "
        "if it was killed; 125 if hephaestus itself failed, 126 if the program cannot be executed, 127 if it is not "
        "found."_s);
    addHelpOption(parser);
    parser.addOptions({
        {u"name"_s, u"The service's name."_s, u"NAME"_s},
        {u"listen"_s, u"Where the endpoints listen: HOST:PORT or unix:PATH; may be repeated (default: a free port)."_s,
         u"ADDR"_s},
        {u"socket"_s,
         u"A listening socket held for the program, which gets it as descriptor 3 and up; may be repeated."_s,
         u"ADDR"_s},
        {u"overlap"_s,
         u"A restart starts the new program first, and ends the old one once the new one accepts on the held "
         u"sockets."_s},
        {u"watch"_s, u"Source files the program is made of, a pattern such as 'src/**/*.js'; may be repeated."_s,
         u"GLOB"_s},
        {u"sources"_s,
         u"Source files that the program is built from, of any language; may be repeated. As --watch; one that was "
         u"edited after the program was built is stale, and says so."_s,
         u"GLOB"_s},
        {u"python"_s, u"Python programs report each module they load."_s},
        {u"node"_s, u"Node.js programs report each module they load (Node.js 18.19 or later)."_s},
        {u"ready"_s,
         u"When the program is ready: after:TIME (default: after:1s), tcp:PORT, tcp:HOST:PORT, unix:PATH, a URL, "
         "log:REGEX, command:PROGRAM ARGUMENT..., notify (READY=1 to NOTIFY_SOCKET), or accept (default with "
         "--socket). "
         "With --upstream that must answer, too."_s,
         u"RULE"_s},
        {u"restart"_s, u"When the program is started again: on-failure (default), always or never."_s, u"WHEN"_s,
         u"on-failure"_s},
        {u"restart-on"_s, u"Ends that always lead to a restart: exit codes and signals, such as 1,SIGUSR1."_s,
         u"LIST"_s},
        {u"no-restart-on"_s, u"Ends that never do; they take precedence over --restart-on."_s, u"LIST"_s},
        {u"success-exit"_s, u"Ends that count as success, beside 0: exit codes and signals, such as 143,SIGINT."_s,
         u"LIST"_s},
        {u"stop-signal"_s, u"The signal that stops the program (default: TERM): QUIT for nginx, INT for PostgreSQL."_s,
         u"NAME"_s, u"TERM"_s},
        {u"stop-scope"_s,
         u"Who gets it first: leader (default), the program alone; or group, its whole process group."_s, u"SCOPE"_s,
         u"leader"_s},
        {u"stop-timeout"_s, u"From the stop signal to SIGKILL (default: 30s)."_s, u"TIME"_s, u"30s"_s},
        {u"output"_s,
         u"When the reader of stdout or stderr is slow: pass (default), the program waits; or drop, the rest is "
         "dropped and counted."_s,
         u"HOW"_s, u"pass"_s},
        {u"stdin"_s, u"The program reads this stdin (default: /dev/null)."_s},
        {u"config"_s, u"A hephaestus.toml: its dependencies are checked on the program's behalf."_s, u"FILE"_s},
        {u"check"_s, u"Starts nothing: tells what would keep it from starting. Exit code 0 if nothing is known to."_s},
        {u"upstream"_s, u"Where the program's own health endpoints are."_s, u"URL"_s},
        {u"upstream-token-file"_s, u"A file with the bearer token they require; only its owner may read it."_s,
         u"FILE"_s},
    });
    parser.addPositionalArgument(u"command"_s, u"The program and its arguments, after --."_s,
                                 u"-- COMMAND [ARGUMENT...]"_s);
    addGlobalOptions(parser);
}

/// What is wrong with one is a problem of `option`. A Unix-domain socket is then found from any directory, and from
/// outside.
QStringList readAddresses(const QStringList &texts, const QString &option, QList<Problem> &problems)
{
    QStringList addresses;
    for (const QString &text : texts) {
        const Result<ServiceAddress> address = parseServiceAddress(text);
        if (!address)
            problems << Problem{option, address.problem().what};
        addresses << (address ? withAbsolutePath(*address).text() : text);
    }
    return addresses;
}

ServiceConfig readService(const QCommandLineParser &parser, QList<Problem> &problems)
{
    ServiceConfig config;
    config.name.clear();
    config.listen = QStringList{u"127.0.0.1:0"_s};
    if (parser.isSet(u"config"_s))
        config = readServiceConfig(parser.value(u"config"_s), problems);
    if (parser.isSet(u"name"_s))
        config.name = parser.value(u"name"_s);
    if (parser.isSet(u"listen"_s))
        config.listen = parser.values(u"listen"_s);
    if (config.name.isEmpty())
        problems << Problem{u"--name"_s, u"expected a name for the service"_s};
    if (config.version.isEmpty())
        config.version = u"unknown"_s; // ours would be wrong, and nobody can know the program's
    config.listen = readAddresses(config.listen, u"--listen"_s, problems);
    if (problems.isEmpty())
        problems += obstacles(config);
    return config;
}

/// What an option's word stands for; one of none is a problem.
template <typename Value>
Value readWord(const QCommandLineParser &parser, const QString &option, const std::pair<QString, Value> (&meanings)[2],
               QList<Problem> &problems)
{
    const QString word = parser.value(option);
    for (const auto &[known, value] : meanings) {
        if (word == known)
            return value;
    }
    problems << Problem{u"--"_s + option,
                        u"\"%1\": expected %2 or %3"_s.arg(word, meanings[0].first, meanings[1].first)};
    return meanings[0].second;
}

ExitSet readExitSet(const QCommandLineParser &parser, const QString &option, QList<Problem> &problems)
{
    ExitSet set;
    for (const QString &list : parser.values(option)) {
        const Result<ExitSet> parsed = parseExitSet(list);
        if (parsed)
            set += *parsed;
        else
            problems << Problem{u"--"_s + option, parsed.problem().what};
    }
    return set;
}

void readSupervisor(const QCommandLineParser &parser, SupervisorOptions &options, QList<Problem> &problems)
{
    if (const auto when = restartWhen(parser.value(u"restart"_s)))
        options.restart.when = *when;
    else
        problems << Problem{u"--restart"_s,
                            u"\"%1\": expected on-failure, always or never"_s.arg(parser.value(u"restart"_s))};
    if (const auto timeout = parseDuration(parser.value(u"stop-timeout"_s)))
        options.stopTimeout = *timeout;
    else
        problems << Problem{u"--stop-timeout"_s, timeout.problem().what};
    if (const auto number = signalNumber(parser.value(u"stop-signal"_s)); number && isStopSignal(*number))
        options.command.stopSignal = *number;
    else
        problems << Problem{u"--stop-signal"_s,
                            u"\"%1\": expected a signal that can be handled, such as TERM, QUIT or INT"_s.arg(
                                parser.value(u"stop-signal"_s))};
    options.command.stopScope = readWord<StopScope>(
        parser, u"stop-scope"_s, {{u"leader"_s, StopScope::Leader}, {u"group"_s, StopScope::Group}}, problems);
    options.passOn =
        readWord<WhenSlow>(parser, u"output"_s, {{u"pass"_s, WhenSlow::Wait}, {u"drop"_s, WhenSlow::Drop}}, problems);
    options.command.sharesInput = parser.isSet(u"stdin"_s);
    options.success += readExitSet(parser, u"success-exit"_s, problems);
    options.restartOn = readExitSet(parser, u"restart-on"_s, problems);
    options.noRestartOn = readExitSet(parser, u"no-restart-on"_s, problems);
}

ServiceTarget readUpstream(const QCommandLineParser &parser, QList<Problem> &problems)
{
    FleetEntry entry;
    entry.name = u"the program"_s;
    entry.url = parser.value(u"upstream"_s);
    entry.tokenFile = parser.value(u"upstream-token-file"_s);
    if (entry.url.isEmpty()) {
        if (!entry.tokenFile.isEmpty())
            problems << Problem{u"--upstream-token-file"_s, u"expected --upstream, too"_s};
        return {};
    }
    if (const Result<FleetEntry> known = entryForUrl(entry.url); !known)
        problems << Problem{u"--upstream"_s, known.problem().text()};
    const Result<ServiceTarget> target = targetOf(entry);
    if (!target)
        problems << target.problem();
    return target ? *target : ServiceTarget{};
}

/// The command line's patterns are relative to the directory it runs in, the file's to the file.
void readWatch(const QCommandLineParser &parser, RunOptions &options, QList<Problem> &problems)
{
    const auto add = [](QByteArrayList &list, const QString &directory, const QStringList &patterns) {
        const QByteArray prefix = GlobPattern::literal(QFile::encodeName(directory)) + '/';
        for (const QString &pattern : patterns)
            list << (pattern.startsWith(u'/') ? QByteArray() : prefix) + QFile::encodeName(pattern);
    };
    options.adapters.setFlag(ModuleLanguage::Python, parser.isSet(u"python"_s));
    options.adapters.setFlag(ModuleLanguage::Node, parser.isSet(u"node"_s));
    add(options.watch, QDir::currentPath(), parser.values(u"watch"_s));
    add(options.watch, QFileInfo(options.service.file).absolutePath(), options.service.watch);
    add(options.builtFrom, QDir::currentPath(), parser.values(u"sources"_s));
    add(options.builtFrom, QFileInfo(options.service.file).absolutePath(), options.service.builtFrom);
    options.watch << options.builtFrom;
    if (!::isatty(STDERR_FILENO)) // nobody is there to correct it: the verdict says so
        return;
    for (const QByteArray &pattern : unmatched(QFile::encodeName(QDir::currentPath()), options.watch))
        problems << Problem{options.builtFrom.contains(pattern) ? u"--sources"_s : u"--watch"_s,
                            u"no file matches %1"_s.arg(printablePath(pattern))};
}

/// The rule, or what is usual for a program with these options.
std::optional<ReadyRule> readReadyRule(const QCommandLineParser &parser, QList<Problem> &problems)
{
    if (parser.isSet(u"ready"_s)) {
        const Result<ReadyRule> rule = parseReadyRule(parser.value(u"ready"_s));
        if (!rule)
            problems << Problem{u"--ready"_s, rule.problem().what};
        else if (std::holds_alternative<ReadyAccept>(*rule) && !parser.isSet(u"socket"_s))
            problems << Problem{u"--ready"_s, u"accept: expected --socket, too"_s};
        else
            return *rule;
        return {};
    }
    if (parser.isSet(u"socket"_s))
        return ReadyRule(ReadyAccept());
    if (parser.isSet(u"upstream"_s))
        return {};
    return ReadyRule(ReadyAfter{.listensAgain = true}); // if its predecessor did
}

/// Beside the log of a service started by the fleet, which holds what this command itself says. Whoever starts it so
/// says which file, and reads nothing else. Empty: nowhere.
QString outputFile(const QString &name, SupervisorOptions &options, bool passesOn)
{
    const QString given = qEnvironmentVariable(OutputVariable);
    qunsetenv(OutputVariable); // it is not for the program
    if (!given.isEmpty() && !passesOn)
        options.passOn.reset();
    const QString file = given.isEmpty() ? logFileOf(name + u".output"_s, stateDirectory()) : given;
    if (file.isEmpty())
        return file;
    for (const QString &directory : {stateDirectory(), QFileInfo(file).path()})
        std::ignore = makePrivateDirectory(directory); // where that fails, writing tells
    return file;
}

} // namespace

std::optional<RunOptions> readRunOptions(const QStringList &words, const QByteArrayList &bytes,
                                         QList<Problem> &problems)
{
    QCommandLineParser parser;
    addOptions(parser);
    const bool parsed = parser.parse(words.mid(0, words.indexOf(u"--"_s)));
    if (parsed && parser.isSet(u"help"_s)) {
        std::fputs(qPrintable(helpText(parser, u"run"_s)), stdout);
        return {};
    }
    RunOptions options;
    options.isCheck = parsed && parser.isSet(u"check"_s);
    if (!parsed)
        problems << Problem{{}, parser.errorText()};
    else if (!parser.positionalArguments().isEmpty())
        problems << Problem{
            {}, u"unexpected argument \"%1\": the program comes after --"_s.arg(parser.positionalArguments().first())};
    const qsizetype separator = bytes.indexOf("--");
    if (separator >= 0)
        options.supervisor.command.arguments = bytes.mid(separator + 1);
    if (options.supervisor.command.arguments.isEmpty())
        problems << Problem{{}, u"expected -- and the program to run"_s};
    if (!parsed)
        return options;
    options.service = readService(parser, problems);
    readSupervisor(parser, options.supervisor, problems);
    options.supervisor.logFile = outputFile(options.service.name, options.supervisor, parser.isSet(u"output"_s));
    options.sockets = readAddresses(parser.values(u"socket"_s), u"--socket"_s, problems);
    options.overlap = parser.isSet(u"overlap"_s);
    if (options.overlap && options.sockets.isEmpty())
        problems << Problem{
            u"--overlap"_s,
            u"expected --socket, too: two programs at a time cannot bind the same address themselves"_s};
    if (options.overlap && parser.isSet(u"upstream"_s))
        problems << Problem{u"--overlap"_s,
                            u"unexpected beside --upstream: which of two programs answers there cannot be told"_s};
    options.ready = readReadyRule(parser, problems);
    readWatch(parser, options, problems);
    options.upstream = readUpstream(parser, problems);
    if (const auto log = readLogOptions(parser))
        options.log = *log;
    else
        problems << log.problem();
    options.log.level = options.service.logLevel.value_or(options.log.level);
    return options;
}

} // namespace Hephaestus
