// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/actquestions.h"

#include "dashboard/model/displaytext.h"

#include <QCoreApplication>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr int MostListed = 12;

struct QuestionText
{
    Q_DECLARE_TR_FUNCTIONS(ActQuestions)
};

QStringList shortened(const QStringList &lines)
{
    return lines.size() <= MostListed ? lines
                                      : lines.mid(0, MostListed)
            + QStringList{QuestionText::tr("and %n more", nullptr, int(lines.size() - MostListed))};
}

} // namespace

QString ActQuestions::ofOne(ServiceId id, ServiceAction action) const
{
    const ServiceRow &row = *m_session.fleet().find(id);
    const QString verb = action == ServiceAction::Restart ? QuestionText::tr("Restart %1 on %2?")
        : action == ServiceAction::Start                  ? QuestionText::tr("Start %1 on %2?")
        : action == ServiceAction::ShutDown               ? QuestionText::tr("Shut down %1 on %2?")
                                                          : QuestionText::tr("Schedule a shutdown of %1 on %2?");
    QString text = verb.arg(visibleText(row.entry.name, 80), visibleText(placeOf(row.entry), 120)) + inFlight(row);
    if (action == ServiceAction::ShutDown && !whyNotStartable(row.entry).isEmpty())
        text += u' ' + QuestionText::tr("Nothing here can start it again.");
    if (row.isReplaced())
        text += u'\n'
            + QuestionText::tr("It does not answer: another process has its address, %1.")
                  .arg(visibleText(row.holder->text, 300));
    return text + dependantsText({id}, action);
}

QString ActQuestions::inFlight(const ServiceRow &row) const
{
    const qint64 count = row.report ? row.report->resources.inFlightRequests.value_or(0) : 0;
    if (!row.isCurrent() || count <= 0)
        return {};
    return u' '
        + QuestionText::tr("%1 request(s) are in flight and will be finished first.", nullptr, int(count))
              .arg(formatCount(count))
        + u' ' + QuestionText::tr("That takes 30 s at most, unless the service is configured otherwise.");
}

QString ActQuestions::ofAll(const QList<ServiceId> &services, ServiceAction action) const
{
    const int count = int(services.size());
    const QString question = action == ServiceAction::Restart
        ? QuestionText::tr("Restart these %n service(s), one after the other?", nullptr, count)
        : action == ServiceAction::Start ? QuestionText::tr("Start these %n service(s)?", nullptr, count)
        : action == ServiceAction::ShutDown
        ? QuestionText::tr("Shut down these %n service(s), one after the other?", nullptr, count)
        : QuestionText::tr("Schedule a shutdown of these %n service(s)?", nullptr, count);
    return question + u'\n' + places(services) + dependantsText(services, action);
}

QString ActQuestions::places(const QList<ServiceId> &services) const
{
    QStringList lines;
    for (const ServiceId id : services) {
        const FleetEntry &entry = m_session.fleet().find(id)->entry;
        lines << QuestionText::tr("%1 on %2").arg(visibleText(entry.name, 80), visibleText(placeOf(entry), 120));
    }
    return shortened(lines).join(u'\n');
}

QStringList ActQuestions::dependants(const QList<ServiceId> &services) const
{
    FleetModel &fleet = m_session.fleet();
    QStringList names;
    for (int line = 0; line < fleet.rowCount(); ++line) {
        const ServiceRow &other = fleet.row(line);
        if (other.entry.dependsOn.isEmpty() || services.contains(other.id) || other.state() == ServiceState::Stopped)
            continue;
        const bool depends = std::ranges::any_of(services, [&](ServiceId id) {
            return other.entry.dependsOn.contains(fleet.find(id)->entry.name)
                && m_session.fleetFileOf(id) == m_session.fleetFileOf(other.id);
        });
        if (depends)
            names << visibleText(other.entry.name, 80);
    }
    return names;
}

/// A restart is soon over; a shutdown is not.
QString ActQuestions::dependantsText(const QList<ServiceId> &services, ServiceAction action) const
{
    if (action != ServiceAction::ShutDown && action != ServiceAction::ScheduleShutDown)
        return {};
    const QStringList names = dependants(services);
    return names.isEmpty()
        ? QString()
        : u'\n' + QuestionText::tr("What depends on it stays up: %1.").arg(shortened(names).join(u", "_s));
}

QString ActQuestions::untrusted(const QList<ServiceId> &services, ServiceAction action) const
{
    const bool isRun = action == ServiceAction::Start || action == ServiceAction::Restart;
    QStringList runs;
    QStringList sends;
    for (const ServiceId id : services) {
        const FleetEntry &entry = m_session.fleet().find(id)->entry;
        const QString name = visibleText(entry.name, 80);
        const QString file = visibleText(m_session.restartFileOf(id), 200);
        if (const QString run = whatRuns(entry); isRun && !run.isEmpty() && !m_session.isTrusted(id))
            runs << QuestionText::tr("%1 runs %2, from %3").arg(name, visibleText(run, 300), file);
        if (!m_session.isTokenTrusted(id))
            sends << QuestionText::tr("%1 gets %2, as %3 says")
                         .arg(name, visibleText(whatIsSent(entry), 400), visibleText(entry.fleetFile, 200));
    }
    QStringList parts;
    if (!runs.isEmpty())
        parts << QuestionText::tr("You have not run this before:") << shortened(runs);
    if (!sends.isEmpty())
        parts << QuestionText::tr("You have not sent this before:") << shortened(sends);
    return parts.join(u'\n');
}

} // namespace Hephaestus
