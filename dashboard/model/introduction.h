// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/client/reply.h"
#include "common/protocol/dialect.h"

namespace Hephaestus {

/// Who answers, how it is, and what can be done with it: two sentences for somebody who is about to add it.
QString introduce(Dialect dialect, const HealthReport &report);

/// Why nobody could be introduced, and that it may be added all the same.
QString excuse(const ServiceReply &reply);

} // namespace Hephaestus
