// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/linering.h"

#include <algorithm>

namespace Hephaestus {
namespace {

/// The last part of `text` that has at most `lines` lines and `bytes` bytes, but one line at least.
QByteArrayView lastLines(QByteArrayView text, std::size_t lines, qsizetype bytes)
{
    qsizetype begin = text.size();
    for (std::size_t count = 0; begin > 0 && count < lines; ++count) {
        const qsizetype before = begin < 2 ? 0 : text.first(begin - 1).lastIndexOf('\n') + 1;
        if (count > 0 && text.size() - before > bytes)
            break;
        begin = before;
    }
    return text.sliced(begin);
}

} // namespace

void LineRing::append(OutputStream stream, QByteArrayView lines, OutputLine::Time time)
{
    const std::lock_guard lock(m_mutex);
    m_unfinished[std::size_t(stream)].clear();
    // What would be dropped at once is only counted: a flood costs no more than what is kept of it.
    const QByteArrayView kept = lastLines(lines, m_mostLines, m_mostBytes);
    const QByteArrayView skipped = lines.chopped(kept.size());
    m_count += std::count(skipped.begin(), skipped.end(), '\n');
    for (QByteArrayView rest = kept; !rest.isEmpty();) {
        const qsizetype end = rest.indexOf('\n');
        const qsizetype size = end < 0 ? rest.size() : end + 1;
        add({m_count, time, stream, rest.first(size).toByteArray()});
        rest = rest.sliced(size);
    }
}

void LineRing::add(OutputLine line)
{
    m_bytes += line.text.size();
    m_lines.push_back(std::move(line));
    ++m_count;
    while (m_lines.size() > m_mostLines || (m_bytes > m_mostBytes && m_lines.size() > 1)) {
        m_bytes -= m_lines.front().text.size();
        m_lines.pop_front();
    }
}

void LineRing::setUnfinished(OutputStream stream, const QByteArray &text)
{
    const std::lock_guard lock(m_mutex);
    m_unfinished[std::size_t(stream)] = text;
}

QByteArray LineRing::tail(qsizetype lines) const
{
    const std::lock_guard lock(m_mutex);
    const std::size_t count = std::min(m_lines.size(), std::size_t(std::max<qsizetype>(lines, 0)));
    QByteArray text;
    for (auto it = m_lines.end() - std::ptrdiff_t(count); it != m_lines.end(); ++it)
        text += it->text;
    if (lines <= 0)
        return text;
    for (const QByteArray &unfinished : m_unfinished) {
        if (unfinished.isEmpty())
            continue;
        if (!text.isEmpty() && !text.endsWith('\n'))
            text += '\n';
        text += unfinished;
    }
    return text;
}

QList<OutputLine> LineRing::lines() const
{
    const std::lock_guard lock(m_mutex);
    return {m_lines.begin(), m_lines.end()};
}

qint64 LineRing::lineCount() const
{
    const std::lock_guard lock(m_mutex);
    return m_count;
}

QByteArray LineRing::save() const
{
    QByteArray saved;
    for (const OutputLine &line : lines()) {
        saved += QByteArray::number(qint64(line.time.time_since_epoch().count())) + ' '
            + QByteArray::number(int(line.stream)) + ' ' + line.text;
    }
    return saved;
}

void LineRing::restore(QByteArrayView saved)
{
    const std::lock_guard lock(m_mutex);
    while (!saved.isEmpty()) {
        const qsizetype end = saved.indexOf('\n');
        const QByteArrayView line = saved.first(end < 0 ? saved.size() : end + 1);
        saved = saved.sliced(line.size());
        const qsizetype first = line.indexOf(' ');
        const qsizetype second = line.indexOf(' ', first + 1);
        if (first < 0 || second < 0)
            continue;
        const int stream = line.sliced(first + 1, second - first - 1).toInt();
        const OutputLine::Time time(std::chrono::milliseconds(line.first(first).toLongLong()));
        if (stream >= 0 && stream < int(m_unfinished.size()))
            add({m_count, time, OutputStream(stream), line.sliced(second + 1).toByteArray()});
    }
}

} // namespace Hephaestus
