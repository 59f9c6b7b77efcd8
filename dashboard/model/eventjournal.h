// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/history/event.h"

#include <QAbstractTableModel>

#include <deque>

namespace Hephaestus {

/// What happened, newest first; the oldest events make room beyond `capacity`. What comes again and again is one line,
/// which counts: `qdrant fails: refused (12 times in 3 min)`.
class EventJournal : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { Time, Service, Text, ColumnCount };
    enum Role { KindRole = Qt::UserRole, ServiceIdRole };

    explicit EventJournal(int capacity = 2000, QObject *parent = nullptr);

    void append(const Event &event);
    /// What happened earlier, in any order: it goes where its time belongs, as far as there is room.
    void insertEarlier(const QList<Event> &events);
    const Event &event(int row) const { return m_lines[std::size_t(row)].event; } ///< the latest of the line's

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    /// One event, or the same one several times.
    struct Line
    {
        Event event;
        std::chrono::system_clock::time_point first;
        int count = 1;
    };

    void removeLine(std::size_t row);
    void insertLine(std::size_t row, const Line &line);
    static QString text(const Line &line);

    int m_capacity;
    std::deque<Line> m_lines;
};

} // namespace Hephaestus
