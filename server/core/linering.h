// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"
#include "common/protocol/logpage.h"

#include <array>
#include <deque>
#include <mutex>

namespace Hephaestus {

/// The last lines of an output, within a number of lines and of bytes. While somebody follows it, many more are kept,
/// so that who reads page after page loses nothing. Thread-safe: the HTTP thread reads what another one writes.
class LineRing
{
public:
    static constexpr std::size_t Lines = 20'000;
    static constexpr qsizetype Bytes = 2 << 20;
    static constexpr qsizetype FollowedBytes = 32 << 20;   ///< without a limit in lines
    static constexpr std::chrono::seconds FollowedFor{10}; ///< since the latest page that went forward

    explicit LineRing(std::size_t lines = Lines, qsizetype bytes = Bytes, const Clock &clock = Clock::machine());

    /// Whole lines, each with its '\n'.
    void append(OutputStream stream, const QByteArray &lines, OutputLine::Time time);
    /// What a stream's line has so far, until lines of that stream are appended.
    void setUnfinished(OutputStream stream, const QByteArray &text);

    /// What is kept of the lines wanted; it may be more than the query's limit. What is unfinished comes after the last
    /// line. A `from` beyond the end was of another numbering: all that is kept.
    LogPage page(const LogQuery &query) const;
    /// The last `lines` of them, and what is unfinished, as text.
    QByteArray tail(qsizetype lines) const;
    qint64 lineCount() const; ///< since the beginning, those dropped too

    /// All lines in one text, for restore() of a later ring.
    QByteArray save() const;
    /// Goes on with what save() gave: its lines, their positions and its name. Before anything is appended; text that
    /// is none is left out.
    void restore(QByteArrayView saved);

private:
    /// Lines that came at once.
    struct Batch
    {
        qint64 position; ///< of the first one
        qint64 count;
        OutputLine::Time time;
        OutputStream stream;
        QByteArray text;
        qsizetype begin = 0; ///< what is before has been dropped
    };

    void add(Batch batch);
    void trim();
    void dropFirstLine();
    qint64 first() const { return m_batches.empty() ? m_count : m_batches.front().position; }
    std::deque<Batch> batchesFrom(qint64 position, qint64 before) const;
    static QList<OutputLine> linesOf(const std::deque<Batch> &batches, qint64 from, qint64 before);

    const std::size_t m_mostLines;
    const qsizetype m_mostBytes;
    const Clock &m_clock;
    mutable std::mutex m_mutex; ///< guards what follows
    QByteArray m_id;
    std::deque<Batch> m_batches;
    std::array<QByteArray, 3> m_unfinished; ///< by stream
    qsizetype m_bytes = 0;
    qint64 m_count = 0;
    OutputLine::Time m_latest;
    mutable Clock::TimePoint m_followedUntil{};
};

} // namespace Hephaestus
