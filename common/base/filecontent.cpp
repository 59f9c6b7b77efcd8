// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/filecontent.h"

#include <QByteArray>

#include <cerrno>

#include <sys/stat.h>
#include <unistd.h>

namespace Hephaestus {
namespace {

constexpr off_t LargestRecord = 16 * 1024 * 1024;

} // namespace

bool replaceContent(int file, QByteArrayView content)
{
    struct stat status = {};
    if (::fstat(file, &status) != 0)
        return false;
    // What is larger is none of these records, and not worth keeping.
    QByteArray before(status.st_size <= LargestRecord ? qsizetype(status.st_size) : 0, Qt::Uninitialized);
    if (::pread(file, before.data(), std::size_t(before.size()), 0) != before.size())
        return false;
    const ssize_t written = ::pwrite(file, content.data(), std::size_t(content.size()), 0);
    if (written == content.size())
        return ::ftruncate(file, content.size()) == 0;
    const int error = written < 0 ? errno : ENOSPC; // of a short write there is none
    if (written > 0) {                              // what it had needs no more room than it had
        [[maybe_unused]] const ssize_t restored = ::pwrite(file, before.constData(), std::size_t(before.size()), 0);
        [[maybe_unused]] const int cut = ::ftruncate(file, before.size());
    }
    errno = error;
    return false;
}

} // namespace Hephaestus
