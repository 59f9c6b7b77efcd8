// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/programcode.h"

#include "common/base/programpages.h"
#include "server/core/serverstate.h"
#include "server/supervisor/processtable.h"

namespace Hephaestus {

ProgramCode::ProgramCode(ServerState &state, CodeSources sources, const ModuleAdapter *adapter)
    : m_state(state)
    , m_sources(std::move(sources))
    , m_adapter(adapter)
{
    if (m_adapter)
        m_sources.moduleReport = m_adapter->report();
    m_state.addCapability(
        QStringLiteral("code")); // before anybody looks: who waits for a verdict waits for one that will come
}

ProgramCode::~ProgramCode() = default;

void ProgramCode::follow(pid_t pid, std::optional<std::chrono::nanoseconds> since)
{
    if (pid == m_pid)
        return;
    m_monitor.reset();
    m_pid = pid;
    CodeReport none;
    none.reasons << (pid == 0 ? QStringLiteral("the program does not run") : QStringLiteral("not compared yet"));
    m_state.setCode(none);
    if (pid == 0) {
        if (m_adapter)
            m_adapter->clearReport(); // whoever wrote into it was ended with the program
        return;
    }
    m_sources.pid = pid;
    m_sources.since.reset();
    if (since)
        m_sources.since = since->count() - 1; // what was changed in the same tick may have been changed afterwards
    m_sources.family = [pid]() -> QList<ProcessEntry> {
        const auto leader = readProcess(pid);
        return leader ? remainsOf(*leader, readDescendants()) : QList<ProcessEntry>();
    };
    m_sources.relatives = readDescendants; // an orphan of another run may join, too
    m_monitor = std::make_unique<CodeMonitor>(m_state, m_thread, m_sources);
    QObject::connect(m_monitor.get(), &CodeMonitor::rested, m_monitor.get(), releaseUnusedMemory, Qt::DirectConnection);
    m_monitor->start();
}

void ProgramCode::compareAnew(std::function<void()> done) const
{
    if (m_monitor)
        return m_monitor->compareAnew(std::move(done));
    done();
}

void ProgramCode::find(const QByteArrayList &paths, std::function<void(const QList<CodeFile> &)> done) const
{
    if (m_monitor)
        return m_monitor->find(paths, std::move(done));
    QList<CodeFile> files;
    for (const QByteArray &path : paths)
        files << CodeFile{QString::fromUtf8(path), false, {}};
    done(files);
}

} // namespace Hephaestus
