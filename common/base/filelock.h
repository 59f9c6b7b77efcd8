// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cerrno>

#include <sys/file.h>

namespace Hephaestus {

/// A lock on an open file (flock), waited for, and held as long as this lives.
class FileLock
{
public:
    /// `how`: LOCK_SH or LOCK_EX.
    FileLock(int file, int how) : m_file(file)
    {
        while (::flock(m_file, how) != 0 && errno == EINTR) {
        }
    }
    ~FileLock() { ::flock(m_file, LOCK_UN); }
    FileLock(const FileLock &) = delete;
    FileLock &operator=(const FileLock &) = delete;

private:
    int m_file;
};

} // namespace Hephaestus
