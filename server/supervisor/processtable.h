// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/processentry.h"

#include <QList>
#include <QSet>

/// The processes of this machine as /proc shows them (proc(5)).
namespace Hephaestus {

QList<ProcessEntry> readProcesses();

/// The children of all threads of a process, where the kernel tells them (CONFIG_PROC_CHILDREN); nothing where it does
/// not.
std::optional<QList<pid_t>> childrenOf(pid_t pid);

QList<ProcessEntry> readChildren();

/// All that descends from this process, and so all families that it started, if it is their subreaper. Reads little of
/// /proc where the kernel tells children, and all of it where it does not.
QList<ProcessEntry> readDescendants();

/// Whether a child of this process is one that it did not start, but got as their subreaper (PR_SET_CHILD_SUBREAPER).
/// It is known by a session that is not ours; so are the leaders of programs.
bool isAdopted(const ProcessEntry &process);

/// Of `all`, what belongs to the program that `leader` began, without the leader itself. That is its group and session,
/// whoever descends from them, and adopted processes not older than it, with their descendants.
///
/// While `others` run beside it, theirs are not its own. An adopted process that does not show whose it was belongs to
/// the youngest leader that is not younger than itself.
QList<ProcessEntry> remainsOf(const ProcessEntry &leader, const QList<ProcessEntry> &all,
                              const QList<ProcessEntry> &others = {});

/// How many descriptors it has open; nothing: that may not be looked at.
std::optional<qint64> countOpenFiles(pid_t pid);

/// The same without what was adopted: who is not seen to be of the family is not in it.
QList<ProcessEntry> descendantsOf(const ProcessEntry &leader, const QList<ProcessEntry> &all);

/// Whether the family that `leader` began waits for each of these sockets in an epoll set: a program that does this
/// accepts. Any descriptor of this process names a socket. Of programs that use no epoll set nothing can be said.
///
/// By `Depth::Children` only the leader and its descendants are looked at, where the kernel tells children: quick.
enum class Depth { Children, Family };
bool pollsSockets(const ProcessEntry &leader, const QList<int> &sockets, Depth depth = Depth::Family);

/// Sends a signal to exactly that process, not to another that got its number meanwhile.
bool signalProcess(const ProcessEntry &process, int signalNumber);

/// SIGTERM, and SIGCONT, without which a stopped one would never see it, to those that are not in `asked` yet; they are
/// then.
void askToEnd(const QList<ProcessEntry> &processes, QSet<pid_t> &asked);

} // namespace Hephaestus
