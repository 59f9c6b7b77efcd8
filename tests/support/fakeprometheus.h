// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/fakehttpserver.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTimeZone>
#include <QUrl>

#include <functional>
#include <optional>
#include <vector>

namespace Hephaestus::Test {

/// What a FakePrometheus knows of one service. Times are by its own clock.
struct ScrapedService
{
    QString address;    ///< `HOST:PORT`
    QString name;       ///< its label `service`
    QString instance;   ///< its label `instance`; empty: the address
    qint64 scraped = 0; ///< seconds since the epoch
    bool isUp = true;
    bool isStale = false;
    bool isListed = true; ///< among the targets and series
    int dependencies = 1;
    bool areDependenciesUp = true;
    std::optional<bool> isReady{}; ///< nothing: it does not say
    QString process{};             ///< its number; empty: the only one
    int inFlight = 0;
    QString more{}; ///< further labels of all its series, as members of JSON: `"pod": "a",`
};

/// A Prometheus that answers what its services are, as it is told to be.
class FakePrometheus
{
public:
    /// What becomes of an answer on its way; nothing: it arrives.
    using Damage = std::function<FakeAnswer(const FakeAnswer &)>;

    FakePrometheus()
    {
        m_server.setHandler("/api/v1/targets", [this](const QByteArray &) { return sent(targets()); });
        m_server.setHandler("/api/v1/query", [this](const QByteArray &request) {
            queries << QByteArray::fromPercentEncoding(request.mid(request.indexOf("query=") + 6));
            return sent(series(queries.last()));
        });
    }

    QString url() const { return m_server.url(); }
    bool setRefusing(bool refuses) { return m_server.setRefusing(refuses); }

    std::vector<ScrapedService> services;
    qint64 now = 1767351602; ///< seconds since the epoch, by its clock
    Damage damage;
    QStringList warnings;
    QByteArrayList queries; ///< that it was asked

private:
    FakeAnswer sent(const QByteArray &body) const
    {
        const FakeAnswer answer = FakeAnswer::json(body);
        return damage ? damage(answer) : answer;
    }

    QByteArray ending() const
    {
        return warnings.isEmpty()
            ? QByteArray()
            : ",\"warnings\":" + QJsonDocument(QJsonArray::fromStringList(warnings)).toJson(QJsonDocument::Compact);
    }

    QByteArray targets() const
    {
        QByteArrayList all;
        for (const ScrapedService &each : services) {
            if (!each.isListed)
                continue;
            const QJsonObject labels{{QStringLiteral("job"), QStringLiteral("hephaestus")},
                                     {QStringLiteral("instance"), instanceOf(each)},
                                     {QStringLiteral("service"), each.name}};
            const QDateTime scraped = QDateTime::fromSecsSinceEpoch(each.scraped, QTimeZone::utc());
            const QJsonObject target{
                {QStringLiteral("labels"), labels},
                {QStringLiteral("scrapeUrl"), QStringLiteral("http://%1/metrics").arg(each.address)},
                {QStringLiteral("health"), each.isUp ? QStringLiteral("up") : QStringLiteral("down")},
                {QStringLiteral("lastError"), each.isUp ? QString() : QStringLiteral("connect: connection refused")},
                {QStringLiteral("lastScrape"), scraped.toString(Qt::ISODateWithMs)},
                {QStringLiteral("lastScrapeDuration"), 0.001}};
            all << QJsonDocument(target).toJson(QJsonDocument::Compact);
        }
        return R"({"status":"success","data":{"activeTargets":[)" + all.join(',') + "]}" + ending() + '}';
    }

    QByteArray series(const QByteArray &query) const
    {
        const QByteArray before = "__name__=~\"";
        const qsizetype from = query.indexOf(before) + before.size();
        const QByteArrayList names = query.mid(from, query.indexOf('"', from) - from).split('|');
        QByteArrayList all;
        for (const ScrapedService &each : services) {
            if (!each.isListed)
                continue;
            if (query.startsWith("timestamp("))
                all << (each.isUp ? sample(each, "", info(each), QByteArray::number(each.scraped))
                                  : sample(each, "up", {}, "0"));
            else if (each.isUp && query.contains(instanceOf(each).replace(u'.', QStringLiteral("\\.")).toUtf8()))
                all += details(each, names);
        }
        return R"({"status":"success","data":{"resultType":"vector","result":[)" + all.join(',') + "]}" + ending()
            + '}';
    }

    QByteArrayList details(const ScrapedService &each, const QByteArrayList &names) const
    {
        QByteArrayList all;
        const auto add = [&](const QByteArray &name, const QByteArray &labels, const QByteArray &value) {
            if (names.contains(name))
                all << sample(each, name, labels, value);
        };
        add("hephaestus_service_info", info(each), "1");
        add("hephaestus_code_stale", {}, each.isStale ? "1" : "0");
        add("hephaestus_in_flight_requests", {}, QByteArray::number(each.inFlight));
        add("hephaestus_uptime_seconds", {}, "100");
        if (each.isReady)
            add("hephaestus_ready", {}, *each.isReady ? "1" : "0");
        for (int number = 0; number < each.dependencies; ++number) {
            const QByteArray name = R"("dependency":"d)" + QByteArray::number(number) + R"(",)";
            add("hephaestus_dependency_up", name, each.areDependenciesUp ? "1" : "0");
            add("hephaestus_dependency_operations_total", name + R"("result":"success",)", "7");
            add("hephaestus_dependency_operations_total", name + R"("result":"failure",)", "0");
        }
        return all;
    }

    static QString instanceOf(const ScrapedService &each)
    {
        return each.instance.isEmpty() ? each.address : each.instance;
    }

    static QByteArray info(const ScrapedService &each)
    {
        return R"("version":"1","instance_id":"of )" + each.address.toUtf8() + each.process.toUtf8() + R"(",)";
    }

    QByteArray sample(const ScrapedService &each, const QByteArray &name, const QByteArray &labels,
                      const QByteArray &value) const
    {
        return R"({"metric":{)" + (name.isEmpty() ? QByteArray() : R"("__name__":")" + name + R"(",)")
            + each.more.toUtf8() + labels + R"("job":"hephaestus","service":")" + each.name.toUtf8()
            + R"(","instance":")" + instanceOf(each).toUtf8() + R"("},"value":[)" + QByteArray::number(now) + R"(,")"
            + value + R"("]})";
    }

    FakeHttpServer m_server;
};

} // namespace Hephaestus::Test
