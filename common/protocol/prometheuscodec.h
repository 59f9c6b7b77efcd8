// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"

#include <QByteArrayView>
#include <QHash>
#include <QList>
#include <QString>
#include <QStringList>

#include <chrono>
#include <vector>

/// Reads the answers of Prometheus' HTTP API, version 1 (https://prometheus.io/docs/prometheus/latest/querying/api/).
/// What Prometheus itself says of a failure (`status: error`) is a Problem. Stateless, safe from every thread.
namespace Hephaestus {

/// The longest time or duration that is handed out, in seconds (since the epoch, or as such). Sums of two fit in 64
/// bits of nanoseconds.
inline constexpr std::chrono::duration<double> LatestTime{4e9};

/// One time series of a query's result.
struct MetricSeries
{
    using Time = std::chrono::system_clock::time_point;

    QHash<QString, QString> labels; ///< the name of the metric among them, as `__name__`
    std::vector<std::pair<Time, double>>
        points; ///< one of an instant query; not a number is left out, and what is out of all time (LatestTime)

    QString label(const QString &name) const { return labels.value(name); }
};

/// Something Prometheus scrapes.
struct ScrapeTarget
{
    QString job;
    QString instance;
    QString service; ///< its label of that name; may be empty
    QString group;   ///< its label `fleet_group`; may be empty
    QString scrapeUrl;
    bool up = false;
    QString error;                                 ///< of the latest scrape; empty: none
    std::chrono::system_clock::time_point scraped; ///< the epoch: never yet
    std::chrono::duration<double> duration{0};     ///< of the latest scrape
};

/// What is around the list of an answer: its warnings.
Result<QStringList> decodeEnvelope(QByteArrayView json);
/// The text of a JSON string that has escapes, without its quotes; in UTF-8.
QByteArray unescapedJson(QByteArrayView string);

/// `/api/v1/query` (a vector) and `/api/v1/query_range` (a matrix).
Result<QList<MetricSeries>> decodeSeries(QByteArrayView json);
/// `/api/v1/targets?state=active`.
Result<QList<ScrapeTarget>> decodeTargets(QByteArrayView json);

} // namespace Hephaestus
