// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/tablecopy.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QTableView>

#include <algorithm>

namespace Hephaestus {

QString selectedRowsAsTsv(const QTableView &table)
{
    const QAbstractItemModel &model = *table.model();
    const QHeaderView &header = *table.horizontalHeader();
    QList<int> columns;
    for (int place = 0; place < header.count(); ++place) {
        if (const int column = header.logicalIndex(place); !header.isSectionHidden(column))
            columns << column;
    }
    QList<int> rows;
    for (const QModelIndex &index : table.selectionModel()->selectedRows())
        rows << index.row();
    if (rows.isEmpty())
        return {};
    std::ranges::sort(rows);
    const auto line = [&](auto &&textOf) {
        QStringList cells;
        for (const int column : std::as_const(columns))
            cells << QString(textOf(column)).replace(u'\t', u' ').replace(u'\n', u' ');
        return cells.join(u'\t') + u'\n';
    };
    QString text = line([&](int column) { return model.headerData(column, Qt::Horizontal).toString(); });
    for (const int row : std::as_const(rows))
        text += line([&](int column) { return model.index(row, column).data().toString(); });
    return text;
}

TableCopy::TableCopy(QTableView *table) : QObject(table), m_table(table) { table->installEventFilter(this); }

bool TableCopy::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() != QEvent::KeyPress || !static_cast<QKeyEvent *>(event)->matches(QKeySequence::Copy))
        return QObject::eventFilter(watched, event);
    if (const QString text = selectedRowsAsTsv(*m_table); !text.isEmpty())
        QGuiApplication::clipboard()->setText(text);
    return true;
}

} // namespace Hephaestus
