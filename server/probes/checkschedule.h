// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/core/serverstate.h"
#include "server/probes/probe.h"

namespace Hephaestus {

/// Asks one dependency at its interval, give or take a tenth, and tells its tracker. One question at a time.
///
/// After a failure of credentials or billing the interval doubles, as far as its Patience goes, until a check comes to
/// something else. A paid API that says when to come again (Retry-After) is not asked before, except by checkNow(),
/// which a person asked for. A background task of the service from start() until it has stopped. Lives in one thread; a
/// timer only knocks at advance(), which looks at the clock.
class CheckSchedule : public QObject
{
    Q_OBJECT

public:
    using Done = std::function<void()>;

    /// `state` and `dependency` outlive it.
    CheckSchedule(ServerState &state, Dependency &dependency, ProbeFactory makeProbe,
                  std::chrono::milliseconds interval, Patience patience, const Clock &clock = Clock::machine(),
                  QObject *parent = nullptr);
    ~CheckSchedule() override;

    /// Begins with a check, at once.
    void start();
    /// Checks now, or joins the check that runs. `done` is called when it has ended. It is called at once if there is
    /// nothing to wait for: not started, or stopped.
    void checkNow(Done done = {});
    /// No check begins any more; one that runs is cancelled, awaited and not counted. `done` may be called before this
    /// returns.
    void stop(Done done = {});

    bool isChecking() const { return m_probe != nullptr; }
    bool hasChecked() const { return m_checks > 0; }
    qint64 checks() const { return m_checks; }
    Clock::TimePoint nextCheck() const { return m_next; }

public Q_SLOTS:
    /// Begins a check if one is due. The timer's slot; tests call it.
    void advance();

Q_SIGNALS:
    /// After the tracker was told.
    void checked(const Hephaestus::Outcome &outcome);

private:
    enum class State { New, Running, Stopping, Stopped };

    void begin();
    void end(const Outcome &outcome);
    void record(const Outcome &outcome);
    void planNext(const Outcome &outcome);
    void knock();
    void answer();

    ServerState &m_state;
    Dependency &m_dependency;
    const ProbeFactory m_makeProbe;
    const std::chrono::milliseconds m_interval;
    const Patience m_patience;
    const Clock &m_clock;
    QTimer m_timer;
    std::unique_ptr<Probe> m_probe; ///< while a check runs
    std::vector<Done> m_waiting;
    Clock::TimePoint m_began;
    Clock::TimePoint m_next;
    qint64 m_checks = 0;
    int m_doublings = 0;
    State m_current = State::New;
};

} // namespace Hephaestus
