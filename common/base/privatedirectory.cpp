// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/privatedirectory.h"

#include "common/base/regularfile.h"
#include "common/base/sameuser.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <cerrno>
#include <cstring>

#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

std::optional<Problem> makePrivateDirectory(const QString &path)
{
    const QByteArray name = QFile::encodeName(QDir::cleanPath(path));
    const auto failed = [&path](int error) {
        return Problem{path, u"cannot be made: %1"_s.arg(QString::fromLocal8Bit(std::strerror(error)))};
    };
    if (path.isEmpty()) // would be the working directory
        return failed(ENOENT);
    QDir().mkpath(QFileInfo(QDir::cleanPath(path)).absolutePath());
    if (::mkdir(name.constData(), 0700) != 0 && errno != EEXIST)
        return failed(errno);
    const FileDescriptor directory(::open(name.constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    struct stat status = {};
    if (!directory.isOpen() && (errno == ELOOP || errno == ENOTDIR))
        return Problem{path, u"expected a directory, found a link or a file"_s};
    if (!directory.isOpen() || ::fstat(directory.number(), &status) != 0)
        return failed(errno);
    // Root may work in a volume, or with the home, of another: what is opened there follows no links.
    if (::geteuid() != 0 && status.st_uid != 0 && !isSameUser(status.st_uid, ::geteuid()))
        return Problem{path, u"belongs to another user (%1)"_s.arg(status.st_uid)};
    if (status.st_uid == ::geteuid() && (status.st_mode & (S_IRWXG | S_IRWXO)))
        ::fchmod(directory.number(), status.st_mode & S_IRWXU);
    return {};
}

std::optional<Problem> makePrivateFile(const QString &path)
{
    // One that is there is not opened: closing it would release the locks that this process has on it (fcntl(2)).
    const QByteArray name = QFile::encodeName(path);
    struct stat status = {};
    if (::lstat(name.constData(), &status) != 0) {
        const Result<FileDescriptor> made = openRegularFile(name, O_WRONLY | O_APPEND | O_CREAT);
        return made ? std::nullopt : std::optional(made.problem());
    }
    if (!S_ISREG(status.st_mode))
        return Problem{path, u"expected a regular file, found %1"_s.arg(fileKind(status.st_mode))};
    if (status.st_uid != ::geteuid() || !(status.st_mode & (S_IRWXG | S_IRWXO)))
        return {};
    // The file itself, not what may have its name by now. Closing what only names it (O_PATH) releases no locks.
    const FileDescriptor file(::open(name.constData(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (::fstat(file.number(), &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == ::geteuid())
        ::chmod(("/proc/self/fd/" + QByteArray::number(file.number())).constData(), status.st_mode & S_IRWXU);
    return {};
}

void removeDirectory(const QString &path)
{
    if (!QFileInfo(path).isSymLink())
        QDir(path).removeRecursively();
}

} // namespace Hephaestus
