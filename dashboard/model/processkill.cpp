// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/processkill.h"

#include "common/base/username.h"
#include "dashboard/model/displaytext.h"

#include <QCoreApplication>

#include <csignal>
#include <unistd.h>

namespace Hephaestus {

namespace {

struct KillText
{
    Q_DECLARE_TR_FUNCTIONS(ProcessKill)
};

/// What hangs is the program that it wraps, if that lives: its wrapper waits for it, and tells how it ended. Without
/// its wrapper it would run on.
qint64 hangingProcess(const HealthReport &report)
{
    const std::optional<WrappedProcess> &program = report.process;
    const bool isAlive = program && program->pid
        && (program->state == ProcessState::Running || program->state == ProcessState::Suspended
            || program->state == ProcessState::Stopping);
    return isAlive ? *program->pid : *report.pid;
}

} // namespace

QString ProcessKill::whyNot(ServiceId id) const
{
    const ServiceRow *const row = m_session.fleet().find(id);
    if (!row)
        return KillText::tr("Select one service.");
    if (m_session.actions().isReadOnly())
        return KillText::tr("This dashboard only looks: it was started with --read-only.");
    const QString name = visibleText(row->entry.name, 80);
    const bool isEnding = row->observed == ServiceState::ShuttingDown || row->state() == ServiceState::ShuttingDown
        || (row->report && row->report->status == ServiceStatus::ShuttingDown);
    if (!isEnding)
        return KillText::tr("%1 does not shut down. Ask it to first: then its work is finished.").arg(name);
    if (!row->report || !row->report->pid || !m_session.history() || !m_session.history()->isLocal(id))
        return KillText::tr("The process of %1 is not known to be one of this machine.").arg(name);
    return {};
}

std::shared_ptr<ProcessWatch> ProcessKill::hold(ServiceId id) const
{
    if (!whyNot(id).isEmpty())
        return {};
    std::shared_ptr<ProcessWatch> process = ProcessWatch::open(hangingProcess(*m_session.fleet().find(id)->report));
    // The history holds the process that answered: if that has ended meanwhile, this may be another one of its number.
    return process && whyNot(id).isEmpty() ? process : nullptr;
}

bool ProcessKill::kill(ServiceId id, const ProcessWatch &process)
{
    if (!process.send(SIGKILL))
        return false;
    m_session.history()->expectKill(id, process.pid(), userName(::getuid())); // it tells the end when it is seen
    m_session.actions().noteKilled(id);
    return true;
}

} // namespace Hephaestus
