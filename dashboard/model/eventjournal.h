// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/history/event.h"

#include <QAbstractTableModel>

#include <deque>

namespace Hephaestus {

/// What happened, newest first; the oldest events make room beyond `capacity`.
class EventJournal : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { Time, Service, Text, ColumnCount };
    enum Role { KindRole = Qt::UserRole, ServiceIdRole };

    explicit EventJournal(int capacity = 2000, QObject *parent = nullptr);

    void append(const Event &event);
    /// What happened before all that is here, oldest first: it goes below, as far as there is room.
    void prependOlder(const QList<Event> &events);
    const Event &event(int row) const { return m_events[std::size_t(row)]; }

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    int m_capacity;
    std::deque<Event> m_events;
};

} // namespace Hephaestus
