// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/wholetable.h"

#include <QHeaderView>
#include <QScrollArea>

namespace Hephaestus {

WholeTable::WholeTable(QWidget *parent) : QTableView(parent)
{
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void WholeTable::setModel(QAbstractItemModel *model)
{
    QTableView::setModel(model);
    const auto measure = [this] { updateGeometry(); };
    connect(model, &QAbstractItemModel::modelReset, this, measure);
    connect(model, &QAbstractItemModel::rowsInserted, this, measure);
    connect(model, &QAbstractItemModel::rowsRemoved, this, measure);
}

QSize WholeTable::sizeHint() const
{
    const int rows = model() ? model()->rowCount() * verticalHeader()->defaultSectionSize() : 0;
    return {QTableView::sizeHint().width(), horizontalHeader()->sizeHint().height() + rows + 2 * frameWidth()};
}

QSize WholeTable::minimumSizeHint() const { return {QTableView::minimumSizeHint().width(), sizeHint().height()}; }

void WholeTable::currentChanged(const QModelIndex &current, const QModelIndex &previous)
{
    QTableView::currentChanged(current, previous);
    for (QWidget *each = parentWidget(); each && hasFocus(); each = each->parentWidget()) {
        auto *const page = qobject_cast<QScrollArea *>(each);
        if (!page)
            continue;
        const QRect whole = page->widget()->rect();
        const QRect row = visualRect(current);
        if (current.row() == 0 || current.row() == model()->rowCount() - 1) // and what stands beyond it
            page->ensureVisible(whole.center().x(), current.row() == 0 ? whole.top() : whole.height(), 0, 0);
        const QPoint middle = viewport()->mapTo(page->widget(), row.center());
        return page->ensureVisible(whole.center().x(), middle.y(), 0, row.height());
    }
}

QScrollArea *scrollingPage(QWidget *content)
{
    auto *const page = new QScrollArea;
    page->setFrameShape(QFrame::NoFrame);
    page->setWidgetResizable(true);
    page->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    page->setFocusPolicy(Qt::NoFocus);
    page->setWidget(content);
    return page;
}

} // namespace Hephaestus
