// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "common/protocol/health.h"

#include <QByteArrayView>

namespace Hephaestus {

/// How a service says that it is well. All but the first are only watched.
enum class Dialect {
    Hephaestus, ///< this project's protocol, whole or its sections 1 to 4
    Actuator,   ///< Spring Boot Actuator: `/actuator/health`
    HealthJson, ///< draft-inadarei-api-health-check, `application/health+json`
    Minio,      ///< `/minio/health/live`: 200 and nothing more
    Plain,      ///< `GET /health` with a `status`, and perhaps a `version` and a `timestamp`
    Reachable,  ///< a URL that answers 200
};

/// What a person calls it.
QString nameOf(Dialect dialect);

/// A body in a dialect that a body can tell (Actuator, HealthJson, Plain), and as much of a report as it holds.
/// Components and checks become dependencies; what says that it is not well without naming one becomes a dependency
/// that fails, named `service`.
struct ForeignReport
{
    Dialect dialect = Dialect::Plain;
    HealthReport report;

    bool operator==(const ForeignReport &) const = default;
};
Result<ForeignReport> decodeForeign(QByteArrayView json);

} // namespace Hephaestus
