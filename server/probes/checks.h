// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/core/cleanupstep.h"
#include "server/core/serverstate.h"
#include "server/probes/dependencyconfig.h"

#include <QObject>

#include <memory>
#include <vector>

namespace Hephaestus {

class CheckSchedule;
class SqlPool;

/// All checks of a service, as its configuration says, with the database connections they need. Lives in the main
/// thread. The report names what was configured once, also what is switched off.
class Checks : public QObject
{
    Q_OBJECT

public:
    using Done = std::function<void()>;

    /// `state` outlives it.
    explicit Checks(ServerState &state, const Clock &clock = Clock::machine(), QObject *parent = nullptr);
    ~Checks() override;

    /// Makes the checks what `config` says. New dependencies are checked at once, and changed ones begin anew. Those
    /// gone or switched off become not_used; unchanged ones go on. A database whose connection settings stay keeps its
    /// connections.
    void apply(const DependenciesConfig &config);

    /// Whether every dependency of the first apply() was checked once (or taken back meanwhile).
    bool isFirstRoundFinished() const { return m_firstRoundFinished; }

    /// Checks all now (CheckSchedule::checkNow()); `done` when the last has ended, perhaps before this returns.
    void checkAll(Done done = {});

    /// The connections of a dependency of kind sql; nothing if there is none of this name. Owned here: ask again after
    /// an apply().
    SqlPool *pool(const QString &dependency) const;

    /// Ends all checks, cancelling those that run; `done` when none runs any more.
    void stop(Done done = {});
    /// Closes all database connections; `done` when all are closed.
    void closeDatabases(Done done = {});
    /// The two above as steps of the shutdown, which must not outlive this.
    std::vector<CleanupStep> cleanupSteps();

Q_SIGNALS:
    /// Once, never from within apply().
    void firstRoundFinished();

private:
    struct Entry;

    std::unique_ptr<Entry> makeEntry(const DependencyConfig &config, std::unique_ptr<SqlPool> pool);
    void retire(std::unique_ptr<Entry> entry);
    void lookAtFirstRound();

    ServerState &m_state;
    const Clock &m_clock;
    std::vector<std::unique_ptr<Entry>> m_entries;
    std::vector<std::unique_ptr<Entry>> m_retired; ///< replaced or gone, still ending
    bool m_applied = false;
    bool m_firstRoundFinished = false;
    bool m_stopped = false;
};

} // namespace Hephaestus
