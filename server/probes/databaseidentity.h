// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/probes/dependencyconfig.h"

namespace Hephaestus {

/// The name of a database, without what else a connection string holds; `a database` if it has none.
QString databaseName(const QString &database);

/// Which database that is: equal where two services use the same one. `file:MACHINE:FILE` of SQLite's file as it is on
/// disk now, by its number there, not its path; `server:…` of the others, by host, port and name. An address of this
/// machine counts as this machine's. Opaque: neither path nor host can be read from it. Empty: it cannot be told (no
/// file, a database in memory, a connection string without a name). Reads /proc; from any thread.
QString databaseIdentity(const SqlSettings &settings);

} // namespace Hephaestus
