// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/restarttexts.h"

#include "common/base/ansitext.h"
#include "common/base/duration.h"
#include "common/base/printable.h"

#include <QRegularExpression>

#include <algorithm>
#include <cstring>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

QString latePortText(const LateFacts &facts, const QString &time)
{
    if (facts.newInstance)
        return u"something has started it again (instance %1): a supervisor, perhaps"_s.arg(
            printable(facts.newInstance->left(60)));
    return u"%1 is not free %2 after the process ended (%3)."_s.arg(facts.address, time, facts.answer) + facts.holder;
}

QString answerText(const LateFacts &facts)
{
    if (!facts.doesAnswer)
        return facts.answer;
    return facts.trouble.isEmpty() ? u"it answers, but is not ready"_s : printable(facts.trouble);
}

QString lateServingText(RestartMeans means, const LateFacts &facts, const QString &time)
{
    if (means == RestartMeans::Supervisor) {
        const QString state = facts.isOldInstance ? u"the old instance still answers"_s : answerText(facts);
        return u"%1 says it is done, but there is no new healthy instance at %2 after %3: %4"_s.arg(
            facts.method, facts.address, time, state);
    }
    const QString process = facts.launched ? u" (pid %1, still running)"_s.arg(*facts.launched) : QString();
    return u"not ready within %1 of its start%2: %3%4"_s.arg(time, process, answerText(facts), facts.lastWords)
        + facts.holder;
}

} // namespace

QString lateText(const PlannedStep &step, const LateFacts &facts)
{
    const QString time = formatDuration(step.deadline);
    if (step.step == RestartStep::Built)
        return u"the build has not ended within %1; nothing else was done"_s.arg(time);
    if (step.step == RestartStep::ProcessGone)
        return u"the process (pid %1) still runs after %2"_s.arg(facts.waitedFor).arg(time);
    if (step.step == RestartStep::PortFree)
        return latePortText(facts, time);
    if (step.step == RestartStep::SuccessorAccepts)
        return u"the successor of %1 does not accept after %2 (%3)"_s.arg(facts.service, time, facts.answer);
    const bool isServing = step.step == RestartStep::Ready || step.step == RestartStep::Healthy;
    if (step.means == RestartMeans::Itself && !(isServing && facts.newInstance))
        return u"no new instance of %1 within %2 (%3)"_s.arg(facts.service, time, facts.answer);
    if (isServing)
        return lateServingText(step.means, facts, time);
    if (step.means == RestartMeans::Supervisor)
        return u"%1 has not done it within %2"_s.arg(facts.method, time);
    const QString state = facts.progress.isEmpty() ? QString() : u" (%1)"_s.arg(facts.progress);
    return u"%1 has not finished its shutdown within %2%3"_s.arg(facts.service, time, state);
}

QString overruledText(FleetAction action, const QString &service, const QString &by)
{
    return u"the %1 of %2 was called off: %3 asked for something else"_s.arg(wireName(action), service, by);
}

QString foreignText(const QString &service, const QString &address, const QString &owner)
{
    return u"%1 is not touched: %2 is held by %3. Stop it there, or change the port of this entry"_s.arg(
        service, address, owner);
}

QString otherInstanceText(const QString &service, const QString &wanted, const QString &found, const QString &silence)
{
    const QString name = printable(wanted.left(40));
    if (!found.isEmpty())
        return u"nothing was done: %1 is instance %2 now, not %3"_s.arg(printable(service), printable(found), name);
    return u"nothing was done: %1 does not say that it is instance %2%3"_s.arg(
        printable(service), name, silence.isEmpty() ? QString() : u" ("_s + printable(silence) + u')');
}

QString waitingText(const QString &holder)
{
    return holder.isEmpty() ? u"waiting for another act on it"_s : u"waiting for %1"_s.arg(holder);
}

QString brokenOffText(const RunningAct &act)
{
    const QString step = act.step.isEmpty() ? QString() : u" when it had come to \"%1\""_s.arg(printable(act.step));
    return u"%1 (pid %2) was broken off%3"_s.arg(printable(act.request.command), QString::number(act.request.by.pid),
                                                 step);
}

QString stillTrueText(const CancelFacts &facts)
{
    if (facts.launched)
        return u"pid %1 was started, and was not waited for"_s.arg(*facts.launched);
    if (facts.action == FleetAction::Stop)
        return u"%1 goes on with its shutdown"_s.arg(facts.service);
    if (facts.action == FleetAction::Restart && facts.isLaunchDue) {
        const QString text = u"%1 was asked to shut down, and is not started again"_s.arg(facts.service);
        return facts.namesCommand ? text + u". To start it: hephaestus start "_s + facts.service : text;
    }
    if (facts.isByCommand || facts.isLaunchDue)
        return u"%1 was not started"_s.arg(facts.service);
    return u"%1 was asked to %2, and goes on with it"_s.arg(facts.service, wireName(facts.action));
}

