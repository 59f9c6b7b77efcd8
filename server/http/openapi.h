// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace Hephaestus {

/// The protocol as an OpenAPI 3.1 document: resources/openapi/openapi.json, compiled in.
QByteArray openApiDocument();

} // namespace Hephaestus
