// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"
#include "server/probes/dependencyconfig.h"

#include <QObject>
#include <QSqlDatabase>
#include <QSqlError>

#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace Hephaestus {

/// A number of connections to one database, each with a thread of its own in which it is opened, used and closed. All
/// are opened at once when the pool is made, and kept open.
///
/// A connection idle for half a second or more is proved before work gets it (as HikariCP does). So a server that was
/// restarted in between costs no work. When one is lost the others are proved, too. Those that could not be opened
/// again are tried anew whenever work has succeeded. They are also tried when work waits and no other is open.
class SqlPool : public QObject
{
    Q_OBJECT

public:
    /// Runs in one of the pool's threads, and returns its error (NoError: it went well). It ends its transactions and
    /// leaves no query behind. May throw. Is never run twice.
    using Work = std::function<QSqlError(QSqlDatabase &)>;
    /// Runs in the pool's thread.
    using Done = std::function<void(const QSqlError &error)>;
    using Job = quint64;

    /// `timeout` bounds the opening of a connection. All threads read the clock, which outlives them.
    SqlPool(const SqlSettings &settings, std::chrono::milliseconds timeout, const Clock &clock = Clock::machine(),
            QObject *parent = nullptr);
    /// Without close() before: cuts what is running, and waits for 2 s at most. A thread stuck for longer is left to
    /// the process's end.
    ~SqlPool() override;

    const SqlSettings &settings() const { return m_settings; }

    /// Queues work for the first connection that is free. From any thread. The answer comes later, never from within;
    /// an error of type ConnectionError: the work did not begin.
    Job run(Work work, Done done);

    /// Asks only whether the database answers.
    Job ask(Done done) { return run({}, std::move(done)); }

    /// Drops work that nobody waits for any more: without an answer if it is still queued. Work that runs is cut off by
    /// cutting its connection, where the driver allows; its answer is then an error. From any thread.
    void abandon(Job job);

    /// How many are open. From any thread.
    int openConnections() const;

    /// databaseIdentity() as it was when a connection was opened last; empty before. From any thread.
    QString databaseIdentity() const;

    /// Closes all connections in their threads, after the work they are doing; what is queued is answered with an
    /// error. `done` runs in the pool's thread when no connection and no thread is left. Work that runs on for longer
    /// than the timeout is cut.
    void close(std::function<void()> done = {});

Q_SIGNALS:
    /// In the pool's thread, shortly after it changed.
    void openConnectionsChanged(int count);

private:
    struct Shared;
    struct Worker;

    void joinAll();

    const SqlSettings m_settings;
    std::shared_ptr<Shared> m_shared; ///< with the threads, which may outlive the pool
    std::vector<std::thread> m_threads;
    std::vector<std::function<void()>> m_whenClosed;
    bool m_closed = false;
};

} // namespace Hephaestus
