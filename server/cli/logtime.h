// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "common/protocol/logpage.h"

namespace Hephaestus {

/// `10m` ago, or a time: `2026-01-31T12:00:00Z`, and local `2026-01-31 12:00`, `2026-01-31`, `12:00`.
Result<OutputLine::Time> readLogTime(const QString &text);

} // namespace Hephaestus
