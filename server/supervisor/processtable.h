// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>

#include <sys/types.h>

#include <optional>

/// The processes of this machine as /proc shows them (proc(5)).
namespace Hephaestus {

struct ProcessEntry
{
    pid_t pid = 0;
    pid_t parent = 0;
    pid_t group = 0;
    pid_t session = 0;
    char state = '?';       ///< 'Z' ended and not reaped, 'T' stopped
    quint64 startTicks = 0; ///< since the machine started; with the pid it names one process for ever

    bool isZombie() const { return state == 'Z' || state == 'X'; }
    bool isSuspended() const { return state == 'T'; }
    bool operator==(const ProcessEntry &) const = default;
};

/// Nothing if there is no such process.
std::optional<ProcessEntry> readProcess(pid_t pid);

QList<ProcessEntry> readProcesses();

/// The children of this process that it did not start: those that were left to it as their subreaper (PR_SET_CHILD_SUBREAPER),
/// told by a session that is not ours.
QList<ProcessEntry> readAdopted();

/// Of `all`, what belongs to the program that `leader` began: its group and session, whoever descends from them, and adopted
/// processes not older than it, with their descendants. Without the leader itself.
///
/// While `others` run beside it, theirs are not its own, and who was adopted and does not show whose it was belongs to the youngest leader
/// that is not younger than itself.
QList<ProcessEntry> remainsOf(const ProcessEntry &leader, const QList<ProcessEntry> &all, const QList<ProcessEntry> &others = {});

/// Whether each of these sockets, told by any descriptor of this process, is waited for in an epoll set of a process of the family that
/// `leader` began: a program that does this accepts. Of others nothing can be said.
bool pollsSockets(const ProcessEntry &leader, const QList<int> &sockets);

/// Sends a signal to exactly that process, not to another that got its number meanwhile.
bool signalProcess(const ProcessEntry &process, int signalNumber);

} // namespace Hephaestus
