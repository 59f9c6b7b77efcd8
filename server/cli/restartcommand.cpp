// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/printable.h"
#include "common/fleet/fleettrust.h"
#include "common/fleet/stalerestart.h"
#include "server/cli/actionrun.h"
#include "server/cli/clientcommandline.h"
#include "server/cli/clientcommands.h"
#include "server/cli/exitcode.h"
#include "server/cli/hookwatch.h"
#include "server/cli/logfollowing.h"
#include "server/cli/survey.h"

#include <QTimer>

#include <csignal>
#include <cstdio>
#include <tuple>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using Names = ClientCommandLine::Names;

namespace {

constexpr qint64 LinesBefore = 1'000; ///< of each service that `up --attach` shows of what it wrote while it started

const QString JsonText = u"Prints JSON: one receipt per line."_s;

const QCommandLineOption TrustOption(
    u"trust"_s, u"Lets what the fleet file says of these services be run unasked from now on (hephaestus trust)."_s);

/// The services that the fleet file names.
QList<FleetEntry> namedByFile(const ClientCommandLine &line)
{
    QList<FleetEntry> entries = line.services();
    entries.removeIf([&line](const FleetEntry &entry) { return !line.fleet().find(entry.name); });
    return entries;
}

/// Whoever types the command means the fleet file and what it runs. Where that cannot be kept, it is asked again.
void rememberTrust(const ClientCommandLine &line, const QList<FleetHook> &hooks = {})
{
    std::ignore = FleetTrust().trust(line.fleet().path, namedByFile(line), hooks);
}

int act(const QStringList &arguments, FleetAction action, const QString &description, const QString &syntax,
        Names names)
{
    ClientCommandLine line(description, syntax, names);
    line.addJsonOption(JsonText);
    line.addStepsOption();
    if (action == FleetAction::Stop)
        line.takeEveryProfile();
    if (const auto exit = line.read(arguments))
        return *exit;
    if (action == FleetAction::Start)
        rememberTrust(line);
    return line.exitCode(runAction(line.services(), action, line.terminal(), line.actOutput()));
}

/// Restarts, until it is interrupted, what turns stale and is to be restarted for it by the fleet file.
int watchStale(const ClientCommandLine &line, bool json, HookWatch &hooks)
{
    QList<FleetEntry> services = line.services();
    FleetTrust trust;
    for (FleetEntry &entry : services) {
        if (!entry.restartOnStale || trust.isTrusted(line.fleet().path, entry))
            continue;
        entry.restartOnStale = false;
        std::fprintf(stderr,
                     "%s is not restarted unasked: %s says so, but nobody has trusted it; hephaestus trust %s, "
                     "or --trust\n",
                     qPrintable(printable(entry.name)), qPrintable(line.fleet().path), qPrintable(line.fleet().path));
    }
    const auto idOf = [](qsizetype index) { return ServiceId(index + 1); };
    StaleRestart stale;
    for (qsizetype i = 0; i < services.size(); ++i)
        stale.add(idOf(i), services[i]);
    if (!stale.isAsked())
        return line.usageError(
            u"no service in %1 has restart_on_stale = true and is trusted, so there is nothing to watch"_s.arg(
                line.fleet().path));
    SurveyMemory memory;
    QMap<ServiceId, QString> told; ///< why each is waited for
    for (;;) {
        const QList<ServiceSnapshot> snapshots = survey(services, memory);
        hooks.look(services, snapshots);
        const auto now = std::chrono::steady_clock::now();
        for (qsizetype i = 0; i < snapshots.size(); ++i) {
            const ServiceSnapshot &snapshot = snapshots[i];
            stale.observe(idOf(i), snapshot.report ? &*snapshot.report : nullptr, now);
            const QString why = stale.waitsFor(idOf(i), now);
            if (std::exchange(told[idOf(i)], why) != why && !why.isEmpty() && !json)
                line.terminal().write(printable(snapshot.name) + u" is stale: "_s + printable(why) + u'\n');
        }
        if (const auto id = stale.due(now)) {
            stale.began(*id);
            int interrupt = 0;
            const QList<Receipt> receipts = runForReceipts(
                {services[qsizetype(*id) - 1]}, FleetAction::Restart, line.terminal(),
                {json ? ActOutput::Form::Receipts : ActOutput::Form::Text, line.fleetPath()}, &interrupt);
            if (interrupt != 0)
                return ExitInterrupted + interrupt;
            stale.ended(*id, receipts.first(), std::chrono::steady_clock::now());
        }
        pause(1s);
    }
}

/// Shows what the services have written since `begin`, and go on to write, until somebody interrupts, and stops them.
/// `started`: the exit code so far.
int stayAttached(const ClientCommandLine &line, OutputLine::Time begin, int started, HookWatch &hooks)
{
    // An interrupt that comes before the following has begun is kept for it.
    sigset_t interrupts;
    sigset_t before;
    ::sigemptyset(&interrupts);
    ::sigaddset(&interrupts, SIGINT);
    ::sigaddset(&interrupts, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &interrupts, &before);
    QStringList names;
    for (const FleetEntry &entry : line.services())
        names << entry.name;
    LogView view;
    view.since = begin;
    const LogPrinter printer(line.terminal(), view, names);
    const QList<LogState> states = readLogs(line.services(), LinesBefore);
    QList<NamedLine> lines;
    for (int service = 0; service < int(states.size()); ++service) {
        for (const OutputLine &each : states[service].lines) {
            if (!each.isUnfinished())
                lines.append({service, each});
        }
    }
    sortByTime(lines);
    const volatile int never = 0;
    printer.print(lines, never);
    LogFollowing following(printer, states);
    QTimer::singleShot(0, &following, [before] { ::pthread_sigmask(SIG_SETMASK, &before, nullptr); });
    SurveyMemory memory;
    QTimer looks; // a look runs the event loop; the next one waits for it
    looks.setSingleShot(true);
    QObject::connect(&looks, &QTimer::timeout, &following, [&] {
        hooks.look(line.services(), survey(line.services(), memory));
        looks.start(1s);
    });
    if (hooks.isWanted())
        looks.start(0s);
    following.run();
    looks.stop();
    const int stopped = runAction(line.services(), FleetAction::Stop, line.terminal(), {ActOutput::Form::Text});
    return stopped == ExitDone ? started : stopped;
}

} // namespace

