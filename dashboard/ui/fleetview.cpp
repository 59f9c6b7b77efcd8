// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/fleetview.h"

#include "dashboard/ui/fleetdelegates.h"
#include "dashboard/ui/tables.h"

#include <QHeaderView>
#include <QKeyEvent>

namespace Hephaestus {

FleetView::FleetView(FleetModel &fleet, QWidget *parent)
    : QTableView(parent), m_fleet(fleet), m_rows(new FleetFilterModel(&fleet, this))
{
    setModel(m_rows);
    styleTable(this, FleetModel::CurrentRole);
    setItemDelegateForColumn(FleetModel::State, new StateDelegate(-1, this));
    setItemDelegateForColumn(FleetModel::Code, new CodeDelegate(FleetModel::CurrentRole, this));
    setItemDelegateForColumn(FleetModel::Dependencies, new DependencyChipsDelegate(FleetModel::CurrentRole, this));
    setColumnWidths(this, {20, 17, 8, 0, 6, 10, 7, 9});
    setColumnHidden(FleetModel::LastSeen, true); // the dependencies of who is gone make room for it
    setSortingEnabled(true);
    horizontalHeader()->setSortIndicatorClearable(true);
    sortByColumn(-1, Qt::AscendingOrder); // the order of the fleet file until somebody asks for another
    setContextMenuPolicy(Qt::CustomContextMenu);
    setAccessibleName(tr("Services"));

    connect(selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this] { Q_EMIT currentServiceChanged(currentService()); });
    connect(this, &QTableView::doubleClicked, this, &FleetView::opened);
    // There is always something to look at.
    connect(m_rows, &QAbstractItemModel::rowsInserted, this, [this] {
        if (!currentIndex().isValid())
            selectRow(0);
    });
}

ServiceId FleetView::currentService() const
{
    return currentIndex().isValid() ? currentIndex().data(FleetModel::IdRole).value<ServiceId>() : NoService;
}

void FleetView::select(ServiceId id)
{
    const QModelIndex index = m_rows->mapFromSource(m_fleet.indexOf(id));
    if (index.isValid())
        setCurrentIndex(index);
}

void FleetView::setQuery(const FilterQuery &query)
{
    const ServiceId before = currentService();
    m_rows->setQuery(query);
    select(before);
    if (!currentIndex().isValid() && m_rows->rowCount() > 0)
        selectRow(0);
}

void FleetView::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        Q_EMIT opened();
    else if (event->text() == QStringLiteral("/"))
        event->ignore(); // the window's, instead of a search in the column
    else
        QTableView::keyPressEvent(event);
}

} // namespace Hephaestus
