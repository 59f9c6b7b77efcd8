// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "common/fleet/notificationtarget.h"
#include "common/protocol/notification.h"
#include "dashboard/model/alerts.h"

/// Where alerts go beside the desktop's notifications.
namespace Hephaestus {

/// As a person writes it in one line: `ntfy https://ntfy.sh/TOPIC`, `webhook https://HOST/PATH`, or
/// `command PROGRAM ARGUMENT…`.
Result<NotificationTarget> parseAlertTarget(const QString &line);

/// The alert as it is sent; `fleet` knows the names of its services.
Notification notificationOf(const Alert &alert, const FleetModel &fleet);

} // namespace Hephaestus
