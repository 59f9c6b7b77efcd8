// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// What every subcommand of `hephaestus` returns, beside the exit codes of a service (protocol.md, section 4).
namespace Hephaestus {

inline constexpr int ExitDone = 0;
inline constexpr int ExitNotSo = 1; ///< the thing asked about is not so
inline constexpr int ExitUsage = 2; ///< usage or configuration
inline constexpr int ExitStale = 3;
inline constexpr int ExitInterrupted = 128; ///< plus the signal's number

} // namespace Hephaestus
