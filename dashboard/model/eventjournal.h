// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/history/event.h"

#include <QAbstractTableModel>
#include <QHash>

#include <deque>

namespace Hephaestus {

/// What happened, newest first; the oldest events make room beyond `capacity`. What comes again and again is one line,
/// which counts: `qdrant fails: refused (12 times in 3 min)`. What comes to three services or more within ten seconds
/// is one line, which names them: `60 services`, `unreachable (orders, billing, search and 57 more)`. Such a line says
/// only what is common to all that it stands for. A line to which something comes moves up: who has chosen it keeps it.
class EventJournal : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { Time, Service, Text, ColumnCount };
    enum Role {
        KindRole = Qt::UserRole,
        ServicesRole, ///< QList<ServiceId>: all that the line is of; empty: of none
    };

    explicit EventJournal(int capacity = 2000, QObject *parent = nullptr);

    void append(const Event &event);
    /// What happened earlier, in any order: it goes where its time belongs, as far as there is room.
    void insertEarlier(const QList<Event> &events);
    /// What was told of that service under another name: all its lines have this one now.
    void rename(ServiceId service, const QString &name);
    const Event &event(int row) const { return m_lines[std::size_t(row)].event; } ///< the latest of the line's

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    /// One event, or the same one several times, or of several services.
    struct Line
    {
        Event event;
        std::chrono::system_clock::time_point first;
        int count = 1;
        QList<Event> members{}; ///< of several services: the latest of each, in the order in which they came
        QHash<ServiceId, qsizetype> places{}; ///< in it; of thousands each is looked for
        QStringList pids{};                   ///< that differ, at most three: the first ones, and the latest
        bool hasMorePids = false;             ///< than these
        bool isWordForWord = true;            ///< they say the same, but for a pid
    };

    static Line lineOf(const Event &event);
    bool place(const Event &event, std::size_t row);
    void change(std::size_t old, std::size_t row, void (*add)(Line &, const Event &), const Event &event);
    void removeLine(std::size_t row);
    void moveLine(std::size_t from, std::size_t row);
    void insertLine(std::size_t row, const Line &line);
    static void addAnother(Line &line, const Event &event);
    static void addMember(Line &line, const Event &event);
    static QString common(const Line &line);
    static QString text(const Line &line);
    static QString details(const Line &line);

    int m_capacity;
    std::deque<Line> m_lines;
};

} // namespace Hephaestus
