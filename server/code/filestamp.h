// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

struct stat;

namespace Hephaestus {

/// What distinguishes one state of a file from another without reading it, as stat(2) knows it. Two equal stamps are
/// the same bytes, with one exception: a second write within one tick of the kernel's coarse clock (Tick). Times alone
/// decide nothing.
struct FileStamp
{
    quint64 device = 0;
    quint64 inode = 0;
    qint64 size = -1;    ///< bytes; -1: not known
    qint64 modified = 0; ///< mtime in nanoseconds since the epoch; anybody may set it
    qint64 changed = 0;  ///< ctime in nanoseconds since the epoch, by the kernel's own clock; 0: prove it by reading

    /// A file time may lag behind the clock by this much, in nanoseconds (10 ms: HZ=100, the coarsest Linux).
    static constexpr qint64 Tick = 10'000'000;

    static FileStamp of(const struct stat &status);
    /// The same file, whatever is in it.
    bool sameFile(const FileStamp &other) const { return device == other.device && inode == other.inode; }

    bool operator==(const FileStamp &) const = default;
};

/// The latest moment at which a file of this time may have been changed. A file system that keeps whole seconds, or
/// fewer digits than the kernel (ext4 with small inodes, FAT, sshfs), cuts a time off: then it ends with zeros.
qint64 latestTime(qint64 fileTime);

/// The wall clock now, in nanoseconds since the epoch. File times are from fileClock(), which lags behind.
qint64 wallClock();

} // namespace Hephaestus
