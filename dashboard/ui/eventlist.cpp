// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/eventlist.h"

#include "dashboard/model/eventjournal.h"
#include "dashboard/ui/celldelegate.h"
#include "dashboard/ui/fittingcolumns.h"
#include "dashboard/ui/tables.h"
#include "dashboard/ui/theme.h"

#include <QHeaderView>
#include <QPainter>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

QString iconOf(EventKind kind)
{
    switch (kind) {
    case EventKind::Information: return u"dependency-not-used"_s;
    case EventKind::Recovery: return u"fresh"_s;
    case EventKind::Action: return u"demo"_s;
    case EventKind::Trouble: return u"error"_s;
    }
    Q_UNREACHABLE();
}

IconDelegate::Look lookOf(const Theme &theme, const QModelIndex &index)
{
    const auto kind = index.data(EventJournal::KindRole).value<EventKind>();
    return {iconOf(kind), theme.accent(kind), true};
}

} // namespace

EventList::EventList(EventJournal &journal, QWidget *parent) : QTableView(parent)
{
    setModel(&journal);
    styleTable(this);
    setItemDelegateForColumn(EventJournal::Text, new IconDelegate(lookOf, -1, this));
    verticalHeader()->setDefaultSectionSize(spacing(fontMetrics(), 6));
    horizontalHeader()->hide();
    new FittingColumns(this, {13, 24, 0}, {});
    setAccessibleName(tr("Events"));
    connect(this, &QTableView::activated, this, [this](const QModelIndex &index) {
        if (const auto services = index.data(EventJournal::ServicesRole).value<QList<ServiceId>>(); !services.isEmpty())
            Q_EMIT opened(services);
    });
}

/// The line after the current one would become that, be selected and scrolled to, though nobody chose it.
void EventList::rowsAboutToBeRemoved(const QModelIndex &parent, int first, int last)
{
    if (const int row = currentIndex().row(); row >= first && row <= last) {
        selectionModel()->select(currentIndex(), QItemSelectionModel::Deselect | QItemSelectionModel::Rows);
        selectionModel()->clearCurrentIndex();
    }
    QTableView::rowsAboutToBeRemoved(parent, first, last);
}

} // namespace Hephaestus
