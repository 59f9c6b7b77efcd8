// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

namespace Hephaestus {

/// An instant to compare with the ctimes of files (their times of last status change), even if the wall clock was set
/// since.
class ChangeBound
{
public:
    /// `wall`: nanoseconds since the epoch, as the wall clock is set now. Of a change after fileClock() said T, every
    /// ctime is later than T - 1.
    explicit ChangeBound(qint64 wall = 0);

    /// True if a file with this ctime may have changed after this instant. A ctime ahead of the clock is from before
    /// the clock was set back. If the clock was set back before this instant, so was the change.
    bool mayPrecede(qint64 time) const;

private:
    qint64 m_wall;
    qint64 m_offset; ///< of the wall clock from the clock that nobody sets
};

} // namespace Hephaestus
