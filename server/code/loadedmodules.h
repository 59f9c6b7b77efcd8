// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/code/contenthash.h"
#include "server/code/filestamp.h"

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QMap>
#include <QSet>

#include <sys/types.h>

#include <functional>
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
    bool isDoubtful = false;              ///< byte code was loaded, which may be older than this source
    std::optional<ContentHash> hash = {}; ///< of the bytes that were read; nothing: the stamp stands for them

    bool operator==(const LoadedModule &) const = default;
};

/// A line of a report: `loaded PID TICKET TIME DEVICE INODE SIZE MODIFIED CHANGED PATH [HASH]`, or `cached` for byte
/// code that may be older than its source. Numbers are decimal, times in nanoseconds since the epoch, the hash a
/// ContentHash in hexadecimal. In the path every byte but printable ASCII, and `%`, is written as %XX. Nothing: not
/// such a line.
std::optional<LoadedModule> parseModuleLine(QByteArrayView line);

/// The modules of a line `imported PID TICKET NUMBER SINCE TIME [STAMPS PATH CACHED PATH CACHED …]`, which were loaded
/// between SINCE and TIME: of each the source, and the byte code that was loaded for it. STAMPS are in hexadecimal, 40
/// bytes of each: the numbers as above, from DEVICE to CHANGED, the lowest byte first. This looks whether the byte code
/// may be older than its source, or was written after TIME: then isDoubtful. Nothing: not such a line.
std::optional<QList<LoadedModule>> parseImportedLine(QByteArrayView line);

/// What each process of a program loaded by an interpreter, from the report that its adapter appends to
/// (resources/python/hephaestus_manifest.py):
///
///     began PID TICKET IMAGE               an interpreter has begun; IMAGE is ProcessOrigin::imageOf(PID)
///     loaded …, cached …                   parseModuleLine(); what was loaded from that path before counts still
///     settled PID TICKET PATH              what was loaded from PATH last ran to its end, and counts alone
///     loading PID TICKET NUMBER            it has loaded something that no line names yet
///     imported PID TICKET NUMBER …         parseImportedLine(); ends every `loading` of its interpreter up to NUMBER
///     unexplained PID TICKET NAME          it executed code of this name, and no file is known that it was made of
///     forked PID TICKET PARENT PARENT_TICKET
///
/// The upper 32 bits of a NUMBER say which interpreter of the process counts it; each of them writes `began`.
/// A process holds what it loaded while it runs that image. It also holds what its parent held at the fork. Lines of
/// ended processes are given back to the disk, for a program may start others without end. Files are named by
/// LoadedFile::name, 4 bytes for each file and process. Belongs to one thread.
class LoadedModules
{
public:
    using Process = std::pair<pid_t, quint64>; ///< pid and ticket
    /// Names a version of a file that a process has loaded.
    using Note = std::function<quint32(const LoadedModule &)>;
    /// All versions of the file of this path.
    using Versions = std::function<QList<quint32>(const QByteArray &path)>;

    explicit LoadedModules(QByteArray reportFile = {});

    const QByteArray &reportFile() const { return m_file; }
    /// Whether any process has reported yet.
    bool any() const { return m_any; }
    /// Reads the whole lines since the last call. True if there was any.
    bool readNew(const Note &note, const Versions &versions);
    /// Forgets the processes that ended or became another program. True if there was any.
    bool forgetEnded();
    /// Whether what this process loads is reported. One that was forked by other means than Python's gets what its
    /// parent holds.
    bool reports(pid_t pid, quint64 ticket, const QByteArray &image, Process parent);
    /// The processes that have loaded something which they did not name yet.
    QList<qint64> loading() const;
    /// The processes that executed code of which no file is known, and the first name of such code.
    QMap<qint64, QByteArray> unexplained() const;
    /// All files that are held.
    QSet<quint32> held() const;
    /// The processes that hold one of `files`, by file.
    QHash<quint32, QList<qint64>> holders(const QSet<quint32> &files) const;
    QSet<qint64> pids() const;

    /// Lines that do not count any more are kept up to so many bytes in a row.
    static constexpr qint64 Waste = 64 * 1024;

private:
    struct Held
    {
        QByteArray image;
        QList<quint32> files;            ///< in the order of loading
        QHash<quint64, quint64> loading; ///< by interpreter, NUMBER of the last such line that no `imported` has ended
        QSet<QByteArray> unexplained;    ///< names of code

        void awaitNumber(quint64 number);
        void settleNumber(quint64 number);
    };
    /// Calls `take` for each whole line from `offset` on; returns where the last one ends.
    template <typename Take>
    qint64 readFrom(qint64 offset, Take take) const;
    void giveBack(const QList<std::pair<qint64, qint64>> &ranges) const;
    void shrinkReport();

    QByteArray m_file;
    qint64 m_offset = 0;
    bool m_any = false;
    QHash<Process, Held> m_held;       ///< of processes that run
    QHash<Process, Process> m_parents; ///< of forked processes: the lines of both are kept
};

} // namespace Hephaestus
