// SPDX-License-Identifier: GPL-3.0-or-later
//
// What it costs to write and read one detailed body of 1.4 KB, and to read the next one of the same service, beside
// Qt's parser alone.
#include "common/protocol/healthcodec.h"
#include "common/protocol/reportreader.h"

#include <benchmark/benchmark.h>

#include <QJsonDocument>
#include <QTimeZone>

using namespace Hephaestus;

namespace {

HealthReport report(double uptime)
{
    HealthReport report;
    report.service = QStringLiteral("bench");
    report.version = QStringLiteral("1.4.0");
    report.instanceId = QStringLiteral("1fe6aa8a6df335e276a4a3766ee17b5e");
    report.startTime = QDateTime(QDate(2026, 1, 2), QTime(11, 0), QTimeZone::utc());
    report.uptime = Seconds(uptime);
    for (const char *const name : {"anthropic", "database", "lmstudio", "openai", "qdrant", "queue"}) {
        report.dependencies << DependencyReport{QString::fromLatin1(name),
                                                DependencyStatus::Working,
                                                {},
                                                Seconds(uptime / 7),
                                                {},
                                                qint64(uptime),
                                                0,
                                                {{QStringLiteral("pool_size"), 5}}};
    }
    report.resources = {1, 6, 0, 24, 3, 38'000'000, uptime / 100};
    report.capabilities = QStringList{QStringLiteral("ready"), QStringLiteral("restart"), QStringLiteral("code")};
    report.code = CodeReport{CodeVerdict::Fresh, {}, Seconds(uptime / 9), 0};
    return report;
}

const QByteArray bodies[]{encode(report(100.25)), encode(report(101.5))};

void writeBody(benchmark::State &state)
{
    const HealthReport what = report(100.25);
    for (auto _ : state)
        benchmark::DoNotOptimize(encode(what));
}
BENCHMARK(writeBody);

void readBody(benchmark::State &state)
{
    for (auto _ : state)
        benchmark::DoNotOptimize(decodeReport(bodies[0]));
}
BENCHMARK(readBody);

/// Seconds and counts have moved since the body before.
void readTheNextBody(benchmark::State &state)
{
    ReportReader reader;
    int turn = 0;
    for (auto _ : state)
        benchmark::DoNotOptimize(reader.read(bodies[++turn % 2]));
}
BENCHMARK(readTheNextBody);

/// The peer: the bytes become a tree of values, and nobody looks at them.
void parseOnly(benchmark::State &state)
{
    for (auto _ : state)
        benchmark::DoNotOptimize(QJsonDocument::fromJson(bodies[0]));
}
BENCHMARK(parseOnly);

} // namespace
