// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/prometheuscodec.h"

#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <cmath>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;
using Time = MetricSeries::Time;

Result<QJsonObject> dataOf(QByteArrayView json)
{
    const QJsonDocument document = QJsonDocument::fromJson(QByteArray::fromRawData(json.data(), json.size()));
    const QJsonObject object = document.object();
    if (object["status"_L1] == "error"_L1)
        return Problem{{}, u"Prometheus says: "_s + object["error"_L1].toString().left(300)};
    if (object["status"_L1] != "success"_L1 || !object["data"_L1].isObject())
        return Problem{{}, u"the answer is not that of Prometheus' HTTP API"_s};
    return object["data"_L1].toObject();
}

bool isTime(std::chrono::duration<double> time) { return time >= time.zero() && time <= LatestTime; }

/// `[seconds, "value"]`; the value may be NaN, +Inf or -Inf, which are left out.
void addPoint(MetricSeries &series, const QJsonArray &pair)
{
    bool ok = false;
    const double value = pair.at(1).toString().toDouble(&ok);
    const std::chrono::duration<double> seconds(pair.at(0).toDouble());
    if (!ok || !std::isfinite(value) || !isTime(seconds))
        return;
    series.points.emplace_back(Time(std::chrono::duration_cast<Time::duration>(seconds)), value);
}

} // namespace

Result<QList<MetricSeries>> decodeSeries(QByteArrayView json)
{
    const Result<QJsonObject> data = dataOf(json);
    if (!data)
        return data.problem();
    QList<MetricSeries> all;
    const QJsonArray result = (*data)["result"_L1].toArray();
    for (const QJsonValue &each : result) {
        const QJsonObject object = each.toObject();
        MetricSeries series;
        const QJsonObject metric = object["metric"_L1].toObject();
        for (auto label = metric.begin(); label != metric.end(); ++label)
            series.labels.insert(label.key(), label.value().toString());
        if (object.contains("value"_L1))
            addPoint(series, object["value"_L1].toArray());
        const QJsonArray values = object["values"_L1].toArray();
        for (const QJsonValue &pair : values)
            addPoint(series, pair.toArray());
        all << series;
    }
    return all;
}

Result<QList<ScrapeTarget>> decodeTargets(QByteArrayView json)
{
    const Result<QJsonObject> data = dataOf(json);
    if (!data)
        return data.problem();
    QList<ScrapeTarget> all;
    const QJsonArray targets = (*data)["activeTargets"_L1].toArray();
    for (const QJsonValue &each : targets) {
        const QJsonObject object = each.toObject();
        const QJsonObject labels = object["labels"_L1].toObject();
        ScrapeTarget target;
        target.job = labels["job"_L1].toString();
        target.instance = labels["instance"_L1].toString();
        target.service = labels["service"_L1].toString();
        target.group = labels["fleet_group"_L1].toString();
        target.scrapeUrl = object["scrapeUrl"_L1].toString();
        target.up = object["health"_L1] == "up"_L1;
        target.error = object["lastError"_L1].toString();
        // Nanoseconds and any zone, of which Qt reads milliseconds.
        const QDateTime scraped = QDateTime::fromString(object["lastScrape"_L1].toString(), Qt::ISODateWithMs);
        if (scraped.isValid() && isTime(std::chrono::milliseconds(scraped.toMSecsSinceEpoch())))
            target.scraped = Time(std::chrono::milliseconds(scraped.toMSecsSinceEpoch()));
        if (const std::chrono::duration<double> duration(object["lastScrapeDuration"_L1].toDouble()); isTime(duration))
            target.duration = duration;
        all << target;
    }
    return all;
}

} // namespace Hephaestus
