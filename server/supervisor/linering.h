// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <deque>
#include <mutex>

namespace Hephaestus {

/// The last lines of a text, within a number of lines and of bytes. Thread-safe: the HTTP thread reads what the main
/// thread writes.
class LineRing
{
public:
    explicit LineRing(std::size_t lines = 2000, qsizetype bytes = 1 << 20) : m_mostLines(lines), m_mostBytes(bytes) {}

    /// Whole lines, each with its '\n'.
    void append(QByteArrayView lines);
    /// The last `lines` of them, oldest first.
    QByteArray tail(qsizetype lines) const;
    qint64 lineCount() const; ///< since the beginning, those dropped too

private:
    const std::size_t m_mostLines;
    const qsizetype m_mostBytes;
    mutable std::mutex m_mutex; ///< guards what follows
    std::deque<QByteArray> m_lines;
    qsizetype m_bytes = 0;
    qint64 m_count = 0;
};

} // namespace Hephaestus
