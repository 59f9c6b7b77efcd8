// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/launcher.h"
#include "common/fleet/processwatch.h"
#include "common/protocol/act.h"

#include <QPointer>
#include <QTimer>

namespace Hephaestus {

/// What an act has launched by the entry's command, or what one that was broken off had launched before it. It is the
/// act's own: it may be ended by signals. It lives on when this object goes. For one thread.
class StartedProgram : public QObject
{
    Q_OBJECT

public:
    /// Between SIGTERM and SIGKILL, and after that until it is given up.
    struct Patience
    {
        std::chrono::milliseconds toTerminate;
        std::chrono::milliseconds toKill;
    };
    explicit StartedProgram(Patience patience);
    ~StartedProgram() override;

    /// Watches what an earlier act has launched, if that process still runs.
    void adopt(const ProcessMark &launched);
    /// The service answers: what an earlier act has launched is it, or has made room for it.
    void forgetAdopted();
    /// Null: there is none.
    const ProcessWatch *adopted() const { return m_adopted.get(); }
    bool isAdoptedAlive() const { return m_adopted && !m_adopted->isGone(); }

    /// A Problem: it cannot be started. See launcher.h.
    Result<qint64> launch(const QString &name, const RestartByCommand &command, const QString &stateDirectory);
    /// The process that this act has launched; nothing: none was, or it has ended and its end was told.
    std::optional<qint64> launchedPid() const;
    /// Where its output goes, and the last of it; empty if there is none.
    QString logFile() const;
    QStringList lastLines(int lines) const;

    bool isAlive() const { return (m_launched && !m_isLaunchedGone) || isAdoptedAlive(); }

    /// SIGTERM now, and SIGKILL when the time is over; cannotBeEnded() if even that does not help.
    void terminate();
    /// No SIGKILL follows.
    void stopTerminating();

Q_SIGNALS:
    void launchedEnded(const Hephaestus::ExitStatus &status);
    void adoptedEnded();
    void cannotBeEnded();

private:
    void kill();

    const Patience m_patience;
    QPointer<LaunchedProcess> m_launched;
    bool m_isLaunchedGone = false;
    std::unique_ptr<ProcessWatch> m_adopted;
    QTimer m_killTimer;
    bool m_isKilled = false;
};

} // namespace Hephaestus
