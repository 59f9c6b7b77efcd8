// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <initializer_list>

class QTableView;

namespace Hephaestus {

/// Makes a table look and behave like every table here: whole rows of one height, no grid, a quiet header, a delegate
/// for plain cells.
void styleTable(QTableView *table, int currentRole = -1);

/// Gives columns their first widths, in digits; 0 takes what is left.
void setColumnWidths(QTableView *table, std::initializer_list<int> characters);

} // namespace Hephaestus
