// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "common/fleet/prometheusserver.h"

namespace Hephaestus {

/// An Alertmanager as a person writes it in one line of the preferences: `https://HOST:9093`, then perhaps
/// `token-file=FILE`, `ca=FILE`, `cert=FILE`, `key=FILE`. A name with blanks is in double quotes.
Result<PrometheusServer> parseAlertmanager(const QString &line);

} // namespace Hephaestus
