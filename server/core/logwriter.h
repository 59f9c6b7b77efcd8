// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <chrono>
#include <memory>

namespace Hephaestus {

/// Writes lines to a descriptor in a thread of its own, so that whoever logs waits neither for a reader nor for a disk.
/// What waits is bounded: a line for which there is no room is dropped and counted. Where no other thread can begin,
/// nothing waits: what the descriptor does not take at once is dropped. Thread-safe.
class LogWriter
{
public:
    static constexpr qsizetype MostWaiting = 1024 * 1024; ///< bytes

    /// `descriptor` stays open as long as a write to it is under way.
    explicit LogWriter(int descriptor);
    /// Writes what it can without waiting for longer than a moment; a thread that is stuck is left to the process's
    /// end.
    ~LogWriter();
    LogWriter(const LogWriter &) = delete;
    LogWriter &operator=(const LogWriter &) = delete;

    /// False: there is no room, it is dropped.
    bool write(const QByteArray &line);

    /// How many lines were dropped since it was asked last.
    qint64 takeDropped();

    /// Waits until everything is written, and on the disk if it is a file, but not beyond the deadline. Returns what
    /// went wrong since it was asked last, in words, or nothing.
    QString flush(std::chrono::milliseconds deadline);

private:
    struct Shared;
    const std::shared_ptr<Shared> m_shared; ///< with the thread, which may outlive this
    bool m_hasThread = false;
};

} // namespace Hephaestus
