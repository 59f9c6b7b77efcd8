// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/client/serviceclient.h"
#include "server/core/serverstate.h"

#include <QTimer>

namespace Hephaestus {

/// The endpoints that a wrapped program has itself. What they report becomes part of the wrapper's report, and the
/// program is asked to shut down before it gets a signal. Only a process of the program is believed: by its pid, where
/// it tells one, and by its user.
class Upstream : public QObject
{
    Q_OBJECT

public:
    /// What is known of the program's processes.
    struct Family
    {
        std::function<bool(qint64 pid)> hasProcess;
        std::function<bool(uid_t user)> hasUser;
    };

    /// `state` outlives it; its dependency `upstream` counts the answers and failures.
    Upstream(const ServiceTarget &target, ServerState &state, Family family);

    /// Asks once a second, and more often while it has not answered yet since this start. Nothing if that was so
    /// already.
    void start();
    /// Whether the latest answer was the program's own.
    bool isBelieved() const { return m_believed; }
    /// Why the program is not ready by its own endpoints, as a sentence; empty: it is.
    QString obstacle() const;
    void stop();
    /// Asks for the immediate shutdown; `done` once, with whether it was done.
    void shutdown(std::chrono::milliseconds timeout, std::function<void(bool done)> done);

public Q_SLOTS:
    void poll();

Q_SIGNALS:
    void changed(); ///< obstacle() says something else

private:
    void apply(const Answer<HealthReport> &answer);
    QString refuse(const Answer<HealthReport> &answer) const;

    ServerState &m_state;
    Dependency &m_dependency;
    Family m_family;
    ServiceClient m_client;
    QTimer m_timer;
    std::chrono::steady_clock::time_point m_startedAt;
    QString m_obstacle;
    bool m_asking = false;
    bool m_believed = false;
};

} // namespace Hephaestus
