// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/hostact.h"

#include "common/base/duration.h"
#include "common/base/post.h"
#include "common/base/printable.h"
#include "common/base/processoutcome.h"
#include "common/protocol/healthcodec.h"
#include "common/protocol/receiptcodec.h"

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr milliseconds RetryEvery = 500ms;
/// How long a host that was lost is waited for; longer than any shutdown of a service may take.
constexpr milliseconds LongestLoss = 15min;
constexpr qsizetype LongestLine = 1 << 20;
constexpr qsizetype LongestErrors = 4 * 1024;
constexpr qsizetype MostSteps = 200;
constexpr int NoSuchProgram = 127; ///< of every shell
constexpr int NotPermitted = 126;
constexpr int SshFailed = 255;
constexpr int UsageError = 2;

QString commandFor(FleetAction action)
{
    switch (action) {
    case FleetAction::Start: return u"start"_s;
    case FleetAction::Stop: return u"shutdown"_s;
    case FleetAction::Restart: return u"restart"_s;
    }
    Q_UNREACHABLE();
}

} // namespace

HostAct::HostAct(FleetEntry entry, FleetAction action, QString old, bool hasOld, QObject *parent)
    : QObject(parent)
    , m_entry(std::move(entry))
    , m_action(action)
    , m_old(std::move(old))
    , m_hasOld(hasOld)
    , m_host(HostConnection::to(m_entry.host))
{
    m_retryTimer.setSingleShot(true);
    connect(&m_retryTimer, &QTimer::timeout, this, &HostAct::connectHost);
}

