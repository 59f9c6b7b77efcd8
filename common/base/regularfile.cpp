// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/regularfile.h"

#include "common/base/sameuser.h"

#include <QFile>
#include <QFileInfo>

#include <array>
#include <cerrno>
#include <cstring>

#include <grp.h>
#include <pwd.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;

/// The folder a path is in, and its last name.
std::pair<QByteArray, QByteArray> splitPath(const QByteArray &path)
{
    const qsizetype slash = path.lastIndexOf('/');
    if (slash < 0)
        return {".", path};
    return {slash == 0 ? QByteArray("/") : path.first(slash), path.sliced(slash + 1)};
}

/// A group of the user's own name without other members, as many systems make one for each user. Root's is none of
/// those: many a service is in it.
bool isPrivateGroup(gid_t number, uid_t owner)
{
    std::array<char, 16 * 1024> memory;
    passwd user{};
    passwd *foundUser = nullptr;
    if (owner == 0 || ::getpwuid_r(owner, &user, memory.data(), memory.size() / 2, &foundUser) != 0 || !foundUser)
        return false;
    group entry{};
    group *found = nullptr;
    if (::getgrgid_r(number, &entry, memory.data() + memory.size() / 2, memory.size() / 2, &found) != 0 || !found)
        return false;
    const bool hasMembers = entry.gr_mem[0] && (entry.gr_mem[1] || std::strcmp(entry.gr_mem[0], user.pw_name) != 0);
    return user.pw_gid == number && std::strcmp(entry.gr_name, user.pw_name) == 0 && !hasMembers;
}

/// Where nobody can write at all, such as the configuration that Kubernetes mounts, the mode says nothing.
bool isReadOnly(int descriptor)
{
    struct statvfs system = {};
    return ::fstatvfs(descriptor, &system) == 0 && (system.f_flag & ST_RDONLY);
}

bool mayOthersWrite(const struct stat &status)
{
    return (status.st_mode & S_IWOTH) || ((status.st_mode & S_IWGRP) && !isPrivateGroup(status.st_gid, status.st_uid));
}

QString whyNotTrusted(int descriptor, const QString &path)
{
    struct stat status = {};
    if (::fstat(descriptor, &status) != 0 || isReadOnly(descriptor))
        return {};
    if (!isSameUser(status.st_uid, ::geteuid()) && status.st_uid != 0)
        return u"%1 belongs to another user (%2); expected this user or root"_s.arg(path,
                                                                                    QString::number(status.st_uid));
    // Nobody can take the place of what others own in a sticky folder.
    if (mayOthersWrite(status) && !(S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX)))
        return u"%1 may be written by others (mode %2); run chmod go-w"_s.arg(
            path, QString::number(status.st_mode & 07777, 8).rightJustified(4, u'0'));
    return {};
}

} // namespace

QString fileKind(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG: return u"a regular file"_s;
    case S_IFDIR: return u"a directory"_s;
    case S_IFIFO: return u"a FIFO"_s;
    case S_IFLNK: return u"a link"_s;
    case S_IFSOCK: return u"a socket"_s;
    default: return u"a device"_s;
    }
}

bool isWritableByOthers(const struct stat &status, uid_t owner)
{
    return (!isSameUser(status.st_uid, owner) && status.st_uid != 0) || mayOthersWrite(status);
}

Result<FileDescriptor> openRegularFile(const QByteArray &path, int flags)
{
    const auto problem = [&path](const QString &what) { return Problem{QFile::decodeName(path), what}; };
    const auto failed = [&problem](int error) {
        return problem(u"cannot be opened: %1"_s.arg(QString::fromLocal8Bit(std::strerror(error))));
    };
    const auto [directory, name] = splitPath(path);
    if (path.contains('\0') || name.isEmpty())
        return problem(u"is no name of a file"_s);
    const FileDescriptor folder(::open(directory.constData(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    struct stat status = {};
    if (!folder.isOpen() || ::fstat(folder.number(), &status) != 0)
        return failed(errno);
    const bool follows = !isWritableByOthers(status, ::geteuid()) || isReadOnly(folder.number());
    flags |= O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (follows ? 0 : O_NOFOLLOW);
    FileDescriptor file(::openat(folder.number(), name.constData(), flags, 0600));
    if (!file.isOpen() && errno == ELOOP && !follows)
        return problem(u"is a link in a folder that others may write to, which is not followed"_s);
    if (!file.isOpen() && errno == ENXIO)
        return problem(u"expected a regular file, found a FIFO or a socket"_s);
    if (!file.isOpen() || ::fstat(file.number(), &status) != 0)
        return failed(errno);
    if (!S_ISREG(status.st_mode))
        return problem(u"expected a regular file, found %1"_s.arg(fileKind(status.st_mode)));
    return file;
}

std::optional<Problem> openRegularFile(QFile &file, const QString &path)
{
    Result<FileDescriptor> opened = openRegularFile(QFile::encodeName(path));
    if (!opened)
        return opened.problem();
    if (!file.open(opened->number(), QIODevice::ReadOnly, QFileDevice::AutoCloseHandle))
        return Problem{path, file.errorString()};
    opened->release();
    return {};
}

QString whyNotTrusted(const QString &path)
{
    const QFileInfo given(path);
    const QFileInfo meant(given.canonicalFilePath());
    if (meant.filePath().isEmpty())
        return {};
    for (const QString &each : {given.absolutePath(), meant.absolutePath(), meant.absoluteFilePath()}) {
        const FileDescriptor file(::open(QFile::encodeName(each).constData(), O_PATH | O_CLOEXEC));
        if (!file.isOpen())
            continue;
        if (const QString why = whyNotTrusted(file.number(), each); !why.isEmpty())
            return why;
    }
    return {};
}

} // namespace Hephaestus
