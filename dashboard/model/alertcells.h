// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/servicerow.h"

namespace Hephaestus {

/// The cell of FleetModel's column Alerts. `why`: why nothing is known of alerts; nothing: the row has all of them.
QString alertsText(const ServiceRow &row, const std::optional<QString> &why);
QString alertsToolTip(const ServiceRow &row, const std::optional<QString> &why);

/// `HighLatency, critical, since 14:02:11`, and `silenced` or `inhibited` where it is; made visible.
QString alertLine(const FiringAlert &alert);

/// By its label `severity`, what needs a person first.
bool isMoreSevere(const FiringAlert &one, const FiringAlert &other);

} // namespace Hephaestus
