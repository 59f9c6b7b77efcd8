// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/probes/commandprobe.h"

#include "server/core/awaitedchildren.h"
#include "server/core/unixsignals.h"

#include <QFileInfo>

#include <signal.h>
#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

CommandProbe::CommandProbe(const CommandSettings &settings, std::chrono::milliseconds timeout, QObject *parent)
    : Probe(timeout, parent)
    , m_settings(settings)
{
    m_process.setProgram(settings.argv.value(0));
    m_process.setArguments(settings.argv.mid(1));
    if (!settings.directory.isEmpty())
        m_process.setWorkingDirectory(settings.directory);
    m_process.setStandardInputFile(QProcess::nullDevice());
    m_process.setStandardOutputFile(QProcess::nullDevice());
    m_process.setStandardErrorFile(QProcess::nullDevice());
    m_process.setChildProcessModifier([] {
        resetSignalsInChild();
        ::setpgid(0, 0);
    });
    connect(&m_process, &QProcess::finished, this, [this](int exitCode, QProcess::ExitStatus status) {
        AwaitedChildren::remove(m_pid);
        finish(outcome(exitCode, status));
    });
    connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            finish(Outcome::failure(ErrorClass::Unreachable,
                                    u"cannot be started: %1 (%2)"_s.arg(m_process.errorString(), target())));
    });
}

CommandProbe::~CommandProbe()
{
    m_process.disconnect(this);
    if (!CommandProbe::abandon())
        m_process.waitForFinished(); // killed: moments
    AwaitedChildren::remove(m_pid);
}

/// Only the program's name: an argument may be a secret.
QString CommandProbe::target() const { return QFileInfo(m_settings.argv.value(0)).fileName(); }

void CommandProbe::ask()
{
    m_process.start();
    m_pid = pid_t(m_process.processId());
    if (m_pid > 0)
        AwaitedChildren::add(m_pid);
}

bool CommandProbe::abandon()
{
    const qint64 pid = m_process.processId();
    if (m_process.state() == QProcess::NotRunning || pid <= 0)
        return true;
    ::kill(-pid_t(pid), SIGKILL); // fails if the child has not got as far as its own group:
    m_process.kill();
    return false;
}

Outcome CommandProbe::outcome(int exitCode, QProcess::ExitStatus status) const
{
    if (status == QProcess::CrashExit)
        return Outcome::failure(ErrorClass::BadAnswer, u"ended by signal %1 (%2)"_s.arg(exitCode).arg(target()));
    if (exitCode != 0)
        return Outcome::failure(ErrorClass::BadAnswer, u"exit code %1 (%2)"_s.arg(exitCode).arg(target()));
    return Outcome::success();
}

} // namespace Hephaestus
