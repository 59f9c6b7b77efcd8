// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/cli/terminal.h"

#include <QList>

namespace Hephaestus {

/// A cell of a table in the terminal. Its text is one line without control characters.
struct Cell
{
    QString text;
    Paint paint = Paint::None;
    bool isRight = false; ///< a number: aligned to the right
};
using Row = QList<Cell>;

/// Names of columns, for the first row.
Row headings(const QStringList &names);

/// All rows have the same number of cells. The last column is cut where the terminal ends, after 12 characters at
/// least.
QString tableText(const QList<Row> &rows, const Terminal &terminal);

} // namespace Hephaestus
