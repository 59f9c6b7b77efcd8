// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetmodel.h"

namespace Hephaestus {

/// What a word of a filter can become: keys, and the values that this fleet has.
struct FilterCompletion
{
    qsizetype begin = 0; ///< of the word, or of that part of its value, in the text; it ends at the cursor
    QStringList choices; ///< in place of it; empty: nothing is known, or it is complete

    bool operator==(const FilterCompletion &) const = default;
};

/// For what stands before `cursor` in `text`.
FilterCompletion completeFilter(const FleetModel &fleet, const QString &text, qsizetype cursor);

} // namespace Hephaestus
