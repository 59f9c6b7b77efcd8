// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/noteddirectories.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>

namespace Hephaestus {
namespace {

/// Where no directory is.
constexpr std::pair<quint64, quint64> Missing{0, 0};

} // namespace

void NotedDirectories::note(const QByteArray &directory)
{
    struct stat status = {};
    const auto known = m_directories.constFind(directory);
    if (!m_listener || (known != m_directories.cend() && *known != Missing))
        return;
    if (::stat(directory.constData(), &status) != 0) {
        m_directories.insert(directory, Missing); // looked for from now on
        return;
    }
    m_directories.insert(directory, {status.st_dev, status.st_ino});
    m_listener(directory);
}

void NotedDirectories::noteFolderOf(const QByteArray &path)
{
    note(path.first(std::max(path.lastIndexOf('/'), qsizetype(1))));
}

void NotedDirectories::noteLink(const QByteArray &path)
{
    std::array<char, PATH_MAX> real;
    if (!::realpath(path.constData(), real.data()))
        return;
    const QByteArray target(real.data());
    const qsizetype slash = target.lastIndexOf('/');
    const QByteArray directory = slash == 0 ? QByteArray("/") : target.first(slash);
    note(directory);
    m_linked[directory].insert(target.mid(slash + 1));
}

bool NotedDirectories::haveMoved()
{
    bool hasMoved = false;
    m_directories.removeIf([&](const auto &entry) {
        struct stat status = {};
        const bool isThere = ::stat(entry.key().constData(), &status) == 0;
        const auto now = isThere ? std::pair<quint64, quint64>(status.st_dev, status.st_ino) : Missing;
        if (now == entry.value())
            return false;
        hasMoved = true;
        entry.value() = Missing;
        return isThere; // to be noted anew; until a missing one is back it is looked for
    });
    return hasMoved;
}

bool NotedDirectories::isLinked(const QByteArray &directory, const QByteArray &name) const
{
    return m_linked.value(directory).contains(name);
}

} // namespace Hephaestus
