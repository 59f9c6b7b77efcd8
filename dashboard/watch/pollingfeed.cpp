// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/watch/pollingfeed.h"

#include "common/base/post.h"
#include "common/base/processentry.h"
#include "common/client/openfiles.h"
#include "common/fleet/knownprotocol.h"

#include <algorithm>

namespace Hephaestus {

using namespace std::chrono_literals;

namespace {

constexpr qsizetype MostAtOnce = 2'000; ///< published before the pause is over: more would keep the window busy

} // namespace

PollingFeed::PollingFeed(const Clock &clock, QString stateDirectory, QObject *parent)
    : ServiceFeed(parent)
    , m_clock(clock)
    , m_stateDirectory(std::move(stateDirectory))
    , m_trust(m_stateDirectory)
    , m_poller([this](ServiceId id, const Poller::Done &done) { ask(id, done); }, [this](ServiceId id) { giveUp(id); },
               clock)
{
    connect(&m_poller, &Poller::answered, this, &PollingFeed::gather);
    m_publishTimer.setSingleShot(true);
    connect(&m_publishTimer, &QTimer::timeout, this, &PollingFeed::publish);
    m_lateTimer.setSingleShot(true);
    connect(&m_lateTimer, &QTimer::timeout, this, &PollingFeed::lookAtLate);
}

PollingFeed::~PollingFeed() = default;

void PollingFeed::add(ServiceId id, const SharedEntry &entry)
{
    const auto [subject, isNew] = m_subjects.try_emplace(id, Subject{entry});
    if (!isNew) {
        subject->second.entry = entry;
        return;
    }
    OpenFiles::allow(int(m_subjects.size()));
    m_poller.add(id, entry->interval, entry->host.isHere() ? 0 : qHash(entry->host.name) | 1);
}

void PollingFeed::remove(ServiceId id)
{
    m_poller.remove(id);
    m_subjects.erase(id);
}

void PollingFeed::start() { m_poller.start(); }

void PollingFeed::stop() { m_poller.stop(); }

void PollingFeed::setEager(ServiceId id, bool eager)
{
    if (const auto subject = m_subjects.find(id); subject != m_subjects.end())
        subject->second.eager = eager;
    m_poller.setEager(id, eager);
}

void PollingFeed::expectHealth(ServiceId id)
{
    if (const auto subject = m_subjects.find(id); subject != m_subjects.end())
        subject->second.hasSpoken = true;
}

void PollingFeed::hurry(ServiceId id) { m_poller.hurry(id); }

void PollingFeed::askAnew(ServiceId id)
{
    const auto subject = m_subjects.find(id);
    if (subject == m_subjects.end())
        return;
    subject->second.isAwaited = true;
    m_poller.askAnew(id);
    if (!m_arrivals.isEmpty())
        publish();
}

void PollingFeed::ask(ServiceId id, const Poller::Done &done)
{
    Subject &subject = m_subjects.at(id);
    if (subject.isTokenHeld && m_trust.isTokenTrusted(*subject.entry))
        subject.client.reset();
    if (!subject.client) {
        const Result<ServiceTarget> target = targetOf(*subject.entry, m_stateDirectory);
        if (!target) { // a token that cannot be read now may be there at the next poll
            Answer<HealthReport> answer;
            answer.reply.error = ClientError::Unauthorized;
            answer.reply.message = target.problem().text();
            post(this, [done, answer] { done(answer); });
            return;
        }
        subject.client = std::make_unique<DialectClient>(*target);
        subject.isTokenHeld = !target->whyNoToken.isEmpty();
    }
    if (subject.hasSpoken)
        subject.client->narrow(Answers::Health);
    if (m_processOf && !m_lateTimer.isActive())
        m_lateTimer.start(Late);
    subject.client->askStatus(done);
}

void PollingFeed::giveUp(ServiceId id)
{
    if (const auto subject = m_subjects.find(id); subject != m_subjects.end() && subject->second.client)
        subject->second.client->abort();
}

/// A suspended process keeps its connections, and nothing but the time limit of the question would tell.
void PollingFeed::lookAtLate()
{
    const Clock::TimePoint now = m_clock.now();
    for (const ServiceId id : m_poller.askedBefore(now - Late)) {
        const qint64 pid = m_processOf(id);
        const std::optional<ProcessEntry> process = pid != 0 ? readProcess(pid) : std::nullopt;
        if (!process || !process->isSuspended())
            continue;
        Answer<HealthReport> answer;
        answer.reply.error = ClientError::Timeout;
        answer.reply.message = tr("its process is suspended by a signal: kill -CONT %1 lets it go on").arg(pid);
        m_poller.settle(id, answer);
    }
    const QList<ServiceId> open = m_poller.askedBefore(now); // those that are not late yet, too
    if (std::ranges::any_of(open, [this](ServiceId id) { return m_processOf(id) != 0; }))
        m_lateTimer.start(Late);
}

/// Who wants to know whether it has spoken before looks once, when the page is found.
void PollingFeed::takePage(ServiceId id, Arrival &arrival)
{
    Subject &subject = m_subjects.at(id);
    if (!subject.hasSpoken && !std::exchange(subject.isPageKnown, true))
        subject.hasSpoken = tellsHealth(*subject.entry, m_stateDirectory);
    if (subject.hasSpoken)
        arrival.answer = refusedPage(arrival.answer);
}

void PollingFeed::gather(ServiceId id, const Answer<HealthReport> &answer)
{
    if (m_poller.isQuiet())
        m_lateTimer.stop(); // nothing wakes for nothing
    Subject &subject = m_subjects.at(id);
    Arrival arrival{id, answer, m_clock.sinceBoot(), m_clock.wall()};
    if (arrival.answer.value && arrival.answer.value->isPage)
        takePage(id, arrival);
    if (arrival.answer.value) {
        arrival.dialect = subject.client->dialect();
        m_environments.addTo(*arrival.answer.value, *subject.entry);
        m_foreign.addTo(*arrival.answer.value, *subject.entry);
    }
    m_arrivals << std::move(arrival);
    const bool isAwaited = std::exchange(subject.isAwaited, false);
    if (subject.eager || isAwaited || m_arrivals.size() >= MostAtOnce || isWhole())
        publish();
    else if (!m_publishTimer.isActive())
        m_publishTimer.start(PublishPause);
}

/// Those that were asked together have all answered, and nothing was published for as long as the others would wait.
bool PollingFeed::isWhole() const { return !m_poller.isAsking() && m_clock.now() - m_published >= PublishPause; }

void PollingFeed::publish()
{
    m_publishTimer.stop();
    m_published = m_clock.now();
    Q_EMIT arrived(std::exchange(m_arrivals, {}));
}

} // namespace Hephaestus
