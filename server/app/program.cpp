// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/program.h"

#include "server/app/commands.h"
#include "server/cli/clientcommands.h"
#include "server/cli/commanderror.h"

#include <algorithm>
#include <cstdio>

namespace Hephaestus {

namespace {

struct Command
{
    const char *name;
    int (*run)(const QStringList &arguments);
    const char *summary;
    const char *whyNotThere = nullptr; ///< why it takes no `--host`; null: it does
};

constexpr Command Commands[] = {
    {"serve", serveCommand, "run the service",
     "a service is started on its own machine, by a unit or by the fleet file there (`hephaestus start --host NAME "
     "SERVICE`); where it listens is said by --listen"},
    {"run", runCommand, "give any program the endpoints: start, watch, restart, stop it",
     "the wrapper is on the machine of its program; what the fleet file there names is started by `hephaestus start "
     "--host NAME SERVICE`"},
    {"status", statusCommand, "show services: state, version, uptime, dependencies"},
    {"shutdown", shutdownCommand, "ask services to shut down, and show the steps"},
    {"restart", restartCommand, "restart services, and prove that the new instance runs"},
    {"start", startCommand, "start services of the fleet file, detached"},
    {"up", upCommand, "start the whole fleet"},
    {"down", downCommand, "stop the whole fleet"},
    {"fleet", fleetCommand, "list the services of the fleet file"},
    {"wait", waitCommand, "wait until services are healthy, or run the code on disk"},
    {"exec", execCommand, "run a command if nothing in the fleet is stale"},
    {"affected", affectedCommand, "list the services that have loaded a file"},
    {"logs", logsCommand, "show what services wrote, and follow it"},
    {"events", eventsCommand, "tell what happened to services, and follow it"},
    {"hooks", hooksCommand, "list and try whom the fleet file tells"},
    {"doctor", doctorCommand, "find what keeps services from being watched or restarted"},
    {"deploy-check", deployCheckCommand, "say whether a server is ready to be watched from here",
     "the server is named without it: `hephaestus deploy-check NAME`"},
    {"ps", psCommand, "list your services on this machine, whoever started them"},
    {"prune", pruneCommand, "stop services whose work tree is gone"},
    {"port", portCommand, "say who holds a port of this machine"},
    {"targets", targetsCommand, "list the fleet's services for Prometheus, or serve it that list"},
    {"init", initCommand, "write a fleet file for the project in this folder"},
    {"mcp", mcpCommand, "serve these tools to an agent, by the Model Context Protocol"},
    {"trust", trustCommand, "let what a fleet file says be run unasked"},
    {"check-config", checkConfigCommand, "list everything that is wrong with a configuration"},
};

void printHelp(std::FILE *to)
{
    std::fprintf(to,
                 "Usage: hephaestus COMMAND [OPTIONS]\n"
                 "Health and graceful shutdown for long-running services.\n\nCommands:\n");
    for (const Command &command : Commands)
        std::fprintf(to, "  %-14s%s\n", command.name, command.summary);
    std::fprintf(to,
                 "\nOptions:\n  --help        shows this help; after a command, that command's\n"
                 "  --host NAME   does it on another machine, through ssh\n"
                 "  --version     the version\n");
}

/// The arguments with the command first: `--log-level`, `--log-format`, `--color` and `--host` may stand before it,
/// too.
QStringList commandFirst(QStringList arguments)
{
    static const QStringList global{QStringLiteral("--log-level"), QStringLiteral("--log-format"),
                                    QStringLiteral("--color"), QStringLiteral("--host")};
    qsizetype command = 0;
    while (command < arguments.size() && global.contains(arguments[command].section(QLatin1Char('='), 0, 0)))
        command += arguments[command].contains(QLatin1Char('=')) ? 1 : 2;
    if (command < arguments.size())
        arguments.move(command, 0);
    return arguments;
}

/// What is asked of a command, without anything that is meant for another program.
QStringList ownArguments(const QStringList &arguments)
{
    const qsizetype dashes = arguments.indexOf(QStringLiteral("--"));
    return dashes < 0 ? arguments : arguments.first(dashes);
}

bool asksForHost(const QStringList &own)
{
    return std::any_of(own.begin(), own.end(), [](const QString &word) {
        return word == QLatin1StringView("--host") || word.startsWith(QLatin1StringView("--host="));
    });
}

int printVersion(const char *revision)
{
    std::printf("hephaestus %s%s%s%s\n", HEPHAESTUS_VERSION, *revision ? " (" : "", revision, *revision ? ")" : "");
    return ExitDone;
}

int runNamed(const Command &command, const QStringList &arguments, const char *revision)
{
    const QStringList own = ownArguments(arguments);
    if (own.contains(QStringLiteral("--version")))
        return printVersion(revision);
    if (command.whyNotThere && asksForHost(own))
        return tellError(arguments.first(),
                         {QStringLiteral("usage"), QStringLiteral("--host: ") + QString::fromUtf8(command.whyNotThere)},
                         asksForJson(arguments));
    return command.run(arguments);
}

} // namespace

int runProgram(const QStringList &given, const char *revision)
{
    const QStringList arguments = commandFirst(given);
    const QString name = arguments.value(0);
    for (const Command &command : Commands) {
        if (name == QLatin1StringView(command.name))
            return runNamed(command, arguments, revision);
    }
    if (name == QLatin1StringView("--help") || name == QLatin1StringView("-h") || name == QLatin1StringView("help")) {
        printHelp(stdout);
        return ExitDone;
    }
    if (name == QLatin1StringView("--version"))
        return printVersion(revision);
    if (!name.isEmpty())
        std::fprintf(stderr, "hephaestus: there is no command \"%s\"\n\n", qPrintable(name));
    printHelp(stderr);
    return ExitUsage;
}

} // namespace Hephaestus
