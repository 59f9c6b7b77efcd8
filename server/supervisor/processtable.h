// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/processentry.h"

#include <QList>
#include <QSet>

/// The processes of this machine as /proc shows them (proc(5)).
namespace Hephaestus {

QList<ProcessEntry> readProcesses();

/// The children of this process that it did not start: those that were left to it as their subreaper
/// (PR_SET_CHILD_SUBREAPER), told by a session that is not ours.
QList<ProcessEntry> readAdopted();

/// Of `all`, what belongs to the program that `leader` began: its group and session, whoever descends from them, and
/// adopted processes not older than it, with their descendants. Without the leader itself.
///
/// While `others` run beside it, theirs are not its own, and who was adopted and does not show whose it was belongs to
/// the youngest leader that is not younger than itself.
QList<ProcessEntry> remainsOf(const ProcessEntry &leader, const QList<ProcessEntry> &all,
                              const QList<ProcessEntry> &others = {});

/// Whether each of these sockets, told by any descriptor of this process, is waited for in an epoll set of a process of
/// the family that `leader` began: a program that does this accepts. Of others nothing can be said.
bool pollsSockets(const ProcessEntry &leader, const QList<int> &sockets);

/// Sends a signal to exactly that process, not to another that got its number meanwhile.
bool signalProcess(const ProcessEntry &process, int signalNumber);

/// SIGTERM, and SIGCONT, without which a stopped one would never see it, to those that are not in `asked` yet; they are
/// then.
void askToEnd(const QList<ProcessEntry> &processes, QSet<pid_t> &asked);

} // namespace Hephaestus
