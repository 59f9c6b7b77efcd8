// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/globwalk.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace Hephaestus {
namespace {

bool isDots(const char *name) { return std::strcmp(name, ".") == 0 || std::strcmp(name, "..") == 0; }

} // namespace

GlobWalk::GlobWalk(GlobPattern pattern) : m_pattern(std::move(pattern)), m_entries(nullptr, ::closedir)
{
    if (m_pattern.isPattern())
        m_waiting << Place{m_pattern.root(), m_pattern.start()};
}

bool GlobWalk::advance(const Visitor &visitor)
{
    while (m_entries || !m_waiting.isEmpty()) {
        if (!m_entries) {
            open(visitor);
            if (!m_entries && !visitor.goOn())
                return false;
        } else if (const dirent *entry = next(visitor)) {
            if (isDots(entry->d_name))
                continue;
            visit(*entry, visitor);
            if (!visitor.goOn())
                return false;
        } else {
            close();
        }
    }
    return true;
}

/// Null: there is no more, or no more can be read.
const dirent *GlobWalk::next(const Visitor &visitor) const
{
    errno = 0;
    const dirent *const entry = ::readdir(m_entries.get());
    if (!entry && errno != 0 && errno != ENOENT) // ENOENT: the directory was removed
        visitor.unreadable(m_place.directory);
    return entry;
}

void GlobWalk::open(const Visitor &visitor)
{
    m_place = m_waiting.takeLast();
    visitor.directory(m_place.directory);
    m_entries.reset(::opendir(m_place.directory.constData()));
    if (!m_entries && errno != ENOENT && errno != ENOTDIR)
        visitor.unreadable(m_place.directory);
}

/// In the order in which they were read, each before those beside it.
void GlobWalk::close()
{
    m_entries.reset();
    std::reverse(m_subdirectories.begin(), m_subdirectories.end());
    m_waiting += std::exchange(m_subdirectories, {});
}

void GlobWalk::visit(const dirent &entry, const Visitor &visitor)
{
    const int descriptor = ::dirfd(m_entries.get());
    struct stat status = {};
    if (entry.d_type == DT_DIR || entry.d_type == DT_UNKNOWN || entry.d_type == DT_LNK) {
        // a link to a directory is followed only where the pattern names it: `**` through links may be a loop
        const GlobPattern::Positions after = m_pattern.next(m_place.positions, entry.d_name);
        const int flags = m_pattern.isNamed(m_place.positions, entry.d_name) ? 0 : AT_SYMLINK_NOFOLLOW;
        if (!after.isEmpty()
            && (entry.d_type == DT_DIR
                || (::fstatat(descriptor, entry.d_name, &status, flags) == 0 && S_ISDIR(status.st_mode))))
            m_subdirectories << Place{
                (m_place.directory == "/" ? QByteArray() : m_place.directory) + '/' + entry.d_name, after};
    }
    if (m_pattern.accepts(m_place.positions, entry.d_name) && entry.d_type != DT_DIR
        && ::fstatat(descriptor, entry.d_name, &status, 0) == 0 && S_ISREG(status.st_mode))
        visitor.file(m_place.directory, entry.d_name, status, entry.d_type != DT_REG);
}

} // namespace Hephaestus
