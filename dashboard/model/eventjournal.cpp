// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/eventjournal.h"

#include "common/base/clock.h"
#include "common/base/duration.h"
#include "common/base/localtime.h"
#include "dashboard/model/displaytext.h"

#include <algorithm>
#include <utility>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t RepeatsLookedFor = 40; ///< lines back
constexpr auto LongestRepeat = 10min;        ///< from one time to the next
constexpr auto Together = 10s;               ///< from one service to the next
constexpr qsizetype Several = 3;             ///< services: fewer have a line each
constexpr qsizetype PidsKept = 3;
constexpr qsizetype NamesInLine = 3;
constexpr qsizetype NamesInToolTip = 30;

/// A text around the number after its first `pid`: a process that ends again and again has another one each time.
struct Said
{
    QStringView before; ///< with `pid `, if there is one
    QStringView pid;
    QStringView after;

    explicit Said(QStringView text) : before(text)
    {
        constexpr auto word = "pid "_L1;
        const qsizetype found = text.indexOf(word, 0, Qt::CaseInsensitive);
        if (found < 0)
            return;
        const qsizetype begin = found + word.size();
        qsizetype end = begin;
        while (end < text.size() && text[end].isDigit())
            ++end;
        before = text.left(begin);
        pid = text.mid(begin, end - begin);
        after = text.mid(end);
    }
    bool isSameAs(const Said &other) const { return before == other.before && after == other.after; }
};

/// What stands before the reason, which differs from one service to the other.
QStringView topicOf(QStringView text)
{
    const qsizetype reason = text.indexOf(u": ");
    return reason < 0 ? text : text.left(reason);
}

/// What somebody did is told each time.
bool isRepeated(const Event &earlier, const Event &event)
{
    return event.kind != EventKind::Action && earlier.kind == event.kind && earlier.service == event.service
        && earlier.serviceName == event.serviceName && earlier.by == event.by
        && Said(earlier.text).isSameAs(Said(event.text)) && event.at - earlier.at < LongestRepeat;
}

/// The same thing came to two services at once.
bool isTogether(const Event &one, const Event &other)
{
    return one.kind != EventKind::Action && one.kind == other.kind && one.service != NoService
        && other.service != NoService && one.by == other.by && std::chrono::abs(one.at - other.at) < Together
        && Said(topicOf(one.text)).isSameAs(Said(topicOf(other.text)));
}

} // namespace

EventJournal::EventJournal(int capacity, QObject *parent) : QAbstractTableModel(parent), m_capacity(capacity) {}

EventJournal::Line EventJournal::lineOf(const Event &event)
{
    Line line{event, event.at};
    if (const QStringView pid = Said(event.text).pid; !pid.isEmpty())
        line.pids << pid.toString();
    return line;
}

void EventJournal::removeLine(std::size_t row)
{
    beginRemoveRows({}, int(row), int(row));
    m_lines.erase(m_lines.begin() + std::ptrdiff_t(row));
    endRemoveRows();
}

void EventJournal::insertLine(std::size_t row, const Line &line)
{
    beginInsertRows({}, int(row), int(row));
    m_lines.insert(m_lines.begin() + std::ptrdiff_t(row), line);
    endInsertRows();
}

/// Up to there.
void EventJournal::moveLine(std::size_t from, std::size_t row)
{
    beginMoveRows({}, int(from), int(from), {}, int(row));
    std::rotate(m_lines.begin() + std::ptrdiff_t(row), m_lines.begin() + std::ptrdiff_t(from),
                m_lines.begin() + std::ptrdiff_t(from) + 1);
    endMoveRows();
}

/// The line comes to `row`. Of thousands of services it is not copied.
void EventJournal::change(std::size_t old, std::size_t row, void (*add)(Line &, const Event &), const Event &event)
{
    if (old != row)
        moveLine(old, row);
    add(m_lines[row], event);
    Q_EMIT dataChanged(index(int(row), 0), index(int(row), ColumnCount - 1));
}

/// The line once more, later.
void EventJournal::addAnother(Line &line, const Event &event)
{
    ++line.count;
    const Said said(event.text);
    line.isWordForWord = line.isWordForWord && said.isSameAs(Said(line.event.text));
    line.event = event;
    if (const QString pid = said.pid.toString(); !pid.isEmpty() && !line.pids.contains(pid)) {
        line.hasMorePids = line.pids.size() == PidsKept;
        if (line.hasMorePids)
            line.pids.removeLast();
        line.pids << pid;
    }
}

/// The line of one more service, or once more of one of them.
void EventJournal::addMember(Line &line, const Event &event)
{
    if (line.members.isEmpty()) {
        line.members << line.event;
        line.places.insert(line.event.service, 0);
    }
    addAnother(line, event);
    line.first = std::min(line.first, event.at);
    const auto known = line.places.constFind(event.service);
    if (known != line.places.cend()) {
        line.members[*known] = event;
        return;
    }
    line.places.insert(event.service, line.members.size());
    line.members << event;
}

/// Into the line that it belongs to, which comes to `row`. False: it is a line of its own.
bool EventJournal::place(const Event &event, std::size_t row)
{
    const std::size_t depth = std::min(m_lines.size(), row + RepeatsLookedFor);
    QList<std::size_t> others; // of other services, to which the same came
    for (std::size_t old = row; old < depth; ++old) {
        const Line &line = m_lines[old];
        const bool isTogether = Hephaestus::isTogether(line.event, event);
        if (isTogether && !line.members.isEmpty()) {
            change(old, row, addMember, event);
            return true;
        }
        if (line.members.isEmpty() && isRepeated(line.event, event)) {
            change(old, row, addAnother, event);
            return true;
        }
        if (isTogether && line.count == 1 && line.event.service != event.service)
            others << old;
    }
    if (others.size() + 1 < Several)
        return false;
    Line line = m_lines[others.last()]; // the oldest
    for (auto next = std::next(others.crbegin()); next != others.crend(); ++next)
        addMember(line, m_lines[*next].event);
    addMember(line, event);
    const std::size_t newest = others.takeFirst();
    for (auto each = others.crbegin(); each != others.crend(); ++each)
        removeLine(*each);
    if (newest != row)
        moveLine(newest, row);
    m_lines[row] = line;
    Q_EMIT dataChanged(index(int(row), 0), index(int(row), ColumnCount - 1));
    return true;
}

