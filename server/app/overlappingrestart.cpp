// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/overlappingrestart.h"

#include "common/base/duration.h"
#include "server/app/statedirectory.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;

OverlappingRestart::OverlappingRestart(const RunOptions &options, HeldSockets &sockets, Supervisor &supervisor,
                                       NotifySocket::IsOurs isOurs)
    : m_options(options)
    , m_sockets(sockets)
    , m_supervisor(supervisor)
    , m_isOurs(std::move(isOurs))
{
    m_deadline.setSingleShot(true);
    connect(&m_deadline, &QTimer::timeout, this, [this] {
        if (!m_done || isOver() || m_successor->isStopping())
            return;
        m_successor->stop(u"it was not ready within %1: %2"_s.arg(formatDuration(m_options.service.startTimeout),
                                                                  m_readiness->why()));
    });
}

std::optional<Problem> OverlappingRestart::begin(std::function<void(bool isAccepting)> done)
{
    m_failure.clear();
    m_isCancelled = false;
    m_successor.reset();
    m_adapter.reset();
    m_deadline.stop();
    watchReadiness();
    SuccessorOptions options;
    options.command = m_options.supervisor.command;
    options.startTimeout = m_options.service.startTimeout;
    options.stopTimeout = m_options.supervisor.stopTimeout;
    options.toStdout = m_supervisor.sink(OutputStream::Stdout);
    options.toStderr = m_supervisor.sink(OutputStream::Stderr);
    if (m_options.adapters) {
        m_adapter = std::make_unique<ModuleAdapter>(m_options.service.name, placesForFiles());
        options.command.environment += m_adapter->environment(m_options.adapters);
    }
    options.command.environment += m_readiness->environment();
    m_successor = std::make_unique<Successor>(std::move(options), m_sockets);
    connect(m_successor.get(), &Successor::wrote, &m_supervisor, &Supervisor::keep);
    connect(m_successor.get(), &Successor::noted, &m_supervisor, &Supervisor::note);
    connect(m_successor.get(), &Successor::wrote, m_readiness.get(),
            [this](OutputStream, const QByteArray &lines) { m_readiness->readOutput(lines); });
    connect(m_successor.get(), &Successor::spawned, this, &OverlappingRestart::spawned);
    connect(m_successor.get(), &Successor::changed, this, &OverlappingRestart::changed);
    connect(m_successor.get(), &Successor::accepting, this, &OverlappingRestart::advance);
    connect(m_successor.get(), &Successor::failed, this, &OverlappingRestart::successorFailed);
    m_done = std::move(done);
    if (const auto failure = m_successor->start(m_supervisor.process())) {
        m_done = {};
        reportFailure(failure->what);
        Q_EMIT changed();
        return Problem{{}, failure->what};
    }
    m_readiness->follow(m_successor->process());
    m_deadline.start(m_options.service.startTimeout);
    return {};
}

/// By the rule that is asked for; `accept` is what the successor itself is watched for.
void OverlappingRestart::watchReadiness()
{
    std::optional<ReadyRule> rule = m_options.ready;
    if (rule && std::holds_alternative<ReadyAccept>(*rule))
        rule.reset();
    m_readiness = std::make_unique<ReadinessWatch>(std::move(rule), m_none, m_isOurs);
    connect(m_readiness.get(), &ReadinessWatch::becameReady, this, &OverlappingRestart::advance);
}

void OverlappingRestart::advance()
{
    if (!m_done || !isAccepting())
        return;
    m_deadline.stop();
    std::exchange(m_done, {})(true);
}

void OverlappingRestart::successorFailed(const QString &why)
{
    m_readiness->follow({});
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
    program.adapter = std::move(m_adapter);
    return program;
}

} // namespace Hephaestus
