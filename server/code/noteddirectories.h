// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QHash>
#include <QSet>

#include <functional>
#include <map>
#include <optional>

namespace Hephaestus {

/// The directories whose entries matter, and the names in them that symbolic links lead to. Paths are absolute. Belongs
/// to one thread.
class NotedDirectories
{
public:
    /// Called with every directory, before it is read.
    void setListener(std::function<void(const QByteArray &)> listener) { m_listener = std::move(listener); }

    /// Calls the listener with a directory, the first time, and again when another one is there.
    void note(const QByteArray &directory);
    /// The same for the directory that this file is in.
    void noteFolderOf(const QByteArray &path);
    /// The same for the directory that a symbolic link leads to.
    void noteLink(const QByteArray &path);
    /// Nothing in it matters any more, unless a noted link leads there. It may be noted again.
    void forget(const QByteArray &directory);
    /// True if another directory, or none, is where a noted one was: no event of the directory itself tells of a link
    /// or a parent that was swapped, nor of a mount. A stat(2) for each directory.
    bool haveMoved();
    /// The same, but stops where goOn(), which is asked after each, says no. Nothing is returned then, and the next
    /// call goes on after that one.
    std::optional<bool> haveMoved(const std::function<bool()> &goOn);
    /// True if a noted link leads to this name.
    bool isLinked(const QByteArray &directory, const QByteArray &name) const;

private:
    std::function<void(const QByteArray &)> m_listener;
    QHash<QByteArray, QSet<QByteArray>> m_linked;                    ///< names that links lead to, by directory
    std::map<QByteArray, std::pair<quint64, quint64>> m_directories; ///< device and inode; 0: missing now
    std::optional<QByteArray> m_last;                                ///< where haveMoved() was stopped
    bool m_hasMoved = false;                                         ///< one of those before
};

} // namespace Hephaestus
