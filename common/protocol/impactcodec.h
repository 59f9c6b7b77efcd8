// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/impact.h"

#include <QByteArray>
#include <QMap>

namespace Hephaestus {

/// `{"files": [{"path": …, "services": [{"name": …, "kind": …}]}], "unknown": {"NAME": "why"}}`, indented for reading;
/// `unknown` are the services that could not be asked, or do not tell.
QByteArray encode(const QList<Impact> &impacts, const QMap<QString, QString> &unknown);

} // namespace Hephaestus
