// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/filedescriptor.h"

#include <QObject>
#include <QTimer>

#include <memory>

class QSocketNotifier;

namespace Hephaestus {

/// Lines in and out over two descriptors, without waiting for either end. Lines out queue while nobody reads them; the
/// other end's own questions bound how many there are.
class LineChannel : public QObject
{
    Q_OBJECT

public:
    static constexpr qsizetype LongestLine = 1 << 20; ///< bytes in; a longer one is thrown away

    /// Takes both. Lines come from the event loop.
    LineChannel(FileDescriptor in, FileDescriptor out, QObject *parent = nullptr);
    ~LineChannel() override;

    void write(const QByteArray &line);
    bool isWritten() const { return m_pending.isEmpty(); }

Q_SIGNALS:
    void arrived(const QByteArray &line); ///< without its '\n'
    void tooLong();
    void closed();  ///< nothing more comes, or nobody reads any more; once
    void drained(); ///< all that was queued is written

private:
    void read();
    void flush();
    void close();

    const FileDescriptor m_in;
    const FileDescriptor m_out;
    std::unique_ptr<QSocketNotifier> m_readable;
    std::unique_ptr<QSocketNotifier> m_writable;
    QByteArray m_partial;
    QByteArray m_pending;
    bool m_isSkipping = false; ///< up to the end of a line that is too long
    bool m_isClosed = false;
};

} // namespace Hephaestus
