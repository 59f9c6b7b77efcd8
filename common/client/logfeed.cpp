// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/client/logfeed.h"

#include <algorithm>

namespace Hephaestus {

using namespace std::chrono_literals;

namespace {

constexpr auto Latest = 250ms;
constexpr auto AfterFailure = 500ms;
constexpr qint64 ComparedLines = 1000;                     ///< of a service that knows no positions
constexpr qsizetype FullPage = LogQuery::DefaultLimit / 4; ///< bytes of text: more is likely to wait

qsizetype sizeOf(const QList<OutputLine> &lines)
{
    qsizetype size = 0;
    for (const OutputLine &line : lines)
        size += line.text.size();
    return size;
}

/// How many of `current`'s first lines are the last ones of `previous`. Lines that repeat are taken for old ones.
qsizetype overlap(const QList<QByteArray> &previous, const QList<OutputLine> &current)
{
    const auto isSame = [](const QByteArray &text, const OutputLine &line) { return text == line.text; };
    for (qsizetype common = std::min(previous.size(), current.size()); common > 0; --common) {
        if (std::equal(previous.end() - common, previous.end(), current.begin(), isSame))
            return common;
    }
    return 0;
}

} // namespace

LogFeed::LogFeed(const ServiceTarget &target, QObject *parent) : QObject(parent), m_client(target)
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &LogFeed::ask);
}

LogFeed::~LogFeed() = default;

void LogFeed::start(qint64 tail)
{
    m_tail = tail;
    m_isRunning = true;
    ask();
}

void LogFeed::startAfter(const LogPage &page)
{
    m_log = page.log;
    m_next = page.next;
    m_hasBegun = true;
    if (page.log.isEmpty())
        remember(page.lines);
    start(0);
}

void LogFeed::stop()
{
    m_isRunning = false;
    m_timer.stop();
}

void LogFeed::askLater(std::chrono::milliseconds delay)
{
    if (m_isRunning)
        m_timer.start(delay);
}

void LogFeed::ask()
{
    if (m_isAsking || !m_isRunning)
        return;
    m_isAsking = true;
    LogQuery query;
    if (m_log.isEmpty())
        query.tail = m_tail > 0 ? m_tail : ComparedLines;
    else
        query.from = m_next;
    m_client.logs(query, [this](const Answer<LogPage> &answer) {
        m_isAsking = false;
        take(answer);
    });
}

/// Tells what has changed in whether it answers.
bool LogFeed::answers(const ServiceReply &reply)
{
    const bool hadFailed = !m_failure.isEmpty();
    if (reply.error == ClientError::None) {
        m_failure.clear();
        if (hadFailed)
            Q_EMIT recovered();
        return true;
    }
    if (std::exchange(m_failure, reply.message) != reply.message)
        Q_EMIT failed(reply);
    return false;
}

void LogFeed::take(const Answer<LogPage> &answer)
{
    if (!answers(answer.reply))
        return askLater(AfterFailure);
    const LogPage &page = *answer.value;
    if (page.log.isEmpty()) {
        takeTail(page.lines);
        return askLater(Latest);
    }
    const bool isAnew = page.log != m_log;
    const qint64 asked = m_next;
    if (isAnew && m_hasBegun) {
        m_log = page.log;
        m_next = 0;
        Q_EMIT restarted();
        return ask(); // the page was one of other positions
    }
    if (!isAnew && page.first() > asked)
        Q_EMIT lost(page.first() - asked);
    m_log = page.log;
    m_next = page.next;
    if (!std::exchange(m_hasBegun, true) || !page.lines.isEmpty())
        Q_EMIT arrived(page.lines);
    if (sizeOf(page.lines) >= FullPage)
        return ask();
    m_delay = page.next > asked ? m_pace : std::min(Latest, m_delay * 2);
    askLater(m_delay);
}

void LogFeed::takeTail(const QList<OutputLine> &lines)
{
    const QList<OutputLine> fresh = lines.mid(overlap(m_before, lines));
    remember(lines);
    if (!std::exchange(m_hasBegun, true) || !fresh.isEmpty())
        Q_EMIT arrived(fresh);
}

void LogFeed::remember(const QList<OutputLine> &lines)
{
    m_before.clear();
    for (const OutputLine &line : lines)
        m_before << line.text;
}

void LogFeed::askEarlier(qint64 before, qsizetype bytes)
{
    if (m_log.isEmpty() || std::exchange(m_isEarlierAsked, true))
        return;
    LogQuery query;
    query.before = before;
    query.limit = bytes;
    m_client.logs(query, [this, log = m_log](const Answer<LogPage> &answer) {
        m_isEarlierAsked = false;
        if (answers(answer.reply) && answer.value->log == log && log == m_log)
            Q_EMIT earlier(answer.value->lines);
    });
}

} // namespace Hephaestus
