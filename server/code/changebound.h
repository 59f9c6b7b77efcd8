// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

namespace Hephaestus {

/// An instant to compare with file times, even after the wall clock was set.
class ChangeBound
{
public:
    /// `wall`: nanoseconds of wallClock(), as that clock is set now.
    explicit ChangeBound(qint64 wall = 0);

    /// May what was changed at `time`, as the kernel says, have been changed after this? A time ahead of the clock is
    /// from before the clock was set back; if that was before this moment, so is the change.
    bool mayPrecede(qint64 time) const;

private:
    qint64 m_wall;
    qint64 m_offset; ///< of the wall clock from the clock that nobody sets
};

} // namespace Hephaestus
