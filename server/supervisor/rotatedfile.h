// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/filedescriptor.h"

#include <QByteArray>
#include <QString>

#include <optional>

namespace Hephaestus {

/// A log file that never grows past a size: it becomes FILE.1, FILE.1 becomes FILE.2, …, and the oldest goes. Only its
/// user may read it (0600). Whatever fails, a full disk say, costs text and nothing else; writing goes on when it can.
class RotatedFile
{
public:
    /// Opened at the first write. `most` bytes a file, `kept` older ones.
    explicit RotatedFile(QString path, qint64 most = 10 << 20, int kept = 3);

    const QString &path() const { return m_path; }
    /// Bytes beyond `most` in one call are dropped.
    void write(QByteArrayView bytes);
    /// To the disk. Returns what went wrong, as error() does.
    QString flush();

    /// What is wrong since the last write; empty: nothing.
    const QString &error() const { return m_error; }
    qint64 droppedBytes() const { return m_dropped; }
    /// How often the file was removed or renamed by others, and made anew.
    int timesMadeAnew() const { return m_timesMadeAnew; }

private:
    bool isInPlace();
    bool open();
    bool openAt();
    bool rotate();
    void fail(const char *what, int error);

    const QString m_path;
    const qint64 m_most;
    const int m_kept;
    FileDescriptor m_file;
    qint64 m_size = 0;
    qint64 m_dropped = 0;
    int m_timesMadeAnew = 0;
    bool m_wasTakenAway = false;
    QString m_error;
};

} // namespace Hephaestus
