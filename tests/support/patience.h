// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTest>

// Every test is compiled with this. Qt's own macros wait five seconds for what must happen, and a busy machine may need
// more. These wait a minute; where it does happen, that costs nothing.
#undef QTRY_VERIFY
#undef QTRY_VERIFY2
#undef QTRY_COMPARE
#define QTRY_VERIFY(expression) QTRY_VERIFY_WITH_TIMEOUT(expression, 60'000)
#define QTRY_VERIFY2(expression, message) QTRY_VERIFY2_WITH_TIMEOUT(expression, message, 60'000)
#define QTRY_COMPARE(seen, wanted) QTRY_COMPARE_WITH_TIMEOUT(seen, wanted, 60'000)
