// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "common/fleet/prometheusserver.h"

class QCommandLineParser;

namespace Hephaestus {

/// `--prometheus` and how those servers are asked, for every program that has it. `what` says what it does there.
void addPrometheusOptions(QCommandLineParser &parser, const QString &what);
/// The servers that are named, each with all that was said; none if `--prometheus` is not there. What is wrong with it
/// is a Problem, as is an option that says how to ask none.
Result<QList<PrometheusServer>> prometheusServers(const QCommandLineParser &parser);

/// The same with `--alertmanager`.
void addAlertmanagerOptions(QCommandLineParser &parser, const QString &what);
Result<QList<PrometheusServer>> alertmanagers(const QCommandLineParser &parser);

} // namespace Hephaestus
