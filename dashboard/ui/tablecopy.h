// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

class QTableView;

namespace Hephaestus {

/// The selected rows of a table as people see them, headed by the names of the columns: values with tabs between them,
/// for a spreadsheet. Hidden columns are left out, the others are in the order of the screen.
QString selectedRowsAsTsv(const QTableView &table);

/// Copies them when the copy key (Ctrl+C) is pressed in the table.
class TableCopy : public QObject
{
    Q_OBJECT

public:
    explicit TableCopy(QTableView *table);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    QTableView *m_table;
};

} // namespace Hephaestus
