// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/rotatedfile.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <utility>

namespace Hephaestus {

RotatedFile::RotatedFile(QString path, qint64 most, int kept) : m_path(std::move(path)), m_most(most), m_kept(kept)
{
    ::signal(SIGXFSZ, SIG_IGN); // a file over RLIMIT_FSIZE is an error to be told, not the end of the process
}

/// Whether what is open is still what the path names.
bool RotatedFile::isInPlace()
{
    struct stat own = {};
    struct stat named = {};
    if (::fstat(m_file.number(), &own) != 0 || ::lstat(QFile::encodeName(m_path).constData(), &named) != 0
        || own.st_dev != named.st_dev || own.st_ino != named.st_ino)
        return false;
    m_size = own.st_size; // somebody may have cut it
    return true;
}

bool RotatedFile::openAt()
{
    // Not through a link or into a device somebody put there.
    m_file.reset(::open(QFile::encodeName(m_path).constData(),
                        O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
    return m_file.isOpen();
}

bool RotatedFile::open()
{
    if (m_file.isOpen())
        return true;
    struct stat status = {};
    const bool isOpen =
        openAt() || (m_wasTakenAway && errno == ENOENT && QDir().mkpath(QFileInfo(m_path).path()) && openAt());
    if (!isOpen || ::fstat(m_file.number(), &status) != 0) {
        fail("cannot be opened", errno);
        return false;
    }
    if (!S_ISREG(status.st_mode)) {
        fail("is not a regular file", 0);
        m_file.reset();
        return false;
    }
    m_size = status.st_size;
    m_timesMadeAnew += std::exchange(m_wasTakenAway, false) ? 1 : 0;
    return true;
}

bool RotatedFile::rotate()
{
    const QByteArray path = QFile::encodeName(m_path);
    for (int number = m_kept - 1; number >= 0; --number) {
        const QByteArray from = number == 0 ? path : path + '.' + QByteArray::number(number);
        if (::rename(from.constData(), (path + '.' + QByteArray::number(number + 1)).constData()) != 0
            && errno != ENOENT) {
            // Then the text that is there goes: a file without bounds would be worse.
            fail("cannot be rotated", errno);
            if (::ftruncate(m_file.number(), 0) != 0)
                return false;
            m_size = 0;
            return true;
        }
    }
    if (m_kept == 0)
        ::unlink(path.constData());
    m_file.reset();
    return open();
}

void RotatedFile::write(QByteArrayView bytes)
{
    m_error.clear();
    if (m_file.isOpen() && !isInPlace()) {
        m_file.reset();
        m_wasTakenAway = true;
    }
    if (bytes.size() > m_most) {
        m_dropped += bytes.size() - m_most;
        bytes = bytes.last(m_most);
    }
    if (!open() || (m_size > 0 && m_size + bytes.size() > m_most && !rotate())) {
        m_dropped += bytes.size();
        return;
    }
    while (!bytes.isEmpty()) {
        const auto written = ::write(m_file.number(), bytes.data(), std::size_t(bytes.size()));
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            fail("cannot be written", errno);
            m_dropped += bytes.size();
            return;
        }
        m_size += written;
        bytes = bytes.sliced(written);
    }
}

QString RotatedFile::flush()
{
    if (m_file.isOpen() && ::fsync(m_file.number()) != 0)
        fail("cannot be brought to the disk", errno);
    return m_error;
}

void RotatedFile::fail(const char *what, int error)
{
    m_error = m_path + u' ' + QString::fromLatin1(what);
    if (error != 0)
        m_error += QStringLiteral(": ") + QString::fromLocal8Bit(std::strerror(error));
}

} // namespace Hephaestus
