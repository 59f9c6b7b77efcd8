// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/mappedfiles.h"

#include "common/base/processentry.h"

#include <QFile>
#include <QSet>

#include <dirent.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <memory>

namespace Hephaestus {
namespace {

constexpr QByteArrayView Deleted(" (deleted)");
constexpr quint32 BcachefsMagic = 0xca451a4e; // not in the linux/magic.h of Debian 12

/// The next word of `line`, which it is cut from.
QByteArrayView takeWord(QByteArrayView &line)
{
    qsizetype end = line.indexOf(' ');
    if (end < 0)
        end = line.size();
    const QByteArrayView word = line.first(end);
    while (end < line.size() && line[end] == ' ')
        ++end;
    line = line.sliced(end);
    return word;
}

quint64 deviceOf(QByteArrayView majorMinor)
{
    const qsizetype colon = majorMinor.indexOf(':');
    if (colon < 0)
        return 0;
    return makedev(majorMinor.first(colon).toByteArray().toUInt(nullptr, 16),
                   majorMinor.sliced(colon + 1).toByteArray().toUInt(nullptr, 16));
}

/// Generated code and devices have paths too, but no file that anybody edits; nor is what reports imports the
/// program's. Programs may lie in /dev/shm.
bool isFile(QByteArrayView path)
{
    const bool isDevice = path.startsWith("/dev/") && !path.startsWith("/dev/shm/");
    return path.startsWith('/') && !isDevice && !path.startsWith("/memfd:") && !path.startsWith("/SYSV")
        && !path.startsWith("/[aio]") && !path.startsWith("//") && !path.contains("/_hephaestus_audit.abi3.so");
}

bool isJavaMachine(const QList<MappedFile> &files)
{
    return std::any_of(files.begin(), files.end(),
                       [](const MappedFile &file) { return file.path.endsWith("/libjvm.so"); });
}

QList<MappedFile> heldJars(pid_t pid)
{
    constexpr std::array Endings{".jar", ".war", ".ear"};
    const QByteArray process = "/proc/" + QByteArray::number(pid) + '/';
    const std::unique_ptr<DIR, int (*)(DIR *)> directory(::opendir((process + "fd").constData()), ::closedir);
    QList<MappedFile> files;
    // A stat() of each would wait for a file system that hangs, and a server has thousands of connections.
    while (const dirent *const each = directory ? ::readdir(directory.get()) : nullptr) {
        const QByteArray entry = QByteArray("fd/") + each->d_name;
        std::array<char, PATH_MAX> target{};
        const ssize_t size = ::readlink((process + entry).constData(), target.data(), target.size());
        QByteArray path(target.data(), std::max(size, ssize_t(0)));
        const bool deleted = path.endsWith(Deleted);
        path.chop(deleted ? Deleted.size() : 0);
        struct stat status = {};
        if (std::any_of(Endings.begin(), Endings.end(), [&](const char *end) { return path.endsWith(end); })
            && ::stat((process + entry).constData(), &status) == 0 && S_ISREG(status.st_mode))
            files << MappedFile{path, entry, status.st_dev, status.st_ino, deleted, true};
    }
    return files;
}

} // namespace

bool MappedFile::is(const struct stat &status, int descriptor) const
{
    if (status.st_ino != inode)
        return false;
    if (status.st_dev == device)
        return true;
    struct statfs fileSystem = {};
    if (::fstatfs(descriptor, &fileSystem) != 0)
        return false;
    const auto magic = quint32(fileSystem.f_type);
    return magic == OVERLAYFS_SUPER_MAGIC || magic == BTRFS_SUPER_MAGIC || magic == BcachefsMagic;
}

QList<MappedFile> parseMaps(QByteArrayView maps)
{
    QList<MappedFile> files;
    QSet<std::pair<quint64, quint64>> known;
    while (!maps.isEmpty()) {
        qsizetype end = maps.indexOf('\n');
        if (end < 0)
            end = maps.size();
        QByteArrayView line = maps.first(end);
        maps = maps.sliced(std::min(end + 1, maps.size()));

        // 7f0c5a628000-7f0c5a64e000 r-xp 00026000 fe:00 2097   /usr/lib/libc.so.6 (deleted)
        MappedFile file;
        file.entry = "map_files/" + takeWord(line).toByteArray();
        const QByteArrayView permissions = takeWord(line);
        takeWord(line); // the offset
        file.device = deviceOf(takeWord(line));
        file.inode = takeWord(line).toByteArray().toULongLong();
        if (permissions.size() < 4 || permissions[2] != 'x' || permissions[3] != 'p' || file.inode == 0
            || !isFile(line))
            continue;
        if (const std::pair identity(file.device, file.inode); !known.contains(identity))
            known.insert(identity);
        else
            continue;
        file.deleted = line.endsWith(Deleted);
        file.path = (file.deleted ? line.chopped(Deleted.size()) : line).toByteArray();
        file.path.replace("\\012", "\n"); // the only byte the kernel escapes here
        files << file;
    }
    return files;
}

QList<MappedFile> mappedFiles(pid_t pid)
{
    if (!hasProcessTable())
        return {};
    QFile maps(QStringLiteral("/proc/%1/maps").arg(pid));
    if (!maps.open(QIODevice::ReadOnly | QIODevice::Unbuffered))
        return {};
    const QList<MappedFile> files = parseMaps(maps.readAll());
    return isJavaMachine(files) ? files + heldJars(pid) : files;
}

} // namespace Hephaestus
