// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"
#include "common/protocol/health.h"
#include "server/core/dependency.h"
#include "server/core/phase.h"

#include <QMap>

#include <atomic>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

namespace Hephaestus {

/// Everything a service can say about itself, and the phase it is in. Thread-safe: the HTTP thread reads
/// snapshots while the main thread moves the phase and any thread counts operations. Holds no timers,
/// sockets or children, so that it may outlive QCoreApplication.
///
/// An ordinary class; a program that is one service uses instance(), which only its main names.
class ServerState
{
public:
    explicit ServerState(QString service = {}, QString version = {}, const Clock &clock = Clock::machine());
    ~ServerState();
    ServerState(const ServerState &) = delete;
    ServerState &operator=(const ServerState &) = delete;

    static ServerState &instance();

    /// Call before other threads look.
    void setIdentity(QString service, QString version);
    const QString &instanceId() const { return m_instanceId; } ///< 128 random bits, new for every state
    Seconds uptime() const;

    Phase phase() const noexcept { return m_phase.load(); }
    /// Moves to `next` if that is legal (canFollow); returns whether it did.
    bool enter(Phase next);

    /// Sets the protocol's flag at once, from any thread, before the sequence in the main thread gets to it. A mode
    /// other than Scheduled also ends the accepting of work at once, and for good. report() tells of it from then on,
    /// as of one that has begun its notice (of `notice`; nothing: as long as always) or its drain.
    void announceShutdown(ShutdownMode mode, std::optional<std::chrono::milliseconds> notice = {}) noexcept;
    /// Takes the announcement back; the sequence does, when a notice is cancelled.
    void withdrawShutdown() noexcept;

    /// The dependency of this name, made on first use; the reference stays valid as long as the state.
    Dependency &dependency(const QString &name);
    /// All of them, in the order they were named.
    std::vector<Dependency *> dependencies() const;

    /// Takes a place among the requests in flight; false when no work is accepted any more. Every true is
    /// given back by one endRequest(), by whichever thread.
    bool beginRequest() noexcept;
    void endRequest();
    qint64 requestsInFlight() const noexcept { return m_inFlight.load(); }
    /// Called, by whichever thread ended the last request, when no request is in flight any more.
    void setIdleListener(std::function<void()> listener);

    void beginTask() noexcept { ++m_backgroundTasks; }
    void endTask() noexcept { --m_backgroundTasks; }
    void connectionOpened() noexcept { ++m_openConnections; }
    void connectionClosed() noexcept { --m_openConnections; }

    /// Where this process was started, and by whom; without, it does not say.
    void setIdentity(const ServiceIdentity &identity);
    /// `restart`, `check`, …: what is advertised under `capabilities`.
    void addCapability(const QString &capability);
    void setCode(const CodeReport &code);
    void setProcess(const WrappedProcess &process);
    /// Why the service does not serve although its phase lets it, in one line; empty: it does. For a wrapper, whose
    /// program starts, is down, or does not answer.
    void setObstacle(const QString &why);
    /// Why the service is not ready (`/health/ready`), in one line; empty: it is.
    QString whyNotReady() const;
    /// How the resources of report() are read: by any thread, also by several at a time. For who speaks for another
    /// program; without it they are this process' own. Call before other threads look.
    void setResourceReader(std::function<Resources()> reader) { m_readResources = std::move(reader); }
    /// Of `process`: how many lines it has written up to now.
    void setOutputLines(qint64 count);
    /// An end of the wrapped program that nobody asked for. `reason`: one of few words, for the metrics.
    void countDeath(const QString &reason);
    QMap<QString, qint64> deaths() const; ///< by reason
    /// How long the drain has lasted, or did; nothing: none has begun.
    std::optional<Seconds> drained() const;
    /// What a wrapped program says of itself; its part of report() (mergeUpstream()). Nothing: it says nothing.
    void setUpstream(const std::optional<HealthReport> &upstream);
    /// How long notice and drain last, for announceShutdown(). Told by the shutdown sequence.
    void setShutdownTimes(std::chrono::milliseconds notice, std::chrono::milliseconds drain) noexcept;
    /// Told by the shutdown sequence; `deadline` is when the present phase ends, for the seconds left.
    void setShutdown(const std::optional<ShutdownProgress> &progress, Clock::TimePoint deadline = {});

    BasicHealth basic() const;
    HealthReport report() const;
    /// Another number than before whenever report() would differ by more than its moving seconds and
    /// resources.
    qint64 revision() const;
    /// The same of basic(); takes no lock.
    qint64 basicRevision() const noexcept { return m_revision.load(); }

private:
    Resources resources() const;

    std::function<Resources()> m_readResources;
    const Clock &m_clock;
    QString m_service;
    QString m_version;
    const QString m_instanceId;
    const QDateTime m_startTime;
    const Clock::TimePoint m_started;
    std::atomic<Phase> m_phase{Phase::Starting};
    std::atomic<bool> m_announced{false};
    std::atomic<bool> m_refusing{false};
    std::atomic<qint64> m_inFlight{0};
    std::atomic<qint64> m_backgroundTasks{0};
    std::atomic<qint64> m_openConnections{0};
    std::atomic<qint64> m_revision{0};
    std::atomic<std::chrono::milliseconds> m_notice{};
    std::atomic<std::chrono::milliseconds> m_drain{};
    mutable std::mutex m_mutex; ///< guards what follows
    std::deque<Dependency> m_dependencies;
    std::function<void()> m_idleListener;
    QStringList m_capabilities;
    std::optional<ServiceIdentity> m_identity;
    std::optional<CodeReport> m_code;
    std::optional<Clock::TimePoint> m_codeChecked; ///< when what the verdict says was last compared
    std::optional<WrappedProcess> m_process;
    QMap<QString, qint64> m_deaths;
    std::optional<Clock::TimePoint> m_drainBegan;
    std::optional<Clock::TimePoint> m_drainEnded;
    QString m_obstacle;
    std::optional<HealthReport> m_upstream;
    std::optional<ShutdownProgress> m_shutdown;
    Clock::TimePoint m_shutdownDeadline;
};

/// Adds to `report` what the wrapped program says of itself. These are dependencies that `report` does not use, the
/// resources and the code: they are the program's, not its wrapper's. Identity, phase and process stay.
void mergeUpstream(HealthReport &report, const HealthReport &upstream);

} // namespace Hephaestus
