// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/supervisor/processtable.h"

#include <QByteArray>
#include <QHash>

namespace Hephaestus {

/// Finds what is left of programs whose supervisor, the parent and subreaper of all, is gone. A process belongs to them
///
/// - by its parent, its group or its session;
/// - by the mark in its environment, or by writing into an output of theirs;
/// - because it was known before.
///
/// One that had cleared its environment, closed its output, left its session and lost its parent before it was known
/// is not found.
class RemainingFamily
{
public:
    explicit RemainingFamily(QByteArray mark);

    /// Knows nobody any more.
    void clear();
    /// A program: itself, its group and its session.
    void addLeader(const ProcessEntry &leader);
    void add(const ProcessEntry &process) { m_known.insert(process.pid, process.startTicks); }
    /// The reading end of an output of theirs.
    void addOutput(int descriptor);
    /// One of our own helpers: never found.
    void exclude(pid_t pid) { m_excluded.insert(pid); }

    /// Gets to know all descendants of whom is known. Quick where the kernel tells children (CONFIG_PROC_CHILDREN), so
    /// that none of them loses its parent first.
    void followChildren();
    /// All that live, without zombies. Reads all of /proc.
    QList<ProcessEntry> look();
    /// Of the latest look: no process was just being executed, which shows no environment yet.
    bool isCertain() const { return m_isCertain; }

private:
    bool isKnown(const ProcessEntry &process) const;
    bool showsItself(const ProcessEntry &process);
    bool writesOutput(pid_t pid) const;

    const QByteArray m_mark;
    QList<ProcessEntry> m_leaders;
    QHash<pid_t, quint64> m_known;     ///< with the ticks they began at
    QHash<pid_t, quint64> m_strangers; ///< who shows nothing stays one, as nobody new gets the mark or an output
    QSet<QByteArray> m_outputs;        ///< `pipe:[4711]`
    QSet<pid_t> m_excluded;
    bool m_isCertain = true;
};

} // namespace Hephaestus
