// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/prometheuscodec.h"

#include "common/protocol/jsonreader.h"
#include "common/protocol/prometheusreader.h"

#include <QJsonDocument>

#include <cmath>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;
using Time = MetricSeries::Time;

/// Lenient: one odd series or target does not hide the others.
Result<JsonReader> dataOf(QByteArrayView json)
{
    const JsonReader body = JsonReader::lenient(json);
    QString status, error;
    body.text("status"_L1, status);
    body.text("error"_L1, error);
    if (status == "error"_L1)
        return Problem{{}, u"Prometheus says: "_s + error.left(300)};
    if (status != "success"_L1 || !body.value("data"_L1).isObject())
        return Problem{{}, u"the answer is not that of Prometheus' HTTP API"_s};
    return body.object("data"_L1);
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
    const Result<JsonReader> data = dataOf(json);
    if (!data)
        return data.problem();
    QList<MetricSeries> all;
    data->eachObject("result"_L1, [&all](const JsonReader &result) {
        MetricSeries series;
        const QJsonObject metric = result.object("metric"_L1).fields();
        for (auto label = metric.begin(); label != metric.end(); ++label)
            series.labels.insert(label.key(), label.value().toString());
        if (result.has("value"_L1))
            addPoint(series, result.list("value"_L1));
        const QJsonArray values = result.list("values"_L1);
        for (const QJsonValue &pair : values)
            addPoint(series, pair.toArray());
        all << series;
    });
    return all;
}

Result<QList<ScrapeTarget>> decodeTargets(QByteArrayView json)
{
    QList<ScrapeTarget> all;
    PrometheusListReader reader("activeTargets", [&all](QByteArrayView element) {
        ScrapeTarget target;
        if (readTarget(element, target))
            all << target;
    });
    reader.feed(json);
    if (const Result<QStringList> end = reader.end(); !end)
        return end.problem();
    return all;
}

Result<QStringList> decodeEnvelope(QByteArrayView json)
{
    const Result<JsonReader> data = dataOf(json);
    if (!data)
        return data.problem();
    QStringList warnings;
    const QJsonArray told = JsonReader::lenient(json).list("warnings"_L1);
    for (const QJsonValue &warning : told)
        warnings << warning.toString().left(300);
    return warnings;
}

QByteArray unescapedJson(QByteArrayView string)
{
    return QJsonDocument::fromJson("[\"" + string.toByteArray() + "\"]").array().at(0).toString().toUtf8();
}

} // namespace Hephaestus
