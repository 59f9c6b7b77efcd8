// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/startedprogram.h"

#include "common/fleet/actlock.h"

#include <csignal>

namespace Hephaestus {

StartedProgram::StartedProgram(Patience patience) : m_patience(patience)
{
    m_killTimer.setSingleShot(true);
    connect(&m_killTimer, &QTimer::timeout, this, &StartedProgram::kill);
}

StartedProgram::~StartedProgram() = default;

void StartedProgram::adopt(const ProcessMark &launched)
{
    if (!Hephaestus::isAlive(launched))
        return;
    m_adopted = ProcessWatch::open(launched.pid);
    if (m_adopted && !Hephaestus::isAlive(launched))
        m_adopted.reset(); // its number was given to another one meanwhile
    if (m_adopted)
        connect(m_adopted.get(), &ProcessWatch::gone, this, &StartedProgram::adoptedEnded);
}

void StartedProgram::forgetAdopted() { m_adopted.reset(); }

Result<qint64> StartedProgram::launch(const QString &name, const RestartByCommand &command,
                                      const QString &stateDirectory)
{
    const Result<LaunchedProcess *> process = Hephaestus::launch(name, command, stateDirectory);
    if (!process)
        return process.problem();
    m_launched = *process;
    connect(m_launched, &LaunchedProcess::exited, this, [this](const ExitStatus &status) {
        m_isLaunchedGone = true;
        Q_EMIT launchedEnded(status);
    });
    return m_launched->pid();
}

std::optional<qint64> StartedProgram::launchedPid() const
{
    return m_launched ? std::optional(m_launched->pid()) : std::nullopt;
}

QString StartedProgram::logFile() const { return m_launched ? m_launched->logFile() : QString(); }

QStringList StartedProgram::lastLines(int lines) const
{
    return m_launched ? m_launched->lastLines(lines) : QStringList();
}

void StartedProgram::terminate()
{
    if (m_launched)
        m_launched->terminate();
    else if (m_adopted)
        m_adopted->send(SIGTERM);
    m_killTimer.start(m_patience.toTerminate);
}

void StartedProgram::stopTerminating() { m_killTimer.stop(); }

void StartedProgram::kill()
{
    if (!isAlive())
        return;
    if (std::exchange(m_isKilled, true))
        return Q_EMIT cannotBeEnded();
    if (m_launched)
        m_launched->kill();
    else
        m_adopted->send(SIGKILL);
    m_killTimer.start(m_patience.toKill);
}

} // namespace Hephaestus
