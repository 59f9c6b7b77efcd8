// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/noteddirectories.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>
#include <utility>

namespace Hephaestus {
namespace {

/// Where no directory is.
constexpr std::pair<quint64, quint64> Missing{0, 0};

} // namespace

void NotedDirectories::note(const QByteArray &directory)
{
    struct stat status = {};
    const auto known = m_directories.find(directory);
    if (!m_listener || (known != m_directories.end() && known->second != Missing))
        return;
    if (::stat(directory.constData(), &status) != 0) {
        m_directories.insert_or_assign(directory, Missing); // looked for from now on
        return;
    }
    m_directories.insert_or_assign(directory, std::pair<quint64, quint64>(status.st_dev, status.st_ino));
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

void NotedDirectories::forget(const QByteArray &directory)
{
    if (!m_linked.contains(directory))
        m_directories.erase(directory);
}

bool NotedDirectories::haveMoved()
{
    m_last.reset();
    m_hasMoved = false;
    return *haveMoved([] { return true; });
}

std::optional<bool> NotedDirectories::haveMoved(const std::function<bool()> &goOn)
{
    for (auto entry = m_last ? m_directories.upper_bound(*m_last) : m_directories.begin();
         entry != m_directories.end();) {
        struct stat status = {};
        const auto current = entry++;
        const bool isThere = ::stat(current->first.constData(), &status) == 0;
        const auto now = isThere ? std::pair<quint64, quint64>(status.st_dev, status.st_ino) : Missing;
        const bool isLast = !goOn();
        if (isLast)
            m_last = current->first;
        if (now != current->second) {
            m_hasMoved = true;
            current->second = Missing;
            if (isThere) // to be noted anew; until a missing one is back it is looked for
                m_directories.erase(current);
        }
        if (isLast)
            return {};
    }
    m_last.reset();
    return std::exchange(m_hasMoved, false);
}

bool NotedDirectories::isLinked(const QByteArray &directory, const QByteArray &name) const
{
    return m_linked.value(directory).contains(name);
}

} // namespace Hephaestus
