// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QMap>
#include <QString>

namespace Hephaestus {

class ServerState;

/// What the service says of itself in Prometheus' text exposition format 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/). `refusals`: requests refused so far, by reason.
/// Thread-safe as the state is.
QByteArray prometheusText(const ServerState &state, const QMap<QByteArray, qint64> &refusals = {});

/// Its media type.
inline constexpr const char *PrometheusMediaType = "text/plain; version=0.0.4; charset=utf-8";

} // namespace Hephaestus
