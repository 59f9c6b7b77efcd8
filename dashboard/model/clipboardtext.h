// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/servicerow.h"
#include "dashboard/model/tokenstore.h"

namespace Hephaestus {

/// A shell command that asks the service what the dashboard asks it. The token is not in it: the command reads it from
/// its file or the keyring. If the entry names no file, that is one of `tokenDirectory` (TokenStore's).
QString asCurl(const FleetEntry &entry, const QString &tokenDirectory = TokenStore::defaultDirectory());

/// The latest answer, indented; a JSON object that says why there is none.
QString asJson(const ServiceRow &row);

} // namespace Hephaestus
