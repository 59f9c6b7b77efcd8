// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/overlappingrestart.h"

#include "server/app/statedirectory.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;

OverlappingRestart::OverlappingRestart(const RunOptions &options, HeldSockets &sockets, Supervisor &supervisor)
    : m_options(options)
    , m_sockets(sockets)
    , m_supervisor(supervisor)
{
}

std::optional<Problem> OverlappingRestart::begin(std::function<void(bool isAccepting)> done)
{
    m_failure.clear();
    m_isCancelled = false;
    m_successor.reset();
    m_adapter.reset();
    SuccessorOptions options;
    options.command = m_options.supervisor.command;
    options.startTimeout = m_options.service.startTimeout;
    options.stopTimeout = m_options.supervisor.stopTimeout;
    options.toStdout = m_supervisor.sink(OutputStream::Stdout);
    options.toStderr = m_supervisor.sink(OutputStream::Stderr);
    if (m_options.python) {
        m_adapter = std::make_unique<PythonAdapter>(m_options.service.name, placesForFiles());
        options.command.environment += m_adapter->environment();
    }
    m_successor = std::make_unique<Successor>(std::move(options), m_sockets);
    connect(m_successor.get(), &Successor::wrote, &m_supervisor, &Supervisor::keep);
    connect(m_successor.get(), &Successor::noted, &m_supervisor, &Supervisor::note);
    connect(m_successor.get(), &Successor::changed, this, &OverlappingRestart::changed);
    connect(m_successor.get(), &Successor::accepting, this, [this] { std::exchange(m_done, {})(true); });
    connect(m_successor.get(), &Successor::failed, this, &OverlappingRestart::successorFailed);
    m_done = std::move(done);
    if (const auto failure = m_successor->start(m_supervisor.process())) {
        m_done = {};
        reportFailure(failure->what);
        Q_EMIT changed();
        return Problem{{}, failure->what};
    }
    return {};
}

void OverlappingRestart::successorFailed(const QString &why)
{
    if (const auto done = std::exchange(m_done, {})) {
        reportFailure(why);
        done(false);
    } else if (!m_isCancelled) { // the restart goes on without it
        m_supervisor.note(u"its successor ended after it accepted; it is started anew: %1"_s.arg(why));
    }
    m_adapter.reset();
    Q_EMIT changed();
}

void OverlappingRestart::reportFailure(const QString &why)
{
    m_adapter.reset();
    m_failure = u"the restart failed, its successor did not take over: %1"_s.arg(why);
    if (const pid_t pid = m_supervisor.pid(); pid && !m_isCancelled)
        m_failure += u"; pid %1 goes on"_s.arg(pid);
    m_supervisor.note(m_failure);
}

void OverlappingRestart::cancel()
{
    if (isOver() || m_successor->isStopping())
        return;
    m_isCancelled = true;
    m_successor->stop(u"the service stops"_s);
}

void OverlappingRestart::kill()
{
    if (m_successor)
        m_successor->kill();
}

void OverlappingRestart::addTo(WrappedProcess &process) const
{
    process.overlap = true;
    process.startTimeout = m_options.service.startTimeout;
    if (!isOver())
        process.successor = m_successor->describe();
    process.restartError = m_failure;
}

std::optional<HandedProgram> OverlappingRestart::handOver()
{
    if (!isAccepting())
        return {};
    HandedProgram program;
    program.child = m_successor->release();
    program.setOutput(m_successor->output().save());
    program.adapter = std::move(m_adapter);
    return program;
}

} // namespace Hephaestus
