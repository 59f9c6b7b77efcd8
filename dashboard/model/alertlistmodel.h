// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/alertcause.h"
#include "dashboard/model/alertmutes.h"

namespace Hephaestus {

/// What a person is told of, and what not: the groups that are muted, then each service that is amiss, muted or
/// acknowledged, the worst first, then in the fleet's order. What one cause explains (AlertCauses) is one row, which is
/// opened to its services. Rows come and go one by one, and nothing resets.
class AlertListModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { Name, Amiss, Told, ColumnCount };
    enum Role {
        StateRole = Qt::UserRole, ///< ServiceState, of a service or a cause
        StaleRole,                ///< bool: it has no trouble, and runs old code
        FoldedRole,               ///< bool, of a cause
        MemberRole,               ///< true: a service under its cause
    };

    /// All outlive this.
    AlertListModel(FleetModel &fleet, AlertCauses &causes, AlertMutes &mutes, QObject *parent = nullptr);

    ServiceId serviceAt(int row) const { return m_rows.at(row).service; } ///< NoService: a group or a cause
    QString groupAt(int row) const { return m_rows.at(row).group; }       ///< empty: a service or a cause
    QList<ServiceId> servicesAt(int row) const; ///< the service, or those of the cause; none of a group
    bool isCauseAt(int row) const { return isCause(m_rows.at(row)); }
    void setFolded(int row, bool folded); ///< of a cause
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
        QString cause; ///< its key; of a service, under which it is

        bool operator==(const Row &) const = default;
        friend size_t qHash(const Row &row, size_t seed = 0)
        {
            return qHashMulti(seed, row.service, row.group, row.cause);
        }
    };
    /// What explains the trouble of two services or more.
    struct Explained
    {
        AlertCause cause;
        QList<ServiceId> services;
    };

    static bool isCause(const Row &row) { return row.service == NoService && !row.cause.isEmpty(); }
    void findCauses();
    QList<Row> wanted();
    QString text(const Row &row, int column) const;
    QString groupText(const QString &group, int column) const;
    QString causeText(const Explained &explained, int column) const;
    QString serviceText(const ServiceRow &service, const Row &row, int column) const;
    QString whoseText(const Explained &explained) const;
    QString silenceText(const Explained &explained) const;
    QString amissText(const Explained &explained) const;
    QString toldOf(const ServiceRow &service, const QString &cause) const;
    std::optional<AlertTold> toldOf(const Explained &explained) const;
    QString accessibleText(const Row &row, int column) const;
    ServiceState stateOf(const Explained &explained) const;

    FleetModel &m_fleet;
    AlertCauses &m_causes;
    AlertMutes &m_mutes;
    QHash<QString, Explained> m_explained; ///< by the cause's key
    QHash<ServiceId, QString> m_causeOf;   ///< the key, of whose trouble is explained
    QSet<QString> m_open;                  ///< causes whose services are shown
    QList<Row> m_rows;
    QTimer m_soon; ///< many changes are one refresh
};

} // namespace Hephaestus
