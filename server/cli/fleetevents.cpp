// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/fleetevents.h"

#include "server/cli/actionrun.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;
using Kind = FleetEvent::Kind;

namespace {

/// Who asked for the act that is over; empty: another request came after it.
QString askerOf(const ActRecord &acts)
{
    return acts.latest && acts.latest->isDone
        ? u"%1 (pid %2)"_s.arg(acts.latest->command, QString::number(acts.latest->by.pid))
        : QString();
}

FleetEvent eventOf(const Receipt &receipt, const QString &by)
{
    const QDateTime end =
        receipt.startedAt.addMSecs(std::chrono::duration_cast<std::chrono::milliseconds>(receipt.total).count());
    return {end, receipt.service, Kind::Act, {}, receipt.action.text(), receipt.ok, by, receiptLine(receipt)};
}

bool isProgramDown(const WrappedProcess &process)
{
    return process.state == ProcessState::BackingOff || process.state == ProcessState::Failed;
}

QString howItEnded(const WrappedProcess &process)
{
    if (!process.signal.isEmpty())
        return u"killed by "_s + process.signal;
    return process.exitCode ? u"exited with code %1"_s.arg(*process.exitCode) : process.error;
}

} // namespace

bool FleetEvents::Known::hasVanished(const ServiceSnapshot &snapshot)
{
    if (snapshot.isHostLost)
        return false;
    const bool wasGone = std::exchange(isGone, snapshot.isGone);
    return isGone && !wasGone && snapshot.state == ServiceState::Unreachable;
}

QList<FleetEvent> FleetEvents::compare(const Look &look, const QDateTime &now)
{
    const ServiceSnapshot &snapshot = look.snapshot;
    const HealthReport *const report = snapshot.report ? &*snapshot.report : nullptr;
    const bool isForeign = snapshot.state == ServiceState::Foreign; // whose program dies then is not the entry's
    const bool isFirst = !m_known.contains(snapshot.name);
    Known &known = m_known[snapshot.name];
    const bool wasForeign = known.state == ServiceState::Foreign;
    QList<FleetEvent> events;
    if (look.acts.last && look.acts.last->startedAt != known.lastAct) {
        known.lastAct = look.acts.last->startedAt;
        events << eventOf(*look.acts.last, askerOf(look.acts));
        events.last().service = snapshot.name;
    }
    if (report && report->process && !isForeign) {
        const WrappedProcess &process = *report->process;
        const bool isSame = known.instance == report->instanceId;
        const bool hasDied = isSame && (process.restarts > known.restarts || (isProgramDown(process) && !known.isDown));
        // A restart that is counted after the program was seen down is no other death.
        if (!isFirst && hasDied && !(known.isDown && process.restarts == known.restarts + 1))
            events << FleetEvent{now, snapshot.name, Kind::Death, {}, {}, {}, {}, howItEnded(process)};
        known.restarts = process.restarts;
        known.isDown = isProgramDown(process);
    }
    if (const ServiceState before = std::exchange(known.state, snapshot.state); isFirst || before != snapshot.state) {
        events << FleetEvent{
            now, snapshot.name, Kind::State,     isFirst ? QString() : wireName(before), wireName(snapshot.state),
            {},  look.endedBy,  snapshot.message};
    }
    if (known.hasVanished(snapshot) && !isFirst && !wasForeign)
        events << FleetEvent{now, snapshot.name, Kind::Death, {}, {}, {}, {}, snapshot.message};
    if (!report)
        return events;
    const CodeVerdict verdict = report->code ? report->code->verdict : CodeVerdict::Unknown;
    if (const CodeVerdict before = std::exchange(known.verdict, verdict); !isFirst && before != verdict)
        events << FleetEvent{now, snapshot.name, Kind::Code, wireName(before), wireName(verdict), {}, {}, {}};
    else if (isFirst)
        events << FleetEvent{now, snapshot.name, Kind::Code, {}, wireName(verdict), {}, {}, {}};
    known.instance = isForeign ? QString() : report->instanceId;
    return events;
}

QList<FleetEvent> eventsOf(const QList<Death> &deaths)
{
    QList<FleetEvent> events;
    for (const Death &death : deaths) {
        if (!death.wasAsked)
            events << FleetEvent{QDateTime::fromString(QString::fromLatin1(death.time), Qt::ISODateWithMs),
                                 death.service,
                                 Kind::Death,
                                 {},
                                 {},
                                 {},
                                 {},
                                 death.lastWords.isEmpty() ? death.how : death.how + u": "_s + death.lastWords.last()};
    }
    return events;
}

} // namespace Hephaestus