QString cancelledText(const CancelFacts &facts)
{
    return facts.isAsked ? u"cancelled: "_s + stillTrueText(facts) : u"cancelled"_s;
}

QString restartProgressText(const ShutdownProgress &progress)
{
    const QString left =
        progress.left ? u", %1 left"_s.arg(formatDuration(wholeSecondsLeft(*progress.left))) : QString();
    if (progress.phase == "draining"_L1)
        return u"draining %1"_s.arg(progress.inFlight) + left;
    for (const StepReport &step : progress.steps) {
        if (step.outcome == StepOutcome::Running)
            return u"cleaning up: "_s + printable(step.name) + left;
    }
    if (progress.phase == "stopped"_L1) // nothing is left to do but to end
        return progress.phase;
    return printable(progress.phase.left(40)) + left;
}

QString troubleOf(const QList<StepReport> &steps)
{
    QStringList troubles;
    for (const StepReport &step : steps) {
        if (step.outcome == StepOutcome::Failed)
            troubles << u"%1 failed: %2"_s.arg(printable(step.name), printable(step.error));
        else if (step.outcome == StepOutcome::TimedOut)
            troubles << u"%1 timed out"_s.arg(printable(step.name));
    }
    return troubles.join(u", "_s);
}

QString unfinishedText(const UnansweredEnd &end)
{
    if (end.seen && end.seen->phase == "stopped"_L1)
        return troubleOf(end.seen->steps);
    QString text = u"it ended without an answer: whether its clean-up finished is not known"_s;
    if (end.isKilled)
        text = u"it was killed, as asked: its clean-up did not finish"_s;
    else if (end.exit && end.exit->signal != 0)
        text = u"it was killed by signal %1: its clean-up did not finish"_s.arg(
            u"%1 (%2)"_s.arg(end.exit->signal).arg(QString::fromLocal8Bit(::strsignal(end.exit->signal))));
    else if (end.exit)
        text = u"it exited with code %1 without an answer: whether its clean-up finished is not known"_s.arg(
            end.exit->code);
    if (end.seen && !end.seen->phase.isEmpty()) {
        ShutdownProgress last = *end.seen;
        last.left.reset();
        text += u" (last seen: %1)"_s.arg(restartProgressText(last));
    }
    return text;
}

QString troubleOf(const ShutdownResult &result)
{
    QStringList troubles;
    if (const QString ofSteps = troubleOf(result.steps); !ofSteps.isEmpty())
        troubles << ofSteps;
    if (result.drain && result.drain->abandoned > 0)
        troubles << (result.drain->abandoned == 1 ? u"1 request was cut off"_s
                                                  : u"%1 requests were cut off"_s.arg(result.drain->abandoned));
    if (troubles.isEmpty() && !result.complete)
        troubles << u"the service says its clean-up was incomplete"_s;
    return troubles.join(u", "_s);
}

QStringList linesOf(const LogPage &page)
{
    QByteArray output;
    for (const OutputLine &line : page.lines)
        output += line.text;
    return linesOf(output);
}

QStringList linesOf(const QByteArray &output)
{
    QStringList lines;
    for (const QByteArray &line : output.split('\n')) {
        if (!line.trimmed().isEmpty())
            lines << styledLine(QString::fromUtf8(line), 200).text;
    }
    return lines;
}

QStringList lastOfProgram(const QStringList &lines)
{
    static const QRegularExpression doings(u"^\\d{4}-\\d\\d-\\d\\dT\\S+Z info +hephaestus\\.|^listening on "_s);
    QStringList own = lines;
    own.removeIf([](const QString &line) { return doings.match(line).hasMatch(); });
    const QStringList &chosen = own.isEmpty() ? lines : own;
    return chosen.mid(std::max<qsizetype>(0, chosen.size() - LastWords));
}

QString lastWordsText(const QStringList &lines)
{
    return lines.isEmpty() ? u". It wrote nothing."_s : u". Its last words: "_s + lines.join(u" | "_s);
}

QString holderText(const PortHolder &holder, const ServiceAddress &address)
{
    if (address.kind == ServiceAddress::Kind::Unix)
        return u" The socket %1 is held by %2. Stop it, or change the path."_s.arg(address.path, holder.text());
    return u" Port %1 is held by %2. Stop it, or change the port."_s.arg(address.port).arg(holder.text());
}

} // namespace Hephaestus
