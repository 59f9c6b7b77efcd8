// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/processtable.h"

#include "common/base/filedescriptor.h"

#include <QByteArray>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace Hephaestus {
namespace {

QByteArray readSmallFile(const char *path)
{
    const FileDescriptor file(::open(path, O_RDONLY | O_CLOEXEC));
    QByteArray content(4096, Qt::Uninitialized);
    qsizetype filled = 0;
    while (file.isOpen()) {
        const auto count = ::read(file.number(), content.data() + filled, std::size_t(content.size() - filled));
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            break;
        filled += count;
        if (filled == content.size())
            content.resize(2 * filled);
    }
    content.truncate(filled);
    return content;
}

/// Calls `visit(name)` for every entry of a directory that is not hidden; false: it cannot be read.
template <typename Visit>
bool forEachName(const char *path, Visit visit)
{
    const std::unique_ptr<DIR, int (*)(DIR *)> directory(::opendir(path), ::closedir);
    if (!directory)
        return false;
    while (const dirent *entry = ::readdir(directory.get())) {
        if (entry->d_name[0] != '.')
            visit(static_cast<const char *>(entry->d_name));
    }
    return true;
}

/// Calls `visit(number)` for every entry of a directory that is a number.
template <typename Visit>
void forEachNumber(const char *path, Visit visit)
{
    forEachName(path, [&](const char *name) {
        char *end = nullptr;
        const long number = std::strtol(name, &end, 10);
        if (number > 0 && *end == 0)
            visit(pid_t(number));
    });
}

/// Of `all`, in the order they are found, the group and session of `leader`, whoever descends from them or
/// `alsoBelongs`; without itself and who is `taken`, to which all that were found are added.
template <typename Also>
QList<ProcessEntry> addFamily(const ProcessEntry &leader, const QList<ProcessEntry> &all, QSet<pid_t> &taken,
                              Also alsoBelongs)
{
    QList<ProcessEntry> found;
    QSet<pid_t> family{leader.pid};
    const auto belongs = [&](const ProcessEntry &process) {
        return process.group == leader.pid || process.session == leader.pid || family.contains(process.parent)
            || alsoBelongs(process);
    };
    for (bool grown = true; grown;) {
        grown = false;
        for (const ProcessEntry &process : all) {
            if (family.contains(process.pid) || taken.contains(process.pid) || !belongs(process))
                continue;
            family.insert(process.pid);
            taken.insert(process.pid);
            found.append(process);
            grown = true;
        }
    }
    return found;
}

} // namespace

std::optional<QList<pid_t>> childrenOf(pid_t pid)
{
    if (!hasProcessTable())
        return {};
    QList<pid_t> children;
    bool told = false;
    char tasks[48];
    std::snprintf(tasks, sizeof tasks, "/proc/%d/task", int(pid));
    forEachNumber(tasks, [&](pid_t thread) {
        char path[64];
        std::snprintf(path, sizeof path, "/proc/%d/task/%d/children", int(pid), int(thread));
        told = told || ::access(path, R_OK) == 0;
        for (const QByteArray &number : readSmallFile(path).simplified().split(' ')) {
            if (!number.isEmpty())
                children.append(number.toInt());
        }
    });
    if (told)
        return children;
    return {};
}

QList<ProcessEntry> readProcesses()
{
    QList<ProcessEntry> processes;
    if (!hasProcessTable())
        return processes;
    forEachNumber("/proc", [&](pid_t pid) {
        if (const auto process = readProcess(pid))
            processes.append(*process);
    });
    return processes;
}

QList<ProcessEntry> readChildren()
{
    QList<ProcessEntry> children;
    if (!hasProcessTable())
        return children;
    if (const auto pids = childrenOf(::getpid())) {
        for (const pid_t pid : *pids) {
            if (const auto process = readProcess(pid))
                children.append(*process);
        }
    } else {
        children = readProcesses();
    }
    children.removeIf([self = ::getpid()](const ProcessEntry &process) { return process.parent != self; });
    return children;
}