int restartCommand(const QStringList &arguments)
{
    ClientCommandLine line(u"Restarts services and prints the receipt: each step, the old and the new instance. "
                           "Exit code 1 if one did not truly restart."_s,
                           u"restart NAME|URL..."_s, Names::AllIfNone);
    line.addJsonOption(JsonText);
    line.addStepsOption();
    line.parser().addOption(
        {u"stale"_s, u"Of the services named, or of the whole fleet, only those that run old code."_s});
    line.parser().addOption(
        {u"watch"_s,
         u"With --stale: keeps watching, and restarts stale services that have restart_on_stale in the fleet file, "
         "when they are idle."_s});
    line.parser().addOption(TrustOption);
    line.parser().addOption({u"all"_s, u"The whole fleet, in the order of depends_on."_s});
    if (const auto exit = line.read(arguments))
        return *exit;
    const bool stale = line.parser().isSet(u"stale"_s);
    const bool watch = line.parser().isSet(u"watch"_s);
    const bool all = line.parser().isSet(u"all"_s);
    if (line.parser().positionalArguments().isEmpty() && !stale && !all)
        return line.usageError(u"no service given; write a name or a URL, or --stale, or --all"_s);
    if (all && !line.parser().positionalArguments().isEmpty())
        return line.usageError(u"--all is the whole fleet; leave out the names, or --all"_s);
    if (watch && (!stale || !line.parser().positionalArguments().isEmpty()))
        return line.usageError(u"--watch goes with --stale, for the whole fleet"_s);
    const bool trusts = line.parser().isSet(u"trust"_s);
    if (!watch || trusts)
        rememberTrust(line, trusts ? line.fleet().hooks : QList<FleetHook>());
    if (watch) {
        HookWatch hooks(line.fleet(), u"restart"_s);
        return watchStale(line, line.isJson(), hooks);
    }
    const QList<FleetEntry> services = stale ? staleAmong(line.services()).stale : line.services();
    if (services.isEmpty()) {
        if (!line.isJson())
            line.terminal().write(u"nothing is stale\n"_s);
        return line.exitCode(ExitDone);
    }
    return line.exitCode(runAction(services, FleetAction::Restart, line.terminal(), line.actOutput()));
}

int startCommand(const QStringList &arguments)
{
    return act(arguments, FleetAction::Start,
               u"Starts services by the commands of the fleet file, detached, and waits until they are ready."_s,
               u"start NAME..."_s, Names::Required);
}

int upCommand(const QStringList &arguments)
{
    ClientCommandLine line(u"Starts the whole fleet, in the order of depends_on. What runs already is left alone."_s,
                           u"up"_s, Names::None);
    line.addJsonOption(JsonText);
    line.addStepsOption();
    line.parser().addOption(
        {u"attach"_s, u"Then shows what all services write, until interrupted, and stops the fleet in order."_s});
    line.parser().addOption({u"watch"_s, u"Then keeps watching, as `restart --stale --watch` does."_s});
    if (const auto exit = line.read(arguments))
        return *exit;
    const bool attach = line.parser().isSet(u"attach"_s);
    const bool watch = line.parser().isSet(u"watch"_s);
    if (attach && (watch || line.isJson()))
        return line.usageError(u"--attach goes without --watch and --json"_s);
    rememberTrust(line, line.fleet().hooks);
    HookWatch hooks(line.fleet(), u"up"_s);
    if (attach || watch) // what fails from now on is news
        hooks.look(line.services(), QList<ServiceSnapshot>(line.services().size()));
    const auto begin = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const int exit = line.exitCode(runAction(line.services(), FleetAction::Start, line.terminal(), line.actOutput()));
    if (exit >= ExitInterrupted)
        return exit;
    return attach ? stayAttached(line, begin, exit, hooks) : watch ? watchStale(line, line.isJson(), hooks) : exit;
}

int downCommand(const QStringList &arguments)
{
    return act(arguments, FleetAction::Stop, u"Stops the whole fleet gracefully, in the reverse order of depends_on."_s,
               u"down"_s, Names::None);
}

} // namespace Hephaestus
