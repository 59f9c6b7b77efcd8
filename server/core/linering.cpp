// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/linering.h"

#include "common/protocol/logcodec.h"

#include <QUuid>

#include <algorithm>

namespace Hephaestus {
namespace {

constexpr char SavedHead[] = "lines "; // followed by the name and the first position

/// The line that `text` begins with, and takes it from there.
QByteArrayView takeLine(QByteArrayView &text)
{
    const qsizetype end = text.indexOf('\n');
    const QByteArrayView line = text.first(end < 0 ? text.size() : end + 1);
    text = text.sliced(line.size());
    return line;
}

} // namespace

LineRing::LineRing(std::size_t lines, qsizetype bytes, const Clock &clock)
    : m_mostLines(lines)
    , m_mostBytes(bytes)
    , m_clock(clock)
    , m_id(QUuid::createUuid().toByteArray(QUuid::Id128))
{
}

void LineRing::append(OutputStream stream, const QByteArray &lines, OutputLine::Time time)
{
    const std::lock_guard lock(m_mutex);
    m_unfinished[std::size_t(stream)].clear();
    add({m_count, std::count(lines.begin(), lines.end(), '\n'), time, stream, lines});
    trim();
}

void LineRing::add(Batch batch)
{
    if (batch.count == 0)
        return;
    m_bytes += batch.text.size();
    m_count += batch.count;
    m_latest = batch.time;
    m_batches.push_back(std::move(batch));
}

void LineRing::trim()
{
    const bool isFollowed = m_clock.now() < m_followedUntil;
    const qsizetype mostBytes = isFollowed ? FollowedBytes : m_mostBytes;
    const qint64 mostLines = isFollowed ? FollowedBytes : qint64(m_mostLines);
    const auto isOver = [&](qint64 fewerLines, qsizetype fewerBytes) {
        return m_count - first() - fewerLines > mostLines || m_bytes - fewerBytes > mostBytes;
    };
    while (isOver(0, 0) && m_count - first() > 1) {
        const Batch &oldest = m_batches.front();
        const qsizetype size = oldest.text.size() - oldest.begin;
        if (m_batches.size() > 1 && isOver(oldest.count - 1, size - 1)) {
            m_bytes -= size;
            m_batches.pop_front();
        } else {
            dropFirstLine();
        }
    }
}

void LineRing::dropFirstLine()
{
    Batch &oldest = m_batches.front();
    const qsizetype end = oldest.text.indexOf('\n', oldest.begin) + 1;
    m_bytes -= end - oldest.begin;
    oldest.begin = end;
    ++oldest.position;
    if (--oldest.count == 0)
        m_batches.pop_front();
}

void LineRing::setUnfinished(OutputStream stream, const QByteArray &text)
{
    const std::lock_guard lock(m_mutex);
    m_unfinished[std::size_t(stream)] = text;
}

/// Those that have lines of this range; their texts are shared.
std::deque<LineRing::Batch> LineRing::batchesFrom(qint64 position, qint64 before) const
{
    auto begin = std::partition_point(m_batches.begin(), m_batches.end(),
                                      [&](const Batch &batch) { return batch.position + batch.count <= position; });
    const auto end =
        std::partition_point(begin, m_batches.end(), [&](const Batch &batch) { return batch.position < before; });
    return {begin, end};
}

QList<OutputLine> LineRing::linesOf(const std::deque<Batch> &batches, qint64 from, qint64 before)
{
    QList<OutputLine> lines;
    for (const Batch &batch : batches) {
        QByteArrayView rest = QByteArrayView(batch.text).sliced(batch.begin);
        for (qint64 position = batch.position; !rest.isEmpty() && position < before; ++position) {
            const QByteArrayView line = takeLine(rest);
            if (position >= from)
                lines.append({position, batch.time, batch.stream, line.toByteArray()});
        }
    }
    return lines;
}

LogPage LineRing::page(const LogQuery &query) const
{
    std::unique_lock lock(m_mutex);
    if (query.goesForward())
        m_followedUntil = m_clock.now() + FollowedFor;
    const qint64 before = std::clamp(query.before.value_or(m_count), first(), m_count);
    qint64 from = query.from && *query.from <= m_count ? std::max(*query.from, first()) : first();
    if (query.tail)
        from = std::max(from, before - std::min(*query.tail, before));
    // No more batches than the limit can take.
    std::deque<Batch> batches = batchesFrom(from, before);
    qsizetype bytes = 0;
    const auto isBeyond = [&](const Batch &batch) {
        const bool isFull = bytes > query.limit;
        bytes += batch.text.size() - batch.begin;
        return isFull;
    };
    qint64 end = before;
    if (query.goesForward()) {
        const auto beyond = std::find_if(batches.begin(), batches.end(), isBeyond);
        end = beyond == batches.end() ? before : beyond->position;
        batches.erase(beyond, batches.end());
    } else {
        const auto beyond = std::find_if(batches.rbegin(), batches.rend(), isBeyond);
        batches.erase(batches.begin(), beyond.base());
    }
    const bool isWithUnfinished = end == m_count && !query.before && query.tail != 0;
    const auto unfinished = isWithUnfinished ? m_unfinished : decltype(m_unfinished)();
    LogPage page{m_id, {}, end};
    const OutputLine::Time latest = m_latest;
    lock.unlock();
    page.lines = linesOf(batches, from, end);
    for (std::size_t stream = 0; stream < unfinished.size(); ++stream) {
        if (!unfinished[stream].isEmpty())
            page.lines.append({end, latest, OutputStream(stream), unfinished[stream]});
    }
    return page;
}

QByteArray LineRing::tail(qsizetype lines) const
{
    LogQuery query;
    query.tail = std::max<qsizetype>(lines, 0);
    query.limit = FollowedBytes;
    LogPage kept = page(query);
    return encodeFitting(kept, query, LogBody::Text);
}

qint64 LineRing::lineCount() const
{
    const std::lock_guard lock(m_mutex);
    return m_count;
}

QByteArray LineRing::save() const
{
    const std::lock_guard lock(m_mutex);
    QByteArray saved = SavedHead + m_id + ' ' + QByteArray::number(first()) + '\n';
    for (const OutputLine &line : linesOf(m_batches, first(), m_count)) {
        saved += QByteArray::number(qint64(line.time.time_since_epoch().count())) + ' '
            + QByteArray::number(int(line.stream)) + ' ' + line.text;
    }
    return saved;
}

void LineRing::restore(QByteArrayView saved)
{
    const std::lock_guard lock(m_mutex);
    if (m_count == 0 && saved.startsWith(SavedHead)) {
        const QByteArrayList head = takeLine(saved).toByteArray().trimmed().split(' ');
        m_id = head.value(1);
        m_count = std::max<qint64>(0, head.value(2).toLongLong());
    }
    while (!saved.isEmpty()) {
        const QByteArrayView line = takeLine(saved);
        const qsizetype first = line.indexOf(' ');
        const qsizetype second = line.indexOf(' ', first + 1);
        if (first < 0 || second < 0)
            continue;
        bool isNumber = false;
        const int stream = line.sliced(first + 1, second - first - 1).toInt(&isNumber);
        const OutputLine::Time time(std::chrono::milliseconds(line.first(first).toLongLong()));
        if (isNumber && stream >= 0 && stream < int(m_unfinished.size()) && line.endsWith('\n'))
            add({m_count, 1, time, OutputStream(stream), line.sliced(second + 1).toByteArray()});
    }
    trim();
}

} // namespace Hephaestus
