// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/logpage.h"

namespace Hephaestus {

/// A line of one of several services.
struct NamedLine
{
    int service = 0;
    OutputLine line;
};

/// By time; those of one service stay in their order.
void sortByTime(QList<NamedLine> &lines);

} // namespace Hephaestus
