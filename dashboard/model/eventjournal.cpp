// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/eventjournal.h"

#include "common/base/clock.h"
#include "common/base/localtime.h"
#include "dashboard/model/displaytext.h"

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

EventJournal::EventJournal(int capacity, QObject *parent) : QAbstractTableModel(parent), m_capacity(capacity) {}

void EventJournal::append(const Event &event)
{
    if (int(m_events.size()) >= m_capacity) {
        beginRemoveRows({}, int(m_events.size()) - 1, int(m_events.size()) - 1);
        m_events.pop_back();
        endRemoveRows();
    }
    beginInsertRows({}, 0, 0);
    m_events.push_front(event);
    endInsertRows();
}

void EventJournal::prependOlder(const QList<Event> &events)
{
    const qsizetype room = m_capacity - qsizetype(m_events.size());
    const qsizetype count = std::min(events.size(), room);
    if (count <= 0)
        return;
    beginInsertRows({}, int(m_events.size()), int(m_events.size() + count) - 1);
    for (qsizetype i = 0; i < count; ++i)
        m_events.push_back(events[events.size() - 1 - i]);
    endInsertRows();
}

int EventJournal::rowCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : int(m_events.size()); }

int EventJournal::columnCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant EventJournal::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Event &event = m_events[std::size_t(index.row())];
    const QDateTime at = localTime(event.at);
    switch (role) {
    case KindRole: return QVariant::fromValue(event.kind);
    case ServiceIdRole: return event.service;
    case Qt::DisplayRole:
        switch (index.column()) {
        case Time:
            return at.date() == QDate::currentDate() ? at.toString(u"HH:mm:ss"_s) : at.toString(u"d MMM HH:mm"_s);
        case Service: return visibleText(event.serviceName, 80);
        case Text:
            return visibleText(event.text, 1000)
                + (event.by.isEmpty() ? QString() : tr(", by %1").arg(visibleText(event.by, 80)));
        default: return {};
        }
    case Qt::ToolTipRole:
        if (index.column() == Time)
            return tr("%1 local\n%2").arg(at.toString(Qt::ISODate), at.toUTC().toString(Qt::ISODateWithMs));
        return visibleText(event.text, 1000)
            + (event.by.isEmpty() ? QString() : u'\n' + tr("by %1").arg(visibleText(event.by, 80)));
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
