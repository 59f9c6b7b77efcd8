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

    /// Whether the program is known to have endpoints, or may open them itself at a path that it was given.
    enum class Presence { Configured, MayAppear };

    /// `state` outlives it; its dependency `upstream` counts the answers and failures. One that may appear is no
    /// obstacle, and no dependency, until it has answered; its target is a Unix-domain socket.
    Upstream(const ServiceTarget &target, Presence presence, ServerState &state, Family family);

    /// The wrapper knows better than the program which code that runs: it says nothing of that.
    void ignoreCode() { m_ignoresCode = true; }
    const QString &url() const { return m_client.target().url; }

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
    bool isExpected() const { return m_presence == Presence::Configured || m_hasAnswered; }
    void slowDown(bool isUp);

    ServerState &m_state;
    Dependency *m_dependency = nullptr; ///< the state's; null until it counts
    const Presence m_presence;
    Family m_family;
    ServiceClient m_client;
    QTimer m_timer;
    std::chrono::steady_clock::time_point m_startedAt;
    QString m_obstacle;
    bool m_asking = false;
    bool m_believed = false;
    bool m_hasAnswered = false; ///< since this start
    bool m_ignoresCode = false;
};

} // namespace Hephaestus
