// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/client/dialectclient.h"
#include "common/fleet/fleet.h"
#include "common/fleet/portholders.h"

#include <QAbstractTableModel>

#include <memory>
#include <vector>

namespace Hephaestus {

/// The listening ports of this machine: who holds each, and what it says when it is asked how it is. Those that say
/// something can be ticked; this user's services are at first. Asks a few at a time, on this machine only.
class ListenerModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { Port, Speaks, Pid, Command, Directory, ColumnCount };
    enum Role { CurrentRole = Qt::UserRole, SortRole }; ///< CurrentRole: false for who says nothing

    explicit ListenerModel(QObject *parent = nullptr);
    ~ListenerModel() override;

    /// `known`: URLs that are watched already, and left out.
    void find(const QList<PortHolder> &holders, const QStringList &known);
    bool isAsking() const { return m_open > 0; }
    int found() const { return m_found; } ///< how many said something
    int ticked() const { return m_ticked; }
    bool hasForeign() const; ///< some that said something are of another user
    /// What is ticked, as entries.
    QList<FleetEntry> chosen() const;
    void choose(int row, bool chosen);
    void chooseAll(bool chosen); ///< of those that said something

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role) override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

Q_SIGNALS:
    void changed(); ///< an answer, or a tick

private:
    struct Row
    {
        PortHolder holder;
        QString url;
        std::unique_ptr<DialectClient> client;
        std::optional<HealthReport> report;
        Dialect dialect = Dialect::Hephaestus;
        bool answered = false;
        bool chosen = false;
    };

    void askNext();
    QString speaks(const Row &row) const;

    std::vector<Row> m_rows;
    std::size_t m_next = 0; ///< to be asked
    int m_open = 0;         ///< still to be answered
    int m_found = 0;
    int m_ticked = 0;
};

} // namespace Hephaestus
