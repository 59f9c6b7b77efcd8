// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QTableView;

namespace Hephaestus {

/// Makes a table look and behave like every table here: whole rows of one height, no grid, a quiet header, a delegate
/// for plain cells.
void styleTable(QTableView *table, int currentRole = -1);

/// In pixels: for so many digits, and for the header's text where it is shown and longer in the window's language.
int columnWidthFor(const QTableView *table, int column, int digits);

} // namespace Hephaestus
