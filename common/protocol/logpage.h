// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>

#include <chrono>
#include <optional>

/// What GET /health/logs asks for and answers. Plain values.
namespace Hephaestus {

/// Where a line of a program's output comes from.
enum class OutputStream {
    Stdout,
    Stderr,
    Event, ///< not the program's: what happened to it
};

/// `stdout`, `stderr`, `event`.
QString wireName(OutputStream stream);

struct OutputLine
{
    using Time = std::chrono::sys_time<std::chrono::milliseconds>;

    qint64 position = 0; ///< how many lines came before it, since the beginning
    Time time;
    OutputStream stream = OutputStream::Stdout;
    QByteArray text; ///< with its '\n'; without one it is unfinished, and comes again, whole, at the same position

    bool isUnfinished() const { return !text.endsWith('\n'); }
    bool operator==(const OutputLine &) const = default;
};

/// `2026-01-31T12:00:00.000Z`. Takes no lock and allocates nothing but its result.
QByteArray wireTime(OutputLine::Time time);
/// Reads exactly that; nothing: it is none.
std::optional<OutputLine::Time> readWireTime(QByteArrayView text);

/// Some of the lines that a service keeps.
struct LogPage
{
    QByteArray log;          ///< which numbering the positions belong to; another one: they begin anew
    QList<OutputLine> lines; ///< oldest first
    qint64 next = 0;         ///< the position after them, where the next page begins

    /// Of the first line that is kept from there on: beyond what was asked for, lines are lost.
    qint64 first() const { return lines.isEmpty() ? next : lines.first().position; }
    bool operator==(const LogPage &) const = default;
};

/// The lines wanted. `from` and `before` are positions; alone, `from` begins a page that goes on at LogPage::next, and
/// what does not fit is left for that. In every other case the last lines are wanted, and what does not fit is cut at
/// the front.
struct LogQuery
{
    static constexpr qsizetype DefaultLimit = 1 << 20; ///< bytes
    static constexpr qsizetype MostLimit = 4 << 20;    ///< bytes
    static constexpr qint64 DefaultTail = 100;         ///< lines, where nothing is asked for

    std::optional<qint64> tail{}; ///< lines at most
    std::optional<qint64> from{};
    std::optional<qint64> before{};
    qsizetype limit = DefaultLimit; ///< bytes of the body

    bool goesForward() const { return from && !tail; }
    bool operator==(const LogQuery &) const = default;
};

} // namespace Hephaestus
