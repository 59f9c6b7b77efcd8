// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/clientcommands.h"
#include "server/app/commands.h"

#include <QCoreApplication>

#include <cstdio>

using namespace Hephaestus;

namespace {

struct Command
{
    const char *name;
    int (*run)(const QStringList &arguments);
    const char *summary;
};

constexpr Command Commands[] = {
    {"serve", serveCommand, "run the service"},
    {"run", runCommand, "give any program the endpoints: start, watch, restart, stop it"},
    {"status", statusCommand, "show services: state, version, uptime, dependencies"},
    {"shutdown", shutdownCommand, "ask services to shut down, and show the steps"},
    {"restart", restartCommand, "restart services, and prove that the new instance runs"},
    {"start", startCommand, "start services of the fleet file, detached"},
    {"up", upCommand, "start the whole fleet"},
    {"down", downCommand, "stop the whole fleet"},
    {"wait", waitCommand, "return when services are healthy"},
    {"exec", execCommand, "run a command if nothing in the fleet is stale"},
    {"logs", logsCommand, "show the last lines of a service's output"},
    {"check-config", checkConfigCommand, "check a service's configuration"},
};

void printHelp(std::FILE *to)
{
    std::fprintf(to, "Usage: hephaestus COMMAND [OPTIONS]\n"
                     "Health and graceful shutdown for long-running services.\n\nCommands:\n");
    for (const Command &command : Commands)
        std::fprintf(to, "  %-14s%s\n", command.name, command.summary);
    std::fprintf(to, "\nOptions:\n  --help        this text; after a command, the command's own\n"
                     "  --version     the version\n");
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("hephaestus"));
    QCoreApplication::setApplicationVersion(QStringLiteral(HEPHAESTUS_VERSION));

    QStringList arguments = QCoreApplication::arguments().mid(1);
    const QString name = arguments.value(0);
    for (const Command &command : Commands) {
        if (name == QLatin1StringView(command.name))
            return command.run(arguments);
    }
    if (name == QLatin1StringView("--help") || name == QLatin1StringView("-h") || name == QLatin1StringView("help")) {
        printHelp(stdout);
        return ExitDone;
    }
    if (name == QLatin1StringView("--version")) {
        std::printf("hephaestus %s\n", HEPHAESTUS_VERSION);
        return ExitDone;
    }
    if (!name.isEmpty())
        std::fprintf(stderr, "hephaestus: there is no command \"%s\"\n\n", qPrintable(name));
    printHelp(stderr);
    return ExitUsage;
}
