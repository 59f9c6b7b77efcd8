// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDeadlineTimer>
#include <QTest>

namespace Hephaestus::Test {

/// Files written before this are older than what starts after it, by more than the tick of a file's times. So nobody
/// suspects that they were written once more.
inline void letFilesSettle()
{
    QDeadlineTimer settled(100);
    QTRY_VERIFY(settled.hasExpired());
}

} // namespace Hephaestus::Test
