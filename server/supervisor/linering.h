// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/supervisor/outputstream.h"

#include <QByteArray>
#include <QList>

#include <array>
#include <chrono>
#include <deque>
#include <mutex>

namespace Hephaestus {

struct OutputLine
{
    using Time = std::chrono::sys_time<std::chrono::milliseconds>;

    qint64 position = 0; ///< how many lines came before it, since the beginning
    Time time;
    OutputStream stream = OutputStream::Stdout;
    QByteArray text; ///< with its '\n'

    bool operator==(const OutputLine &) const = default;
};

/// The last lines of a program's output, within a number of lines and of bytes. Thread-safe: the HTTP thread reads what
/// the main thread writes.
class LineRing
{
public:
    explicit LineRing(std::size_t lines = 2000, qsizetype bytes = 1 << 20) : m_mostLines(lines), m_mostBytes(bytes) {}

    /// Whole lines, each with its '\n'.
    void append(OutputStream stream, QByteArrayView lines, OutputLine::Time time);
    /// What a stream's line has so far, until lines of that stream are appended.
    void setUnfinished(OutputStream stream, const QByteArray &text);

    /// The last `lines` of them, oldest first, and then what is unfinished, which has no '\n' at the very end.
    QByteArray tail(qsizetype lines) const;
    QList<OutputLine> lines() const; ///< all that are kept, oldest first
    qint64 lineCount() const;        ///< since the beginning, those dropped too

    /// All lines in one text, for restore() of a later ring.
    QByteArray save() const;
    /// Appends what save() gave. Text that is none is left out.
    void restore(QByteArrayView saved);

private:
    void add(OutputLine line);

    const std::size_t m_mostLines;
    const qsizetype m_mostBytes;
    mutable std::mutex m_mutex; ///< guards what follows
    std::deque<OutputLine> m_lines;
    std::array<QByteArray, 3> m_unfinished; ///< by stream
    qsizetype m_bytes = 0;
    qint64 m_count = 0;
};

} // namespace Hephaestus
