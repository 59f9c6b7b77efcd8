// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/filedescriptor.h"

#include <QHash>
#include <QObject>

#include <memory>

class QSocketNotifier;

namespace Hephaestus {

/// Reports changes to the entries of directories, by inotify(7). It takes one kernel watch a directory, however many
/// files are in it; QFileSystemWatcher takes one a file. It may miss changes (network file systems, exhausted watches):
/// a hint to compare, never a proof. Belongs to one thread, which needs an event loop.
class DirectoryWatch : public QObject
{
    Q_OBJECT

public:
    explicit DirectoryWatch(QObject *parent = nullptr);
    ~DirectoryWatch() override;

    /// False: not possible (no such directory, not readable, no watches left: fs.inotify.max_user_watches).
    bool watch(const QByteArray &directory);
    /// Reports what happened so far; otherwise the event loop does.
    void catchUp();

Q_SIGNALS:
    /// An entry was written, made, removed, renamed or had its permissions changed; `isDirectory` if it is one itself.
    /// Once for each name of the directory that is watched.
    void noticed(const QByteArray &directory, const QByteArray &name, bool isDirectory);
    /// A directory itself went away or moved, or events were lost: anything may have changed.
    void lost();

private:
    FileDescriptor m_inotify;
    std::unique_ptr<QSocketNotifier> m_notifier; ///< goes before what it watches is closed
    QHash<int, QByteArrayList> m_directories;    ///< by watch, all names that lead to it
};

} // namespace Hephaestus
