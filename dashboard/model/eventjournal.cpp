// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/eventjournal.h"

#include "common/base/clock.h"
#include "common/base/duration.h"
#include "common/base/localtime.h"
#include "dashboard/model/displaytext.h"

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t RepeatsLookedFor = 40; ///< lines back
constexpr auto LongestRepeat = 10min;        ///< from one time to the next

/// A process that ends again and again has another pid each time.
bool saySame(QStringView one, QStringView other)
{
    if (one == other)
        return true;
    constexpr auto before = "pid "_L1;
    const qsizetype at = one.indexOf(before, 0, Qt::CaseInsensitive) + before.size();
    const auto withoutNumber = [at](QStringView text) {
        qsizetype end = at;
        while (end < text.size() && text[end].isDigit())
            ++end;
        return text.mid(end);
    };
    return at >= before.size() && one.left(at) == other.left(at) && withoutNumber(one) == withoutNumber(other);
}

/// What somebody did is told each time.
bool isRepeated(const Event &earlier, const Event &event)
{
    return event.kind != EventKind::Action && earlier.kind == event.kind && earlier.service == event.service
        && earlier.serviceName == event.serviceName && saySame(earlier.text, event.text)
        && event.at - earlier.at < LongestRepeat;
}

} // namespace

EventJournal::EventJournal(int capacity, QObject *parent) : QAbstractTableModel(parent), m_capacity(capacity) {}

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

void EventJournal::append(const Event &event)
{
    Line line{event, event.at};
    const std::size_t depth = std::min(m_lines.size(), RepeatsLookedFor);
    for (std::size_t row = 0; row < depth; ++row) {
        if (!isRepeated(m_lines[row].event, event))
            continue;
        line.first = m_lines[row].first;
        line.count = m_lines[row].count + 1;
        removeLine(row);
        break;
    }
    if (int(m_lines.size()) >= m_capacity)
        removeLine(m_lines.size() - 1);
    insertLine(0, line);
}

void EventJournal::insertEarlier(const QList<Event> &events)
{
    for (const Event &event : events) {
        const auto later = std::ranges::find_if(m_lines, [&](const Line &line) { return line.event.at <= event.at; });
        const auto row = std::size_t(later - m_lines.begin());
        const auto depth = std::min(m_lines.size(), row + RepeatsLookedFor);
        bool isCounted = false;
        for (std::size_t other = row; other < depth && !isCounted; ++other) {
            isCounted = isRepeated(m_lines[other].event, event);
            if (!isCounted)
                continue;
            const Line line{event, m_lines[other].first, m_lines[other].count + 1};
            removeLine(other);
            insertLine(row, line);
        }
        if (!isCounted && int(m_lines.size()) < m_capacity)
            insertLine(row, {event, event.at});
    }
}

/// `qdrant fails: refused (12 times in 3 min)`.
QString EventJournal::text(const Line &line)
{
    const QString text = visibleText(line.event.text, 1000);
    if (line.count == 1)
        return text;
    const QString time = durationText(wholeSeconds(line.event.at - line.first));
    return line.count == 2 ? tr("%1 (twice in %2)").arg(text, time)
                           : tr("%1 (%n time(s) in %2)", nullptr, line.count).arg(text, time);
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
    case ServiceIdRole: return event.service;
    case Qt::DisplayRole:
        switch (index.column()) {
        case Time: return at.date() == QDate::currentDate() ? at.toString(u"HH:mm:ss"_s) : dayAndTime(at);
        case Service: return visibleText(event.serviceName, 80);
        case Text: return event.by.isEmpty() ? text(line) : tr("%1, by %2").arg(text(line), visibleText(event.by, 80));
        default: return {};
        }
    case Qt::ToolTipRole:
        if (index.column() == Time)
            return tr("%1 local\n%2").arg(at.toString(Qt::ISODate), at.toUTC().toString(Qt::ISODateWithMs));
        return text(line) + (event.by.isEmpty() ? QString() : u'\n' + tr("by %1").arg(visibleText(event.by, 80)));
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
