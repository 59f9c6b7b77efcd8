// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/printable.h"
#include "common/fleet/actlock.h"
#include "common/fleet/plannedend.h"
#include "common/fleet/programdeaths.h"
#include "common/protocol/fleeteventcodec.h"
#include "server/cli/clientcommandline.h"
#include "server/cli/clientcommands.h"
#include "server/cli/exitcode.h"
#include "server/cli/fleetevents.h"
#include "server/cli/hookwatch.h"
#include "server/cli/interruptwatch.h"
#include "server/cli/logreading.h"
#include "server/cli/survey.h"

#include <QSet>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

QString textOf(const FleetEvent &event)
{
    QString text = event.time.toLocalTime().toString(u"yyyy-MM-dd HH:mm:ss"_s) + u"  "_s + event.service + u"  "_s;
    if (event.kind == FleetEvent::Kind::Act)
        text += event.message;
    else if (event.kind == FleetEvent::Kind::Death)
        text += u"ended: "_s + event.message;
    else
        text += (event.before.isEmpty() ? QString() : event.before + u" → "_s) + event.now
            + (event.message.isEmpty() ? QString() : u": "_s + event.message);
    return printable(event.by.isEmpty() ? text : text + u", by "_s + event.by) + u'\n';
}

/// What keeps a host away is told with the first of its services alone.
void shortenLostHosts(QList<ServiceSnapshot> &snapshots)
{
    QSet<QString> told;
    for (ServiceSnapshot &snapshot : snapshots) {
        if (!snapshot.isHostLost)
            continue;
        if (told.contains(snapshot.message))
            snapshot.message = noConnection(snapshot);
        else
            told.insert(snapshot.message);
    }
}

QList<FleetEvent> lookAtAll(FleetEvents &events, const QList<FleetEntry> &entries, SurveyMemory &memory,
                            HookWatch *hooks)
{
    QList<FleetEvent> happened;
    QList<ServiceSnapshot> snapshots = survey(entries, memory);
    if (hooks)
        hooks->look(entries, snapshots);
    shortenLostHosts(snapshots);
    for (qsizetype i = 0; i < entries.size(); ++i) {
        FleetEvents::Look look{snapshots[i], readActs(entries[i], {})};
        const auto planned = plannedEnd(entries[i], {});
        if (planned && !look.snapshot.report)
            look.snapshot.state = planned->state;
        if (planned)
            look.endedBy = planned->by;
        happened << events.compare(look, QDateTime::currentDateTimeUtc());
    }
    return happened;
}

void print(const ClientCommandLine &line, const QList<FleetEvent> &events)
{
    for (const FleetEvent &event : events)
        line.terminal().write(line.isJson() ? line.inJson(encode(event)) : textOf(event));
}

} // namespace

int eventsCommand(const QStringList &arguments)
{
    ClientCommandLine line(
        u"Tells what happened to services, as far as it is still known: deaths, and the latest start, stop or restart "
        "with who asked for it; and how they stand. With --follow it goes on, until interrupted, and runs the hooks of "
        "the fleet file."_s,
        u"events [NAME|URL]..."_s, ClientCommandLine::Names::AllIfNone);
    line.parser().addOption({u"follow"_s, u"Goes on with what happens from now on; looks once a second."_s});
    line.addJsonOption(u"Prints JSON: one event per line."_s);
    line.doAllThere(u"follow"_s); // the acts and the files that tell of it; but following outlives a connection
    if (const auto exit = line.read(arguments))
        return *exit;
    QList<FleetEvent> first;
    for (const LogState &state : readLogs(line.services(), std::numeric_limits<int>::max()))
        first << eventsOf(deathsIn(state.entry.name, state.lines));
    FleetEvents events;
    SurveyMemory memory;
    InterruptWatch interrupts;
    std::optional<HookWatch> hooks;
    if (line.parser().isSet(u"follow"_s))
        hooks.emplace(line.fleet(), u"events"_s);
    first << lookAtAll(events, line.services(), memory, hooks ? &*hooks : nullptr);
    std::stable_sort(first.begin(), first.end(),
                     [](const FleetEvent &a, const FleetEvent &b) { return a.time < b.time; });
    print(line, first);
    while (hooks && interrupts.signalNumber() == 0) {
        pause(1s);
        print(line, lookAtAll(events, line.services(), memory, &*hooks));
    }
    return interrupts.signalNumber() ? ExitInterrupted + interrupts.signalNumber() : ExitDone;
}

} // namespace Hephaestus
