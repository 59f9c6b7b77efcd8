// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/observedservice.h"

#include "common/base/processentry.h"
#include "common/fleet/foreignservice.h"
#include "common/fleet/portholders.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// Close looks while something is expected at any moment, wide ones after a second.
constexpr auto QuickPoll = 10ms;
constexpr auto SlowPoll = 100ms;

} // namespace

ObservedService::ObservedService(const FleetEntry &entry, const Clock &clock, QString stateDirectory)
    : m_entry(entry)
    , m_clock(clock)
    , m_stateDirectory(std::move(stateDirectory))
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &ObservedService::ask);
}

ObservedService::~ObservedService() = default;

std::optional<Problem> ObservedService::open()
{
    const Result<ServiceTarget> target = targetOf(m_entry, m_stateDirectory);
    if (!target)
        return target.problem();
    const Result<HttpPeer> peer = parsePeer(m_entry.url);
    if (!peer)
        return peer.problem();
    m_peer = *peer;
    m_peer.host = m_entry.host;
    m_client = std::make_unique<ServiceClient>(*target);
    return {};
}

void ObservedService::close()
{
    pause();
    if (m_client)
        m_client->abort();
}

void ObservedService::watchProcesses()
{
    const bool isHere = m_entry.host.isHere();
    if (m_before->pid && isHere && isHeldBy(m_peer.address, *m_before->pid))
        m_process = ProcessWatch::open(*m_before->pid);
    m_isElsewhere = isHere && m_peer.address.isLoopback() && m_before->pid && !m_process && !isProcessHere(*m_before);
    if (m_process && m_before->process && m_before->process->pid)
        m_program = ProcessWatch::open(*m_before->process->pid);
    for (const auto &process : {m_process.get(), m_program.get()}) {
        if (process)
            connect(process, &ProcessWatch::gone, this, &ObservedService::processGone);
    }
}

void ObservedService::noteRequestOver()
{
    m_isRequestOver = true;
    m_requestOverAt = m_clock.now();
}

std::chrono::nanoseconds ObservedService::sinceRequest() const
{
    return m_isRequestOver ? m_clock.now() - m_requestOverAt : 0ns;
}

void ObservedService::watch(Question question)
{
    m_question = question;
    m_isCompared = false;
    m_watchedSince = m_clock.now();
    m_isPaused = false;
    m_timer.start(0);
}

void ObservedService::pause()
{
    m_isPaused = true;
    m_timer.stop();
}

void ObservedService::forget()
{
    m_error.reset();
    if (!isNew())
        m_now.reset();
}

void ObservedService::ask()
{
    if (m_isAsking)
        return;
    m_isAsking = true;
    m_isHeardLater = m_isRequestOver;
    if (m_question == Question::Status) {
        m_client->askStatus([this](const Answer<HealthReport> &answer) { hear(answer.reply, answer.value); });
        return;
    }
    m_client->askStatusAnew([this](const Answer<HealthReport> &answer) {
        m_isCompared = true;
        hear(answer.reply, answer.value);
    });
}

void ObservedService::hear(const ServiceReply &reply, std::optional<HealthReport> report)
{
    m_isAsking = false;
    m_now = std::move(report);
    if (m_now)
        m_environments.addTo(*m_now, m_entry);
    m_error = reply.error;
    m_message = m_now ? u"it answers"_s : reply.message;
    m_wasShuttingDown = m_wasShuttingDown || (m_now && !isNew() && m_now->status == ServiceStatus::ShuttingDown);
    if (!m_isPaused)
        m_timer.start(m_clock.now() - m_watchedSince < 1s ? QuickPoll : SlowPoll);
    Q_EMIT heard();
}

bool ObservedService::isNew() const
{
    if (!m_now || !m_before || m_isStarting)
        return m_now.has_value();
    if (!m_now->instanceId.isEmpty() && !m_before->instanceId.isEmpty())
        return m_now->instanceId != m_before->instanceId;
    return m_now->startTime != m_before->startTime || (m_now->pid && m_before->pid && m_now->pid != m_before->pid);
}

bool ObservedService::isCodeKnown() const
{
    return m_isCompared && m_now && m_now->code
        && (m_now->code->verdict != CodeVerdict::Unknown || m_now->code->isConclusive);
}

bool ObservedService::isStrangerTo(std::optional<qint64> launched) const
{
    if (!launched || !m_now || !m_now->pid || !isHeldBy(m_peer.address, *m_now->pid))
        return false; // it cannot be seen
    std::optional<ProcessEntry> process = readProcess(*m_now->pid);
    while (process && process->pid != *launched && process->session != *launched && process->parent > 1)
        process = readProcess(process->parent);
    return process && process->pid != *launched && process->session != *launched;
}

} // namespace Hephaestus
