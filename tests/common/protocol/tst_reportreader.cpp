// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/healthcodec.h"
#include "common/protocol/reportreader.h"

#include <QRandomGenerator>
#include <QTest>
#include <QTimeZone>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

namespace {

HealthReport report()
{
    HealthReport report;
    report.service = u"mcp"_s;
    report.uptime = Seconds(100.25);
    report.startTime = QDateTime({2026, 1, 2}, {11, 0}, QTimeZone::utc());
    report.instanceId = u"one"_s;
    report.dependencies = {
        {u"database"_s, DependencyStatus::Working, {}, Seconds(1.5), {}, 42, 0, {{u"pool_size"_s, 5}}},
        {u"groq"_s, DependencyStatus::NotUsed, {}, {}, {}, 0, 0, {}},
        {u"qdrant"_s, DependencyStatus::Error, u"connection refused"_s, {}, Seconds(3), 1, 7, {}},
    };
    report.resources = {1, 2, 3, 4, 5, 6'000'000, 7.5, 8'000'000, 0};
    report.process = WrappedProcess{.command = {u"app"_s}, .pid = 41, .wrapper = Wrapper{40, 9'000'000, 0.5}};
    report.code = CodeReport{CodeVerdict::Fresh, {}, Seconds(2), 0};
    return report;
}

/// As the one codec says it.
void compareRead(ReportReader &reader, const QByteArray &json)
{
    const Result<HealthReport> expected = decodeReport(json);
    const Result<HealthReport> found = reader.read(json);
    QCOMPARE(bool(found), bool(expected));
    if (expected)
        QVERIFY2(*found == *expected, json.constData());
    else
        QCOMPARE(found.problem().text(), expected.problem().text());
}

} // namespace

class TestReportReader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyFieldThatMovesIsRead();
    void whatElseChangesIsSeen_data();
    void whatElseChangesIsSeen();
    void aBodyThatCannotBeReadLeavesNoTrace();
    void aNameTwiceIsLeftToTheCodec();
    void anyChangeOfAnyBytesReadsAsTheCodecDoes();
};

void TestReportReader::everyFieldThatMovesIsRead()
{
    ReportReader reader;
    HealthReport moving = report();
    for (int i = 1; i < 50; ++i) {
        moving.uptime += Seconds(0.75);
        moving.dependencies[0].successCount += i;
        moving.dependencies[0].lastSuccess = Seconds(i / 8.0);
        moving.dependencies[2].failureCount += i % 3;
        moving.dependencies[2].lastFailure = i % 5 ? Since(Seconds(i)) : std::nullopt;
        moving.dependencies[2].lastSuccess = i % 7 ? std::nullopt : Since(Seconds(i));
        moving.resources = {
            i, 2 * i, 3 * i % 4, 100 + i, i % 9, 6'000'000 + 4096 * i, 7.5 + i / 16.0, 8'000'000 + 4096 * i, i / 20};
        moving.process->wrapper->residentBytes = 9'000'000 + 4096 * i;
        moving.process->wrapper->cpuSeconds = i / 32.0;
        moving.code->checked = Seconds(i * 0.5);
        compareRead(reader, encode(moving));
    }
}

void TestReportReader::whatElseChangesIsSeen_data()
{
    QTest::addColumn<QByteArray>("from");
    QTest::addColumn<QByteArray>("to");
    QTest::newRow("status") << QByteArray("\"healthy\"") << QByteArray("\"shutting_down\"");
    QTest::newRow("a detail that is a number") << QByteArray("\"pool_size\":5") << QByteArray("\"pool_size\":6");
    QTest::newRow("null for a number") << QByteArray("\"success_count\":42") << QByteArray("\"success_count\":null");
    QTest::newRow("a text for a number") << QByteArray("\"success_count\":42")
                                         << QByteArray("\"success_count\":\"42\"");
    QTest::newRow("a count below nothing") << QByteArray("\"success_count\":42") << QByteArray("\"success_count\":-1");
    QTest::newRow("half a count") << QByteArray("\"success_count\":42") << QByteArray("\"success_count\":42.5");
    QTest::newRow("a count with an exponent")
        << QByteArray("\"success_count\":42") << QByteArray("\"success_count\":4.3e1");
    QTest::newRow("more than a number holds")
        << QByteArray("\"success_count\":42") << QByteArray("\"success_count\":1e999");
    QTest::newRow("no JSON: a leading zero")
        << QByteArray("\"success_count\":42") << QByteArray("\"success_count\":042");
    QTest::newRow("no JSON: a plus") << QByteArray("\"success_count\":42") << QByteArray("\"success_count\":+42");
    QTest::newRow("no JSON: nan") << QByteArray("100.25") << QByteArray("nan");
    QTest::newRow("never") << QByteArray("\"last_success_seconds\":1.5") << QByteArray("\"last_success_seconds\":-1");
    QTest::newRow("a dependency of another name") << QByteArray("\"qdrant\"") << QByteArray("\"quadrant\"");
    QTest::newRow("another process") << QByteArray("\"one\"") << QByteArray("\"two\"");
    QTest::newRow("cut short") << QByteArray("\"version\":\"\"}") << QByteArray("\"version\":\"\"");
    QTest::newRow("something behind it") << QByteArray("\"version\":\"\"}") << QByteArray("\"version\":\"\"}}");
}

void TestReportReader::whatElseChangesIsSeen()
{
    QFETCH(QByteArray, from);
    QFETCH(QByteArray, to);
    const QByteArray first = encode(report());
    QVERIFY(first.contains(from));
    ReportReader reader;
    for (const QByteArray &json : {first, first, QByteArray(first).replace(from, to), first})
        compareRead(reader, json);
}

void TestReportReader::aBodyThatCannotBeReadLeavesNoTrace()
{
    ReportReader reader;
    HealthReport moved = report();
    moved.uptime = Seconds(200);
    moved.dependencies[0].successCount = 43;
    // The first number is taken before the second turns out to be none the codec takes.
    QByteArray bad = encode(moved).replace("\"failure_count\":7", "\"failure_count\":-7");
    for (const QByteArray &json : {encode(report()), encode(report()), bad, encode(report()), encode(moved)})
        compareRead(reader, json);
}

void TestReportReader::aNameTwiceIsLeftToTheCodec()
{
    ReportReader reader;
    for (const char *const json : {R"({"status":"healthy","uptime_seconds":1,"uptime_seconds":2})",
                                   R"({"status":"healthy","uptime_seconds":3,"uptime_seconds":4})",
                                   R"({"status":"healthy","uptime_seconds":5,"uptime_\u0073econds":6})"})
        compareRead(reader, json);
}

void TestReportReader::anyChangeOfAnyBytesReadsAsTheCodecDoes()
{
    QRandomGenerator random(20260102); // the same every time
    const QByteArray first = encode(report());
    const QByteArray alphabet = "0123456789.-+eE\",:{}[] nultrfas\\";
    ReportReader reader;
    for (int i = 0; i < 20'000; ++i) {
        QByteArray json = first;
        for (int edits = random.bounded(3); edits >= 0; --edits) {
            const qsizetype at = random.bounded(int(json.size()));
            const char c = alphabet[random.bounded(int(alphabet.size()))];
            switch (random.bounded(3)) {
            case 0: json[at] = c; break;
            case 1: json.insert(at, c); break;
            default: json.remove(at, 1); break;
            }
        }
        compareRead(reader, json);
        if (QTest::currentTestFailed())
            return;
    }
}

QTEST_APPLESS_MAIN(TestReportReader)
#include "tst_reportreader.moc"
