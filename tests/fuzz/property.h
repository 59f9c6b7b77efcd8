// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdio>
#include <cstdlib>

/// Ends the program, which libFuzzer takes for a crash and keeps the input of, unless `property` holds.
inline void mustHold(bool property, const char *said)
{
    if (property)
        return;
    std::fprintf(stderr, "this must hold: %s\n", said);
    std::abort();
}
