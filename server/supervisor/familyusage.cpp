// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/familyusage.h"

#include "server/supervisor/childprocess.h"
#include "server/supervisor/connectioncount.h"
#include "server/supervisor/controlgroup.h"
#include "server/supervisor/processtable.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

namespace Hephaestus {
namespace {

using namespace std::chrono_literals;

constexpr auto LookAgainAfter = 500ms;
constexpr int RestForEach = 20; // times what a look took

/// Adds what one more process has; unknown of one is unknown of all.
template <typename T>
void add(std::optional<T> &sum, const std::optional<T> &more)
{
    if (sum && more)
        *sum += *more;
    else
        sum.reset();
}

QList<ProcessEntry> familyOf(const QList<ProcessEntry> &leaders, const QList<ProcessEntry> &all)
{
    QList<ProcessEntry> family;
    for (const ProcessEntry &leader : leaders) {
        const auto present =
            std::find_if(all.begin(), all.end(), [&](const ProcessEntry &one) { return one.pid == leader.pid; });
        if (present == all.end() || present->startTicks != leader.startTicks)
            continue;
        QList<ProcessEntry> others = leaders;
        others.removeOne(leader);
        family.append(*present);
        family += remainsOf(leader, all, others);
    }
    return family;
}

/// Whether everybody in a control group is of the family, or this process or a child of it.
bool isExclusive(const QByteArray &directory, const QList<ProcessEntry> &family, const QList<ProcessEntry> &all,
                 bool withOurselves)
{
    QSet<pid_t> members = ControlGroup::members(directory);
    if (members.isEmpty())
        return false;
    for (const ProcessEntry &process : family)
        members.remove(process.pid);
    if (withOurselves) {
        members.remove(::getpid());
        for (const ProcessEntry &process : all) {
            if (process.parent == ::getpid())
                members.remove(process.pid);
        }
    }
    return members.isEmpty();
}

void addControlGroup(Resources &resources, const ProcessEntry &leader, const QList<ProcessEntry> &family,
                     const QList<ProcessEntry> &all)
{
    const ControlGroup theirs = ControlGroup::of(leader.pid);
    const ControlGroup ours = ControlGroup::of(::getpid());
    const bool hasOwnMemory = theirs.memory() != ours.memory();
    if (!theirs.memory().isEmpty() && isExclusive(theirs.memory(), family, all, !hasOwnMemory)) {
        resources.peakBytes = theirs.peakBytes();
        resources.oomKills = theirs.oomKills();
        if (const auto bytes = theirs.residentBytes(); bytes && hasOwnMemory)
            resources.residentBytes = bytes;
    }
    if (!theirs.cpu().isEmpty() && theirs.cpu() != ours.cpu() && isExclusive(theirs.cpu(), family, all, false)) {
        if (const auto seconds = theirs.cpuSeconds())
            resources.cpuSeconds = std::max(seconds, resources.cpuSeconds);
    }
}

Resources look(const QList<ProcessEntry> &leaders)
{
    Resources resources;
    if (!hasProcessTable())
        return resources;
    // First the ended: one that ends in between is missed for a moment, which is better than counted twice.
    double cpuSeconds = std::chrono::duration<double>(ChildProcess::cpuOfReaped()).count();
    const QList<ProcessEntry> all = leaders.isEmpty() ? QList<ProcessEntry>() : readDescendants();
    const QList<ProcessEntry> family = familyOf(leaders, all);
    bool isComplete = true;
    for (const ProcessEntry &process : family) {
        const auto cost = readProcessCost(process.pid);
        if (!cost) {
            isComplete = isComplete && !readProcess(process.pid);
            continue; // it ended just now
        }
        cpuSeconds += cost->cpuSeconds;
        if (process.isZombie())
            continue;
        if (!resources.residentBytes) // the first
            resources.residentBytes = resources.threads = resources.openFiles = 0;
        add(resources.residentBytes, std::optional(cost->residentBytes));
        add(resources.threads, std::optional(cost->threads));
    }
    if (isComplete)
        resources.cpuSeconds = cpuSeconds;
    for (const ProcessEntry &process : family) {
        const auto files = countOpenFiles(process.pid);
        if (!process.isZombie() && (files || readProcess(process.pid)))
            add(resources.openFiles, files);
    }
    if (!family.isEmpty())
        addControlGroup(resources, family.first(), family, all);
    return resources;
}

} // namespace

void FamilyUsage::follow(const QList<ProcessEntry> &leaders, const QList<ServiceAddress> &sockets)
{
    const std::lock_guard lock(m_mutex);
    const bool isSame = leaders == m_leaders && sockets == m_sockets;
    m_leaders = leaders;
    m_sockets = sockets;
    if (!isSame)
        m_nextLook = {};
}

Resources FamilyUsage::now()
{
    std::unique_lock lock(m_mutex);
    const Clock::TimePoint began = m_clock.now();
    if (began < m_nextLook)
        return m_latest;
    const QList<ProcessEntry> leaders = m_leaders;
    const QList<ServiceAddress> sockets = m_sockets;
    lock.unlock(); // who follows does not wait for a look
    Resources resources = look(leaders);
    resources.openConnections = countConnections(sockets);
    const Clock::TimePoint ended = m_clock.now();
    lock.lock();
    if (resources.cpuSeconds) // a counter: who ended while we looked comes back
        resources.cpuSeconds = std::max(resources.cpuSeconds, m_latest.cpuSeconds);
    m_latest = resources;
    if (leaders == m_leaders && sockets == m_sockets)
        m_nextLook = ended + std::max<Clock::TimePoint::duration>(LookAgainAfter, RestForEach * (ended - began));
    return resources;
}

} // namespace Hephaestus
