// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/alertmutes.h"

namespace Hephaestus {

/// What a person is told of, and what not: the groups that are muted, then each service that is amiss, muted or
/// acknowledged, in the fleet's order. Rows come and go one by one, and nothing resets.
class AlertListModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { Name, Amiss, Told, ColumnCount };
    enum Role { StateRole = Qt::UserRole }; ///< ServiceState, of a service

    /// Both outlive this.
    AlertListModel(FleetModel &fleet, AlertMutes &mutes, QObject *parent = nullptr);

    ServiceId serviceAt(int row) const { return m_rows.at(row).service; } ///< NoService: a group
    QString groupAt(int row) const { return m_rows.at(row).group; }       ///< empty: a service
    void refresh();

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    struct Row
    {
        ServiceId service = NoService;
        QString group;

        bool operator==(const Row &) const = default;
        friend size_t qHash(const Row &row, size_t seed = 0) { return qHashMulti(seed, row.service, row.group); }
    };

    QList<Row> wanted() const;
    QString text(const Row &row, int column) const;

    FleetModel &m_fleet;
    AlertMutes &m_mutes;
    QList<Row> m_rows;
    QTimer m_soon; ///< many changes are one refresh
};

} // namespace Hephaestus
