// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/namedlines.h"
#include "dashboard/model/logfollower.h"

#include <QSet>

namespace Hephaestus {

/// Follows the output of several services at once, in the order of time. What arrives waits a little for what others
/// wrote before it; a line without its end waits for that. One thread.
class InterleavedLogs : public QObject
{
    Q_OBJECT

public:
    static constexpr std::chrono::milliseconds Wait{300};
    static constexpr std::chrono::milliseconds LongestWait{10'000}; ///< at the begin, for who has not said anything

    struct Source
    {
        FleetEntry entry;
        bool offers = false; ///< as of LogFollower
        ToldOutput told{};
    };

    InterleavedLogs(const QList<Source> &sources, const QString &stateDirectory, QObject *parent = nullptr);
    ~InterleavedLogs() override;

    void start();
    void stop();
    void setTold(int service, const ToldOutput &told) { m_followers[std::size_t(service)]->setTold(told); }

Q_SIGNALS:
    void appended(const QList<Hephaestus::NamedLine> &lines); ///< oldest first; by the place of their source
    void noted(int service, const QString &what);
    void failed(int service, const QString &why); ///< as of LogFollower

private:
    void take(int service, const QList<OutputLine> &lines);
    void flush();

    std::vector<std::unique_ptr<LogFollower>> m_followers;
    QList<NamedLine> m_waiting;
    QSet<int> m_silent; ///< who has told neither lines nor why there are none
    std::chrono::steady_clock::time_point m_begun;
    QTimer m_timer;
};

} // namespace Hephaestus
