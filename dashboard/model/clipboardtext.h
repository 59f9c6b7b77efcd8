// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/servicerow.h"
#include "dashboard/model/tokenstore.h"

namespace Hephaestus {

/// A shell command that asks the service what the dashboard asks it. The token is not in it: it is read from its file
/// (one of `tokenDirectory`, TokenStore's, if the entry names none) or the keyring when the command runs.
QString asCurl(const FleetEntry &entry, const QString &tokenDirectory = TokenStore::defaultDirectory());

/// The latest answer, indented; a JSON object that says why there is none.
QString asJson(const ServiceRow &row);

} // namespace Hephaestus
