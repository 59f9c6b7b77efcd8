// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/interleavedlogs.h"

#include <algorithm>

namespace Hephaestus {

InterleavedLogs::InterleavedLogs(const QList<Source> &sources, const QString &stateDirectory, QObject *parent)
    : QObject(parent)
{
    m_timer.setSingleShot(true);
    m_timer.setInterval(Wait);
    connect(&m_timer, &QTimer::timeout, this, &InterleavedLogs::flush);
    for (int service = 0; service < int(sources.size()); ++service) {
        m_silent.insert(service);
        auto follower = std::make_unique<LogFollower>(sources[service].entry, sources[service].offers, stateDirectory);
        follower->setOnce(true);
        follower->setTold(sources[service].told);
        connect(follower.get(), &LogFollower::appended, this,
                [this, service](const QList<OutputLine> &lines) { take(service, lines); });
        connect(follower.get(), &LogFollower::noted, this,
                [this, service](const QString &what) { Q_EMIT noted(service, what); });
        connect(follower.get(), &LogFollower::failed, this, [this, service](const QString &why) {
            m_silent.remove(service);
            Q_EMIT failed(service, why);
        });
        m_followers.push_back(std::move(follower));
    }
}

InterleavedLogs::~InterleavedLogs() = default;

void InterleavedLogs::start()
{
    m_begun = std::chrono::steady_clock::now();
    for (const auto &follower : m_followers)
        follower->start();
}

void InterleavedLogs::stop()
{
    for (const auto &follower : m_followers)
        follower->stop();
    flush();
}

void InterleavedLogs::take(int service, const QList<OutputLine> &lines)
{
    m_silent.remove(service);
    for (const OutputLine &line : lines) {
        if (!line.isUnfinished()) // it comes again
            m_waiting.append({service, line});
    }
    if (!m_waiting.isEmpty() && !m_timer.isActive())
        m_timer.start();
}

void InterleavedLogs::flush()
{
    if (!m_silent.isEmpty() && std::chrono::steady_clock::now() - m_begun < LongestWait)
        return m_timer.start();
    QList<NamedLine> lines = std::exchange(m_waiting, {});
    sortByTime(lines);
    if (!lines.isEmpty())
        Q_EMIT appended(lines);
}

} // namespace Hephaestus
