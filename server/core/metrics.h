// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QMap>
#include <QString>

namespace Hephaestus {

class ServerState;

/// Prometheus' text exposition format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/), and
/// OpenMetrics 1.0 (https://prometheus.io/docs/specs/om/open_metrics_spec/). The names of the samples are the same;
/// OpenMetrics also tells since when counters count.
enum class MetricsFormat { Text, OpenMetrics };

/// What the service says of itself in that format. `refusals`: requests refused so far, by reason. Thread-safe as the
/// state is.
QByteArray metricsText(const ServerState &state, MetricsFormat format = MetricsFormat::Text,
                       const QMap<QByteArray, qint64> &refusals = {});

/// Its media type.
const char *mediaType(MetricsFormat format);

} // namespace Hephaestus