HostAct::~HostAct()
{
    if (!m_process)
        return;
    m_process->disconnect(this);
    m_process->kill();
    m_process->waitForFinished(1'000);
}

void HostAct::start() { post(this, &HostAct::connectHost); }

void HostAct::connectHost()
{
    m_host->open(this, [this](const std::optional<Problem> &problem) {
        if (!problem)
            return ask();
        if (!m_isAsked)
            return refuse(u"%1; nothing was done"_s.arg(hostTrouble(m_entry.host, problem->what)));
        lost(problem->what);
    });
}

/// The request, or the question how it came out. To start a service that runs changes nothing, and waits for who is at
/// it; so does a second shutdown.
QStringList HostAct::words() const
{
    const bool isOutcome = m_question == Question::Outcome;
    QStringList words{u"hephaestus"_s,
                      commandFor(isOutcome && m_action == FleetAction::Restart ? FleetAction::Start : m_action),
                      u"--json"_s};
    if (m_wantsSteps)
        words << u"--steps"_s;
    return words << u"--"_s << (m_entry.nameThere.isEmpty() ? m_entry.name : m_entry.nameThere);
}

void HostAct::ask()
{
    m_error.clear();
    m_said.clear();
    m_receipt.reset();
    m_process = std::make_unique<QProcess>();
    HostConnection::prepare(*m_process);
    connect(m_process.get(), &QProcess::readyReadStandardOutput, this, &HostAct::readOutput);
    connect(m_process.get(), &QProcess::readyReadStandardError, this, &HostAct::readErrors);
    whenOver(*m_process, this, [this](const ProcessOutcome &outcome) { ended(outcome); });
    QStringList command = m_host->commandLine(words());
    const QString program = command.takeFirst();
    m_isAsked = true;
    m_process->start(program, command);
}

void HostAct::readOutput()
{
    while (m_process && m_process->canReadLine())
        readLine(m_process->readLine(LongestLine));
    if (m_process && m_process->bytesAvailable() > LongestLine) {
        m_isEndless = true;
        m_process->kill();
    }
}

void HostAct::readErrors()
{
    m_said += m_process->readAllStandardError();
    m_said = m_said.last(std::min(m_said.size(), LongestErrors));
}

void HostAct::readLine(const QByteArray &line)
{
    if (Result<ActNews> news = decodeActNews(line.trimmed())) {
        if (!news->step)
            Q_EMIT progressed(news->text);
        else if (m_question == Question::Outcome)
            return; // they are those of another command
        else if (news->step->outcome == StepOutcome::Running && news->step->name.value())
            Q_EMIT stepStarted(*news->step->name.value());
        else if (news->step->outcome != StepOutcome::Running && m_steps.size() < MostSteps) {
            m_steps << *news->step;
            Q_EMIT stepFinished(m_steps.last());
        }
        return;
    }
    if (Result<Receipt> receipt = decodeReceipt(line.trimmed()))
        m_receipt = std::move(*receipt);
    else if (const Result<ErrorBody> error = decodeError(line.trimmed()))
        m_error = printable(error->message.left(600));
}

void HostAct::ended(const ProcessOutcome &outcome)
{
    readErrors();
    const QByteArray rest = m_isEndless ? QByteArray() : m_process->readAllStandardOutput();
    for (const QByteArray &line : rest.split('\n')) {
        if (!line.trimmed().isEmpty())
            readLine(line);
    }
    const QString said = printable(QString::fromUtf8(m_said).trimmed().right(300));
    m_process.release()->deleteLater(); // it is calling us
    if (!outcome.whyNotStarted.isEmpty())
        return refuse(u"ssh cannot be started: %1"_s.arg(outcome.whyNotStarted));
    if (m_receipt)
        return judge(*m_receipt);
    const QString &host = m_entry.host.name;
    if (m_isEndless) {
        Receipt receipt;
        receipt.steps = m_steps;
        receipt.failure = u"how it came out is not known: hephaestus on %1 writes a line without an end"_s.arg(host);
        return conclude(std::move(receipt));
    }
    if (outcome.code == NoSuchProgram || outcome.code == NotPermitted)
        return refuse(u"there is no hephaestus on %1"_s.arg(host));
    if (outcome.code == UsageError) {
        if (m_wantsSteps && (m_error.contains("steps"_L1) || said.contains("steps"_L1))) { // an earlier version
            m_wantsSteps = false;
            return connectHost();
        }
        return refuse(u"hephaestus on %1: %2"_s.arg(host, m_error.isEmpty() ? said : m_error));
    }
    if (!outcome.hasExited || outcome.code == SshFailed)
        return lost(m_host->isOpen() && !said.isEmpty() ? u"ssh: "_s + said : m_host->trouble());
    Receipt receipt;
    receipt.steps = m_steps;
    receipt.failure = u"hephaestus on %1 ended with exit code %2 and no receipt: %3"_s.arg(
        host, QString::number(outcome.code), m_error.isEmpty() ? said : m_error);
    conclude(std::move(receipt));
}

void HostAct::lost(const QString &why)
{
    const auto now = steady_clock::now();
    if (m_lostSince == steady_clock::time_point{}) {
        m_lostSince = now;
        m_question = Question::Outcome;
        const QString after = m_steps.isEmpty() ? u"before a step was told"_s
                                                : u"after the step \"%1\""_s.arg(m_steps.last().name.text());
        m_notes << u"the connection to %1 was lost %2"_s.arg(m_entry.host.name, after);
    }
    if (now - m_lostSince > LongestLoss) {
        Receipt receipt;
        receipt.steps = m_steps;
        receipt.failure = u"how it came out is not known: %1, for %2. What has begun there goes on"_s.arg(
            hostTrouble(m_entry.host, why), formatDuration(LongestLoss));
        return conclude(std::move(receipt));
    }
    Q_EMIT progressed(u"%1; waiting for it"_s.arg(hostTrouble(m_entry.host, why)));
    m_retryTimer.start(RetryEvery);
}

void HostAct::judge(const Receipt &there)
{
    if (m_lostSince == steady_clock::time_point{})
        return conclude(there);
    m_notes << u"it was back after %1"_s.arg(
        formatDuration(std::chrono::floor<milliseconds>(steady_clock::now() - m_lostSince)));
    judgeOutcome(there);
}

/// `there`: of the start or shutdown that asked how it came out.
void HostAct::judgeOutcome(Receipt there)
{
    if (m_action == FleetAction::Restart && there.ok && m_hasOld) {
        const bool isKnown = !m_old.isEmpty() && !there.newInstance.isEmpty();
        if (isKnown && there.newInstance == m_old) { // nobody had begun
            m_notes << u"nothing had been done, and it was asked for again"_s;
            m_lostSince = {};
            m_question = Question::Act;
            m_steps.clear();
            return connectHost();
        }
        if (!isKnown) {
            there.ok = false;
            there.failure = u"it runs, but does not say which instance it is: whether it was restarted is not known"_s;
        }
    }
    there.steps = m_steps + there.steps;
    there.oldInstance = m_old;
    conclude(std::move(there));
}

void HostAct::refuse(const QString &why)
{
    if (m_question == Question::Outcome) { // not refused the first time, perhaps
        Receipt receipt;
        receipt.steps = m_steps;
        receipt.failure = u"how it came out is not known: %1"_s.arg(why);
        return conclude(std::move(receipt));
    }
    if (!std::exchange(m_isOver, true))
        Q_EMIT impossible(why);
}

void HostAct::conclude(Receipt receipt)
{
    if (std::exchange(m_isOver, true))
        return;
    receipt.service = m_entry.name;
    receipt.action = m_action;
    receipt.host = m_entry.host.name;
    if (!receipt.ok && receipt.failure.isEmpty())
        receipt.failure = u"hephaestus on %1 does not say why"_s.arg(m_entry.host.name);
    if (!receipt.note.isEmpty())
        m_notes << receipt.note;
    receipt.note = m_notes.join(u"; "_s);
    Q_EMIT finished(receipt);
}

} // namespace Hephaestus
