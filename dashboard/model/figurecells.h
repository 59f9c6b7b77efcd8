// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/servicerow.h"

#include <QVariant>

namespace Hephaestus {

/// The cells of FleetModel's columns from Cpu on, which nobody sees who has not asked for them.
QString figureHeader(int column);
QString figureText(const ServiceRow &row, int column);
QString figureToolTip(const ServiceRow &row, int column);
QVariant figureSortValue(const ServiceRow &row, int column);
bool isFigureNumber(int column);
/// Whether the cell of two current rows of one service surely reads the same.
bool readsFigureTheSame(int column, const ServiceRow &before, const ServiceRow &after);

} // namespace Hephaestus
