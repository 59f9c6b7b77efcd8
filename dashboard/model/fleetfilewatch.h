// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/directorywatch.h"

#include <QHash>

namespace Hephaestus {

/// Sees that a fleet file has another content than when it was read. Belongs to one thread, which needs an event loop.
class FleetFileWatch : public QObject
{
    Q_OBJECT

public:
    explicit FleetFileWatch(QObject *parent = nullptr);

    /// It was read, and had this content. An absolute path; also of one that is watched already. One that has another
    /// content by now has changed.
    void watch(const QString &file, const QByteArray &content);

Q_SIGNALS:
    /// Once until it is read again. Not of one that is gone: an editor may be about to write it.
    void changed(const QString &file);

private:
    void compare(const QString &file);

    struct Known
    {
        QByteArray hash; ///< of its content
        bool isTold = false;
    };

    DirectoryWatch m_directories;
    QHash<QString, Known> m_files;
};

} // namespace Hephaestus