QList<ProcessEntry> readDescendants()
{
    QSet<pid_t> found;
    // Who loses its parent meanwhile moves to one that was looked at before: looked at until nobody is new.
    for (qsizetype before = -1; before != found.size();) {
        before = found.size();
        QList<pid_t> walked{::getpid()};
        for (qsizetype i = 0; i < walked.size(); ++i) {
            const auto children = childrenOf(walked[i]);
            if (!children && i == 0)
                return readProcesses();
            for (const pid_t child : children.value_or(QList<pid_t>())) {
                found.insert(child);
                if (!walked.contains(child))
                    walked.append(child);
            }
        }
    }
    QList<ProcessEntry> descendants;
    for (const pid_t pid : std::as_const(found)) {
        if (const auto process = readProcess(pid))
            descendants.append(*process);
    }
    return descendants;
}

bool isAdopted(const ProcessEntry &process) { return process.parent == ::getpid() && process.session != ::getsid(0); }

QList<ProcessEntry> remainsOf(const ProcessEntry &leader, const QList<ProcessEntry> &all,
                              const QList<ProcessEntry> &others)
{
    QSet<pid_t> foreign;
    for (const ProcessEntry &other : others) {
        foreign.insert(other.pid);
        addFamily(other, all, foreign, [](const ProcessEntry &) { return false; });
    }
    const auto isLeft = [&](const ProcessEntry &process) {
        const auto mayBeOf = [&](const ProcessEntry &one) { return process.startTicks >= one.startTicks; };
        return isAdopted(process) && mayBeOf(leader)
            && std::none_of(others.begin(), others.end(), [&](const ProcessEntry &other) {
                   return mayBeOf(other)
                       && std::pair(other.startTicks, other.pid) > std::pair(leader.startTicks, leader.pid);
               });
    };
    foreign.insert(::getpid());
    return addFamily(leader, all, foreign, isLeft);
}

std::optional<qint64> countOpenFiles(pid_t pid)
{
    qint64 files = 0;
    const QByteArray directory = "/proc/" + QByteArray::number(pid) + "/fd";
    const bool isRead = hasProcessTable() && forEachName(directory.constData(), [&files](const char *) { ++files; });
    return isRead ? std::optional(files) : std::nullopt;
}

QList<ProcessEntry> descendantsOf(const ProcessEntry &leader, const QList<ProcessEntry> &all)
{
    QSet<pid_t> taken;
    return addFamily(leader, all, taken, [](const ProcessEntry &) { return false; });
}

bool pollsSockets(const ProcessEntry &leader, const QList<int> &sockets, Depth depth)
{
    if (!hasProcessTable())
        return false;
    QSet<QByteArray> wanted;
    for (const int socket : sockets) {
        struct stat status = {};
        if (::fstat(socket, &status) == 0)
            wanted.insert(QByteArray::number(qulonglong(status.st_ino), 16));
    }
    const auto takeAway = [&](pid_t pid) {
        const QByteArray directory = "/proc/" + QByteArray::number(pid) + "/fdinfo/";
        forEachName(directory.constData(), [&](const char *name) {
            // `tfd: 7 events: 19 data: … pos:0 ino:13c49bd sdev:9`
            for (const QByteArray &line : readSmallFile((directory + name).constData()).split('\n')) {
                if (line.startsWith("tfd:"))
                    wanted.remove(line.mid(line.indexOf("ino:") + 4).split(' ').first());
            }
        });
    };
    QList<pid_t> descendants{leader.pid};
    for (qsizetype i = 0; i < descendants.size() && !wanted.isEmpty(); ++i) {
        takeAway(descendants[i]);
        descendants += childrenOf(descendants[i]).value_or(QList<pid_t>());
    }
    if (wanted.isEmpty() || depth == Depth::Children)
        return wanted.isEmpty(); // most need no look at every process of the machine
    for (const ProcessEntry &process : descendantsOf(leader, readDescendants()))
        takeAway(process.pid);
    return wanted.isEmpty();
}

bool signalProcess(const ProcessEntry &process, int signalNumber)
{
    const FileDescriptor pidfd(int(::syscall(SYS_pidfd_open, process.pid, 0)));
    if (!pidfd.isOpen())
        return false;
    const auto present = readProcess(process.pid); // the pidfd is of whoever has this number now
    return present && present->startTicks == process.startTicks
        && ::syscall(SYS_pidfd_send_signal, pidfd.number(), signalNumber, nullptr, 0) == 0;
}

void askToEnd(const QList<ProcessEntry> &processes, QSet<pid_t> &asked)
{
    for (const ProcessEntry &process : processes) {
        if (asked.contains(process.pid))
            continue;
        asked.insert(process.pid);
        signalProcess(process, SIGTERM);
        signalProcess(process, SIGCONT);
    }
}

} // namespace Hephaestus