void EventJournal::append(const Event &event)
{
    if (place(event, 0))
        return;
    if (int(m_lines.size()) >= m_capacity)
        removeLine(m_lines.size() - 1);
    insertLine(0, lineOf(event));
}

void EventJournal::insertEarlier(const QList<Event> &events)
{
    for (const Event &event : events) {
        const auto later = std::ranges::find_if(m_lines, [&](const Line &line) { return line.event.at <= event.at; });
        const auto row = std::size_t(later - m_lines.begin());
        if (!place(event, row) && int(m_lines.size()) < m_capacity)
            insertLine(row, lineOf(event));
    }
}

void EventJournal::rename(ServiceId service, const QString &name)
{
    const auto renamed = [&](Event &event) {
        return event.service == service && std::exchange(event.serviceName, name) != name;
    };
    for (std::size_t row = 0; row < m_lines.size(); ++row) {
        Line &line = m_lines[row];
        const auto place = line.places.constFind(service);
        const bool isMember = place != line.places.cend() && renamed(line.members[*place]);
        if (renamed(line.event) || isMember)
            Q_EMIT dataChanged(index(int(row), 0), index(int(row), ColumnCount - 1));
    }
}

/// What all of them say; of more than one process the pids that there is room for.
QString EventJournal::common(const Line &line)
{
    const QStringView text = line.isWordForWord ? QStringView(line.event.text) : topicOf(line.event.text);
    if (line.pids.size() < 2)
        return visibleText(text.toString(), 1000);
    const Said said(text);
    const QString pids = line.hasMorePids ? line.pids.first() + u" … "_s + line.pids.last() : line.pids.join(u", "_s);
    return visibleText(said.before.toString() + (said.pid.isEmpty() ? QString() : pids) + said.after.toString(), 1000);
}

/// `qdrant fails: refused (12 times in 3 min)`, `unreachable (orders, billing, search and 57 more)`; of those that came
/// again, too, `unreachable (orders, billing, search; 9 times in 40 s)`.
QString EventJournal::text(const Line &line)
{
    const QString text = common(line);
    const QString time = durationText(wholeSeconds(line.event.at - line.first));
    if (!line.members.isEmpty()) {
        QStringList names;
        for (const Event &each : line.members.mid(0, NamesInLine))
            names << visibleText(each.serviceName, 40);
        QString who = names.join(u", "_s);
        if (const int more = int(line.members.size() - names.size()); more > 0)
            who = tr("%1 and %n more", nullptr, more).arg(who);
        return line.count > line.members.size()
            ? tr("%1 (%2; %n time(s) in %3)", nullptr, line.count).arg(text, who, time)
            : u"%1 (%2)"_s.arg(text, who);
    }
    if (line.count == 1)
        return text;
    return line.count == 2 ? tr("%1 (twice in %2)").arg(text, time)
                           : tr("%1 (%n time(s) in %2)", nullptr, line.count).arg(text, time);
}

/// Of several services what each of them said.
QString EventJournal::details(const Line &line)
{
    if (line.members.isEmpty())
        return text(line);
    QStringList lines;
    for (const Event &each : line.members.mid(0, NamesInToolTip))
        lines << u"%1: %2"_s.arg(visibleText(each.serviceName, 80), visibleText(each.text, 200));
    if (const int more = int(line.members.size() - lines.size()); more > 0)
        lines << tr("and %n more", nullptr, more);
    return lines.join(u'\n');
}

int EventJournal::rowCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : int(m_lines.size()); }

int EventJournal::columnCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant EventJournal::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Line &line = m_lines[std::size_t(index.row())];
    const Event &event = line.event;
    const QDateTime at = localTime(event.at);
    switch (role) {
    case KindRole: return QVariant::fromValue(event.kind);
    case ServicesRole: {
        QList<ServiceId> services;
        for (const Event &each : line.members)
            services << each.service;
        if (services.isEmpty() && event.service != NoService)
            services << event.service;
        return QVariant::fromValue(services);
    }
    case Qt::DisplayRole:
        switch (index.column()) {
        case Time: return at.date() == QDate::currentDate() ? at.toString(u"HH:mm:ss"_s) : dayAndTime(at);
        case Service:
            return line.members.isEmpty() ? visibleText(event.serviceName, 80)
                                          : tr("%n service(s)", nullptr, int(line.members.size()));
        case Text: return event.by.isEmpty() ? text(line) : tr("%1, by %2").arg(text(line), visibleText(event.by, 80));
        default: return {};
        }
    case Qt::ToolTipRole:
        if (index.column() == Time)
            return tr("%1 local\n%2").arg(at.toString(Qt::ISODate), at.toUTC().toString(Qt::ISODateWithMs));
        return details(line) + (event.by.isEmpty() ? QString() : u'\n' + tr("by %1").arg(visibleText(event.by, 80)));
    default: return {};
    }
}

QVariant EventJournal::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Time: return tr("Time");
    case Service: return tr("Service");
    case Text: return tr("Event");
    default: return {};
    }
}

} // namespace Hephaestus
