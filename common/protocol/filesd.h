// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"

#include <QByteArrayView>
#include <QMap>
#include <QStringList>

namespace Hephaestus {

/// One group of a Prometheus `file_sd` file, or of an answer of its HTTP service discovery: `{"targets": ["host:port",
/// …], "labels": {"job": "…"}}`.
struct TargetGroup
{
    QStringList targets;
    QMap<QString, QString> labels;

    bool operator==(const TargetGroup &) const = default;
};

/// The file as JSON; its other form, YAML, is a Problem that says so.
Result<QList<TargetGroup>> decodeFileSd(QByteArrayView json);
QByteArray encodeFileSd(const QList<TargetGroup> &groups); ///< as JSON, `[]` for none

} // namespace Hephaestus
