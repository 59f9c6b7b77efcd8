// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/code/filestamp.h"

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QSet>

#include <sys/types.h>

#include <optional>

namespace Hephaestus {

/// A file that a program says it loaded, as it was when it did.
struct LoadedModule
{
    pid_t pid = 0;
    quint64 ticket = 0; ///< ProcessOrigin::ticketOf(pid) then
    qint64 loaded = 0;  ///< wallClock() after the stamp was taken
    FileStamp stamp;
    QByteArray path;

    bool operator==(const LoadedModule &) const = default;
};

/// A line of a report: `loaded PID TICKET TIME DEVICE INODE SIZE MODIFIED CHANGED PATH`. Numbers are decimal, times in
/// nanoseconds since the epoch. In the path every byte but printable ASCII, and `%`, is written as %XX. Nothing: not
/// such a line.
std::optional<LoadedModule> parseModuleLine(QByteArrayView line);

/// What a program and its children loaded by an interpreter, from the report that its adapter appends to
/// (resources/python/hephaestus_manifest.py). What a process loaded counts while that process runs, or one that it
/// forked, as lines `forked PID TICKET PARENT PARENT_TICKET` say. Lines of ended processes are given back to the disk,
/// for a program may start others without end. Belongs to one thread.
class LoadedModules
{
public:
    explicit LoadedModules(QByteArray reportFile = {});

    const QByteArray &reportFile() const { return m_file; }
    /// Whether any process has reported yet.
    bool any() const { return m_any; }
    /// The lines since the last call, whole ones only.
    QList<LoadedModule> readNew();
    /// True if a process ended, with all that it forked, whose lines were read. Then current() is what still counts.
    bool processEnded();
    QList<LoadedModule> current();

    /// Lines that do not count any more are kept up to so many bytes in a row.
    static constexpr qint64 Waste = 64 * 1024;

private:
    using Process = std::pair<pid_t, quint64>;
    /// Calls `take` for each whole line from `offset` on; returns where the last one ends.
    template <typename Take>
    qint64 readFrom(qint64 offset, Take take) const;
    void giveBack(const QList<std::pair<qint64, qint64>> &ranges) const;

    QByteArray m_file;
    qint64 m_offset = 0;
    bool m_any = false;
    QSet<Process> m_counting;          ///< whose modules still count
    QHash<Process, Process> m_parents; ///< of forked processes
};

} // namespace Hephaestus
