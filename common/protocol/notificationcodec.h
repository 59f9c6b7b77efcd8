// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/notification.h"

#include <QByteArray>

namespace Hephaestus {

/// The JSON object that webhooks and commands get, with its '\n'. `fleet` and `hook` are in it for a hook only.
QByteArray encode(const Notification &notification);

} // namespace Hephaestus
