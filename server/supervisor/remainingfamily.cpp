// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/remainingfamily.h"

#include "common/base/filedescriptor.h"

#include <algorithm>
#include <climits>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>

namespace Hephaestus {
namespace {

constexpr quint64 KernelThread = 0x00200000; // PF_KTHREAD

QByteArray contentOf(pid_t pid, const char *name)
{
    char path[64];
    std::snprintf(path, sizeof path, "/proc/%d/%s", int(pid), name);
    const FileDescriptor file(::open(path, O_RDONLY | O_CLOEXEC));
    QByteArray content;
    char part[4096];
    while (file.isOpen()) {
        const auto count = ::read(file.number(), part, sizeof part);
        if (count <= 0)
            break;
        content.append(part, count);
    }
    return content;
}

/// Its environment is not there yet: execve(2) has given it new memory, and has not filled that.
bool isBeingExecuted(pid_t pid)
{
    const QByteArray line = contentOf(pid, "stat");
    const QList<QByteArray> fields = line.mid(line.lastIndexOf(')') + 2).split(' '); // from field 3 on
    if (fields.size() < 49 || fields[0] == "Z" || fields[0] == "X")
        return false;
    return !(fields[6].toULongLong() & KernelThread) && fields[48].toULongLong() == 0; // flags, env_end
}

} // namespace

RemainingFamily::RemainingFamily(QByteArray mark) : m_mark(std::move(mark)) { m_excluded.insert(::getpid()); }

void RemainingFamily::clear()
{
    m_leaders.clear();
    m_known.clear();
    m_strangers.clear();
    m_outputs.clear();
}

void RemainingFamily::addLeader(const ProcessEntry &leader)
{
    m_leaders.append(leader);
    add(leader);
}

void RemainingFamily::addOutput(int descriptor)
{
    struct stat status = {};
    if (::fstat(descriptor, &status) == 0 && S_ISFIFO(status.st_mode))
        m_outputs.insert("pipe:[" + QByteArray::number(qulonglong(status.st_ino)) + ']');
}

bool RemainingFamily::isKnown(const ProcessEntry &process) const
{
    const auto found = m_known.constFind(process.pid);
    return found != m_known.constEnd() && *found == process.startTicks;
}

void RemainingFamily::followChildren()
{
    QList<pid_t> open = m_known.keys();
    while (!open.isEmpty()) {
        const auto parent = readProcess(open.takeLast());
        if (!parent || !isKnown(*parent))
            continue;
        for (const pid_t pid : childrenOf(parent->pid).value_or(QList<pid_t>())) {
            const auto child = readProcess(pid);
            if (!child || isKnown(*child) || m_excluded.contains(pid))
                continue;
            add(*child);
            open.append(pid);
        }
    }
}

QList<ProcessEntry> RemainingFamily::look()
{
    followChildren();
    m_isCertain = true;
    const QList<ProcessEntry> all = readProcesses();
    QHash<pid_t, quint64> present;
    for (const ProcessEntry &process : all)
        present.insert(process.pid, process.startTicks);
    // A leader's number may be a stranger's by now, and so would be its group and session.
    QList<ProcessEntry> leaders = m_leaders;
    leaders.removeIf(
        [&](const ProcessEntry &leader) { return present.value(leader.pid, leader.startTicks) != leader.startTicks; });
    const auto belongs = [&](const ProcessEntry &process) {
        const auto parent = m_known.constFind(process.parent);
        return isKnown(process) || (parent != m_known.constEnd() && present.value(process.parent) == *parent)
            || std::any_of(leaders.begin(), leaders.end(), [&](const ProcessEntry &leader) {
                   return process.group == leader.pid || process.session == leader.pid;
               });
    };
    QList<ProcessEntry> found;
    QList<ProcessEntry> others = all;
    others.removeIf(
        [&](const ProcessEntry &process) { return process.isZombie() || m_excluded.contains(process.pid); });
    const auto takeThose = [&](auto &&areOurs) {
        return others.removeIf([&](const ProcessEntry &process) {
            if (!areOurs(process))
                return false;
            add(process);
            found.append(process);
            return true;
        });
    };
    while (takeThose(belongs) > 0) { // children of those that were just found
    }
    if (takeThose([&](const ProcessEntry &process) { return showsItself(process); }) > 0) {
        while (takeThose(belongs) > 0) {
        }
    }
    return found;
}

bool RemainingFamily::showsItself(const ProcessEntry &process)
{
    if (m_strangers.value(process.pid) == process.startTicks)
        return false;
    const QByteArray environment = contentOf(process.pid, "environ");
    if (environment.split('\0').contains(m_mark) || writesOutput(process.pid))
        return true;
    if (environment.isEmpty() && isBeingExecuted(process.pid))
        m_isCertain = false;
    else
        m_strangers.insert(process.pid, process.startTicks);
    return false;
}

bool RemainingFamily::writesOutput(pid_t pid) const
{
    if (m_outputs.isEmpty())
        return false;
    char path[64];
    std::snprintf(path, sizeof path, "/proc/%d/fd", int(pid));
    const std::unique_ptr<DIR, int (*)(DIR *)> directory(::opendir(path), ::closedir);
    while (const dirent *entry = directory ? ::readdir(directory.get()) : nullptr) {
        char target[PATH_MAX];
        const auto size = ::readlinkat(::dirfd(directory.get()), entry->d_name, target, sizeof target);
        struct stat status = {};
        if (size > 0 && m_outputs.contains(QByteArray::fromRawData(target, size))
            && ::fstatat(::dirfd(directory.get()), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0
            && status.st_mode & S_IWUSR)
            return true;
    }
    return false;
}

} // namespace Hephaestus
