// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>

#include <sys/types.h>

struct stat;

namespace Hephaestus {

/// A file whose code a process has mapped, by /proc/PID/maps (proc_pid_maps(5)).
struct MappedFile
{
    QByteArray path;  ///< as the process sees it, bytes as the kernel has them; where the file was, if it is deleted
    QByteArray entry; ///< of /proc/PID that opens it: its first mapping, or a descriptor
    quint64 device = 0;
    quint64 inode = 0;
    bool deleted = false; ///< nothing of that name leads to it any more
    bool isHeld = false;  ///< it is no mapping, but a jar that a Java virtual machine has open

    /// Whether `status` is this very file. Overlay file systems, btrfs and bcachefs show another device in maps than in
    /// stat(2). `descriptor`, open on the file, shows which file system it is.
    bool is(const struct stat &status, int descriptor) const;

    bool operator==(const MappedFile &) const = default;
};

/// The files mapped privately and executable: the program and its libraries, each once. Shared mappings and those
/// without execute permission are data (databases, locale archives, code generated at run time), not loaded code.
QList<MappedFile> parseMaps(QByteArrayView maps);

/// Of process `pid`, with the jars that it has open if it is a Java virtual machine, which maps none of its classes;
/// empty if it is gone or another user's.
QList<MappedFile> mappedFiles(pid_t pid);

} // namespace Hephaestus
