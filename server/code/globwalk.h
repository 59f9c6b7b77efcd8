// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/code/globpattern.h"

#include <dirent.h>

#include <functional>
#include <memory>

struct stat;

namespace Hephaestus {

/// A walk over every match below GlobPattern::root(), which can stop after any entry and go on later. Belongs to one
/// thread. It may hold one directory open.
class GlobWalk
{
public:
    /// What a walk calls for what it meets.
    struct Visitor
    {
        /// Before a directory is read, whatever is in it.
        std::function<void(const QByteArray &directory)> directory;
        /// A regular file (or a symbolic link to one) that matches.
        std::function<void(const QByteArray &directory, const char *name, const struct stat &status, bool isLink)> file;
        /// A directory that exists and cannot be read.
        std::function<void(const QByteArray &directory)> unreadable;
        /// Asked after each entry; false stops the walk.
        std::function<bool()> goOn;
    };

    explicit GlobWalk(GlobPattern pattern);

    /// Visits what was not visited yet. False: it was stopped before the end; the next call goes on after that entry.
    bool advance(const Visitor &visitor);

private:
    struct Place
    {
        QByteArray directory;
        GlobPattern::Positions positions;
    };
    void open(const Visitor &visitor);
    const dirent *next(const Visitor &visitor) const;
    void visit(const dirent &entry, const Visitor &visitor);
    void close();

    const GlobPattern m_pattern;
    QList<Place> m_waiting; ///< the next one is the last
    Place m_place;          ///< that m_entries are of
    std::unique_ptr<DIR, int (*)(DIR *)> m_entries;
    QList<Place> m_subdirectories; ///< of m_place
};

} // namespace Hephaestus
