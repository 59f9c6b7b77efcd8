// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>
#include <system_error>
#include <thread>
#include <utility>

namespace Hephaestus {

/// Begins `function` in a thread of its own. Nothing: the system lets no other thread begin.
template <typename Function>
std::optional<std::thread> beginThread(Function &&function)
{
    try {
        return std::thread(std::forward<Function>(function));
    } catch (const std::system_error &) {
        return {};
    }
}

/// That, for a person.
inline QString noOtherThread()
{
    return QStringLiteral(
        "the system lets no other thread begin; its limits are RLIMIT_NPROC (ulimit -u) and pids.max");
}

} // namespace Hephaestus
