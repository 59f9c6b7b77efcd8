// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/filedescriptor.h"

#include <QByteArray>
#include <QObject>

#include <memory>

class QSocketNotifier;

namespace Hephaestus {

/// What is done with output that our reader does not take yet.
enum class WhenSlow {
    Wait, ///< the program waits, as before a pipe
    Drop, ///< it is dropped, and counted
};

/// Passes a program's bytes on to a descriptor of ours, unchanged and in order, and never waits for its reader itself.
/// Others may share the descriptor: its flags stay as they are. A reader that is gone ends nothing: what comes then is
/// dropped. Lives in the main thread.
class OutputSink : public QObject
{
    Q_OBJECT

public:
    static constexpr qsizetype MostWaiting = 16 << 20;      ///< with Wait: far more than well-behaved writers leave
    static constexpr qsizetype MostWaitingToDrop = 1 << 20; ///< with Drop

    /// `descriptor` stays the caller's and outlives this object.
    OutputSink(int descriptor, WhenSlow whenSlow, QObject *parent = nullptr);
    ~OutputSink() override;

    /// What is not taken now waits; beyond the limit it is dropped.
    void write(QByteArrayView bytes);
    /// Whoever writes here is to read no more of its program's output before emptied().
    bool isFull() const { return m_whenSlow == WhenSlow::Wait && !isEmpty(); }
    bool isEmpty() const { return m_waiting.isEmpty(); }
    qint64 droppedBytes() const { return m_dropped; }
    /// Drops what waits.
    void giveUp();

public Q_SLOTS:
    /// Passes on what waits. The notifier's slot.
    void passOn();

Q_SIGNALS:
    void emptied(); ///< nothing waits any more
    /// Once for each time it begins: bytes are lost, for this reason.
    void failed(const QString &why);
    void droppedSome(qint64 bytes); ///< so many since the latest time, told when bytes pass again, or at giveUp()

private:
    qsizetype writeNow(QByteArrayView bytes);
    qsizetype tryOnce(QByteArrayView bytes) const;
    void drop(qsizetype bytes, const QString &why);
    void tellDropped();

    const int m_descriptor;
    const WhenSlow m_whenSlow;
    FileDescriptor m_own; ///< the same pipe or terminal, opened for non-blocking writing; closed: it cannot be
    bool m_isFile = false;
    bool m_isSocket = false;
    bool m_isGone = false;
    bool m_isFailing = false; ///< said so
    QByteArray m_waiting;
    std::unique_ptr<QSocketNotifier> m_notifier; ///< while something waits
    qint64 m_dropped = 0;
    qint64 m_droppedUntold = 0;
};

} // namespace Hephaestus
