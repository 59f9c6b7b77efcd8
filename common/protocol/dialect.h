// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "common/protocol/health.h"

#include <QByteArrayView>

#include <optional>

namespace Hephaestus {

/// How a service says that it is well. All but the first are only watched.
enum class Dialect {
    Hephaestus, ///< this project's protocol, whole or its sections 1 to 4
    Actuator,   ///< Spring Boot Actuator: `/actuator/health`
    HealthJson, ///< draft-inadarei-api-health-check, `application/health+json`
    Minio,      ///< `/minio/health/live`: 200 and nothing more
    Plain,      ///< a word, or JSON with a `status` or checks: MicroProfile, terminus, ASP.NET Core and many more
    Reachable,  ///< a URL that answers 200
};

/// What a person calls it.
QString nameOf(Dialect dialect);

/// What the body of another program says, and as much of a report as it holds. Components and checks become
/// dependencies, named by their path (`db/orders`). What says that it is not well without naming a part becomes a
/// dependency that fails, named `service`. Degraded is a failure that says so.
struct ForeignReport
{
    Dialect dialect = Dialect::Plain;
    HealthReport report;

    bool operator==(const ForeignReport &) const = default;
};

/// Reads the answer of a health endpoint by the rules of resources/doc/protocol.md, "How other bodies are read".
/// No value: it does not speak of health (a page, an empty body). A Problem: it speaks of health, or means to, in a way
/// that is not understood; it must not be taken for well. A status outside of 200 to 299 is never well.
Result<std::optional<ForeignReport>> readForeign(int httpStatus, QByteArrayView body);

/// Whether a body has fields that only this project's protocol has. One that is not understood is then no other
/// dialect.
bool looksLikeOurs(QByteArrayView body);

} // namespace Hephaestus
