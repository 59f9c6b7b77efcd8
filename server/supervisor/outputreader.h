// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/filedescriptor.h"

#include <QByteArray>
#include <QObject>
#include <QTimer>

#include <memory>

class QSocketNotifier;

namespace Hephaestus {

class OutputSink;

/// Reads a program's output from a pipe: passes its bytes on to a sink at once, and tells its lines. What is not read
/// yet waits in the pipe, and the program with it: for the event loop and for room in the sink. A flood
/// costs no more than one portion of memory.
///
/// A line that '\r' begins anew, a progress bar say, is told as its latest state.
class OutputReader : public QObject
{
    Q_OBJECT

public:
    static constexpr qsizetype LongestLine = 256 * 1024; ///< longer ones are told in pieces
    static constexpr qsizetype Portion = 256 * 1024;     ///< read before the event loop has its turn
    static constexpr std::chrono::milliseconds UnfinishedAfter{200};

    /// `descriptor` must be non-blocking; `sink` outlives this object, null: the bytes go nowhere else.
    explicit OutputReader(FileDescriptor descriptor, OutputSink *sink = nullptr, QObject *parent = nullptr);
    ~OutputReader() override;

    bool isOpen() const { return m_descriptor.isOpen(); }
    int descriptor() const { return m_descriptor.number(); }
    /// Reads no more: what comes waits in the pipe for whoever release() gives it to.
    void pause();
    /// For another reader: a line that has begun is taken for whole.
    FileDescriptor release();

public Q_SLOTS:
    void read();
    /// What is in the pipe by now, whatever the sink says, and the last line even if it has no end; then closes it.
    void finish();

Q_SIGNALS:
    void linesRead(const QByteArray &lines); ///< one or more, each with its '\n'
    /// What a line has that did not end within UnfinishedAfter. Its whole line comes later, by linesRead().
    void unfinishedRead(const QByteArray &text);

private:
    bool readPortion(qsizetype most, bool isLast);
    void take(QByteArrayView bytes);
    void tellUnfinished();
    void tellLines(QByteArray lines);

    FileDescriptor m_descriptor;
    OutputSink *const m_sink;
    std::unique_ptr<QSocketNotifier> m_notifier;
    bool m_isPaused = false;
    QTimer m_unfinishedTimer;
    QByteArray m_partial; ///< a line whose end has not come
};

} // namespace Hephaestus
