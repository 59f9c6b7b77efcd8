// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/tables.h"

#include "dashboard/ui/celldelegate.h"
#include "dashboard/ui/quietheader.h"
#include "dashboard/ui/tablecopy.h"
#include "dashboard/ui/theme.h"

#include <QTableView>

#include <algorithm>

namespace Hephaestus {

void styleTable(QTableView *table, int currentRole)
{
    table->setItemDelegate(new CellDelegate(currentRole, table));
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setSelectionMode(QAbstractItemView::SingleSelection);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setShowGrid(false);
    table->setWordWrap(false);
    table->setTabKeyNavigation(false); // Tab goes to the next widget, as everywhere
    table->setFrameShape(QFrame::NoFrame);
    table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table->setHorizontalHeader(new QuietHeader(table));
    new TableCopy(table);
    table->verticalHeader()->hide();
    table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    table->verticalHeader()->setDefaultSectionSize(spacing(table->fontMetrics(), 7));
}

int columnWidthFor(const QTableView *table, int column, int digits)
{
    const QFontMetrics metrics = table->fontMetrics();
    const bool isTitled = table->model() && !table->horizontalHeader()->isHidden();
    const QString title = isTitled ? table->model()->headerData(column, Qt::Horizontal).toString() : QString();
    return std::max(digits * metrics.horizontalAdvance(u'0'), metrics.horizontalAdvance(title))
        + 2 * spacing(metrics, 2) + 2; // as CellDelegate::sizeHint() and QuietHeader do
}

} // namespace Hephaestus
