// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <optional>

namespace Hephaestus {

/// What this process holds now, read from /proc/self (proc(5)); a field the kernel does not give is empty.
struct ProcessUsage
{
    std::optional<qint64> openFiles;
    std::optional<qint64> threads;
    std::optional<qint64> residentBytes;
    std::optional<double> cpuSeconds; ///< user and system

    static ProcessUsage now();
};

} // namespace Hephaestus
