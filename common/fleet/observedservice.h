// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"
#include "common/client/httpconnection.h"
#include "common/client/serviceclient.h"
#include "common/fleet/environmentcomparison.h"
#include "common/fleet/fleet.h"
#include "common/fleet/processwatch.h"

#include <QObject>
#include <QTimer>

#include <memory>

namespace Hephaestus {

/// A service as an act on it sees it: what it said before the act, what it says now, and the processes that it had.
/// It only looks; whoever acts asks the service through client(). Lives in one thread and never blocks it.
class ObservedService : public QObject
{
    Q_OBJECT

public:
    enum class Question {
        Status,         ///< how it is
        ComparedStatus, ///< how it is after a comparison of its code that began after the question
    };

    /// `entry` and `clock` outlive it. `stateDirectory` as for targetOf().
    ObservedService(const FleetEntry &entry, const Clock &clock, QString stateDirectory = {});
    ~ObservedService() override;

    /// Why it cannot be asked at all. Comes before all others.
    std::optional<Problem> open();
    ServiceClient &client() const { return *m_client; }
    const HttpPeer &peer() const { return m_peer; }
    /// Ends what is asked of it; nothing is heard any more.
    void close();

    // Before the act

    void setBefore(std::optional<HealthReport> report) { m_before = std::move(report); }
    const std::optional<HealthReport> &before() const { return m_before; }
    /// From now on the processes of before() are watched, as far as they are seen to be its. Its pid must be seen to
    /// hold the address: it may count in another pid namespace.
    void watchProcesses();
    const ProcessWatch *process() const { return m_process.get(); } ///< null: it cannot be watched from here
    const ProcessWatch *program() const { return m_program.get(); } ///< what a wrapper ran; null likewise
    /// Its process is not on this machine, although its address is.
    bool isElsewhere() const { return m_isElsewhere; }
    /// Another's start is under way: any instance is the new one.
    void setStarting(bool isStarting) { m_isStarting = isStarting; }

    // The request

    /// Whoever was asked to bring the change about, the service or its supervisor, has answered.
    void noteRequestOver();
    bool isRequestOver() const { return m_isRequestOver; }
    /// The latest answer is to a question that was asked later than that.
    bool isHeardLater() const { return m_isHeardLater; }
    /// Zero until then.
    std::chrono::nanoseconds sinceRequest() const;

    // Now

    /// Asks at once and then again and again: every 10 ms in the first second, every 100 ms afterwards.
    void watch(Question question);
    void pause();
    /// What was heard before is no evidence any more, unless it is a new instance.
    void forget();
    const std::optional<HealthReport> &now() const { return m_now; }    ///< by the latest answer
    const std::optional<ClientError> &error() const { return m_error; } ///< of the latest question
    /// What the latest question brought.
    const QString &message() const { return m_message; }
    /// The latest answer is that of another instance than before().
    bool isNew() const;
    /// It was seen to shut down.
    bool wasShuttingDown() const { return m_wasShuttingDown; }
    /// A comparison of its code that began since the question was ComparedStatus has ended, or could not be made.
    bool isCodeKnown() const;
    /// Who answers is seen to be no process of what was launched here as `launched`: then it proves nothing.
    bool isStrangerTo(std::optional<qint64> launched) const;

Q_SIGNALS:
    void heard();
    void processGone(); ///< process() or program() has ended

private:
    void ask();
    void hear(const ServiceReply &reply, std::optional<HealthReport> report);

    const FleetEntry &m_entry;
    const Clock &m_clock;
    const QString m_stateDirectory;
    HttpPeer m_peer;
    std::unique_ptr<ServiceClient> m_client;
    std::optional<HealthReport> m_before;
    std::unique_ptr<ProcessWatch> m_process;
    std::unique_ptr<ProcessWatch> m_program;
    bool m_isElsewhere = false;
    bool m_isStarting = false;
    bool m_isRequestOver = false;
    bool m_isHeardLater = false;
    Clock::TimePoint m_requestOverAt;
    Question m_question = Question::Status;
    QTimer m_timer;
    Clock::TimePoint m_watchedSince;
    bool m_isAsking = false;
    bool m_isPaused = true;
    bool m_isCompared = false;
    std::optional<HealthReport> m_now;
    std::optional<ClientError> m_error;
    QString m_message;
    bool m_wasShuttingDown = false;
    EnvironmentComparison m_environments;
};

} // namespace Hephaestus
