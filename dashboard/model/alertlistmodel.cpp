// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/alertlistmodel.h"

#include "dashboard/model/alertcause.h"
#include "dashboard/model/displaytext.h"

#include <QSet>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int Many = 2000;         ///< services
constexpr auto LookAtMany = 500ms; ///< each look is at all of them

bool isAmiss(const ServiceRow &row)
{
    return isTrouble(row.state()) || row.code() == CodeVerdict::Stale || !row.brokenRules.isEmpty();
}

} // namespace

AlertListModel::AlertListModel(FleetModel &fleet, AlertMutes &mutes, QObject *parent)
    : QAbstractTableModel(parent)
    , m_fleet(fleet)
    , m_mutes(mutes)
    , m_rows(wanted())
{
    const auto refreshSoon = [this] {
        if (!m_soon.isActive())
            m_soon.start(m_fleet.rowCount() > Many ? LookAtMany : 0ms);
    };
    m_soon.setSingleShot(true);
    connect(&m_soon, &QTimer::timeout, this, &AlertListModel::refresh);
    connect(&fleet, &QAbstractItemModel::dataChanged, this, refreshSoon);
    connect(&fleet, &QAbstractItemModel::rowsInserted, this, refreshSoon);
    connect(&fleet, &QAbstractItemModel::rowsRemoved, this, &AlertListModel::refresh);
    connect(&mutes, &AlertMutes::changed, this, refreshSoon);
}

QList<AlertListModel::Row> AlertListModel::wanted() const
{
    QList<Row> rows;
    for (const QString &group : m_mutes.mutedGroups())
        rows << Row{NoService, group};
    for (int line = 0; line < m_fleet.rowCount(); ++line) {
        const ServiceRow &row = m_fleet.row(line);
        if (isAmiss(row) || row.quiet.isAcknowledged() || m_mutes.isMutedItself(row.id))
            rows << Row{row.id, {}};
    }
    return rows;
}

/// Groups keep their alphabet, and services the fleet's order, so that what stays never moves.
void AlertListModel::refresh()
{
    const QList<Row> rows = wanted();
    const QSet<Row> kept(rows.cbegin(), rows.cend());
    for (int row = int(m_rows.size()) - 1; row >= 0; --row) {
        if (kept.contains(m_rows[row]))
            continue;
        beginRemoveRows({}, row, row);
        m_rows.removeAt(row);
        endRemoveRows();
    }
    for (int row = 0; row < rows.size(); ++row) {
        if (row < m_rows.size() && m_rows[row] == rows[row])
            continue;
        beginInsertRows({}, row, row);
        m_rows.insert(row, rows[row]);
        endInsertRows();
    }
    if (!m_rows.isEmpty())
        Q_EMIT dataChanged(index(0, 0), index(int(m_rows.size()) - 1, ColumnCount - 1));
}

int AlertListModel::rowCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : int(m_rows.size()); }

int AlertListModel::columnCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : ColumnCount; }

QString AlertListModel::text(const Row &row, int column) const
{
    if (row.service == NoService) {
        const auto until = m_mutes.groupMutedUntil(row.group);
        return column == Name         ? tr("All of %1").arg(visibleText(row.group, 60))
            : column == Told && until ? tr("muted until %1").arg(momentText(*until))
                                      : QString();
    }
    const ServiceRow *const service = m_fleet.find(row.service);
    if (!service)
        return {};
    switch (column) {
    case Name: return visibleText(service->entry.name, 80);
    case Amiss: {
        QStringList words{stateText(*service)};
        if (service->code() == CodeVerdict::Stale)
            words << tr("runs old code");
        words << service->brokenRules;
        return visibleText(words.join(u"; "_s), 300);
    }
    default: {
        QStringList words;
        if (service->quiet.mutedUntil)
            words << tr("muted until %1").arg(momentText(*service->quiet.mutedUntil));
        if (service->quiet.isAcknowledged())
            words << (AlertMutes::canAcknowledge(*service) ? tr("acknowledged in part") : tr("acknowledged"));
        return words.isEmpty() ? tr("told") : words.join(u", "_s);
    }
    }
}

QVariant AlertListModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Row &row = m_rows[index.row()];
    switch (role) {
    case Qt::DisplayRole: return text(row, index.column());
    case Qt::ToolTipRole: return text(row, index.column()).toHtmlEscaped();
    case Qt::AccessibleTextRole:
        return u"%1: %2"_s.arg(headerData(index.column(), Qt::Horizontal).toString(), text(row, index.column()));
    case StateRole: {
        const ServiceRow *const service = m_fleet.find(row.service);
        return service ? QVariant::fromValue(service->state()) : QVariant();
    }
    default: return {};
    }
}

QVariant AlertListModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name: return tr("Service");
    case Amiss: return tr("It is");
    case Told: return tr("Alerts");
    default: return {};
    }
}

} // namespace Hephaestus
