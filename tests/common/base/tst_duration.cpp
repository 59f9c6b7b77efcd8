// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/duration.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestDuration : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void durationsAreRead_data();
    void durationsAreRead();
    void anyNumberIsShownAsWhatItIs_data();
    void anyNumberIsShownAsWhatItIs();
};

void TestDuration::durationsAreRead_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<qint64>("milliseconds"); // -1: it is none
    const auto row = [](const char *text, qint64 milliseconds) {
        QTest::newRow(text) << QString::fromUtf8(text) << milliseconds;
    };
    row("500ms", 500);
    row("30s", 30'000);
    row("1h 30m", 5'400'000);
    row(" 2 min ", 120'000);
    row("1.5h", 5'400'000);
    row("1m30s", 90'000);
    row("2d", 172'800'000);
    row("0", 0);
    row("999999999999ms", -1); // longer than a year
    row("", -1);
    row(" ", -1);
    row("30", -1);
    row("s", -1);
    row("1.", -1);
    row("1.s", -1);
    row(".5s", -1);
    row("1.0123456789s", -1);
    row("1234567890123ms", -1);
    row("-1s", -1);
    row("1S", -1);
    row("1sec", -1);
    row("1s,", -1);
    row("1s 2", -1);
    row("\xd9\xa1s", -1); // another script's digit
}

void TestDuration::durationsAreRead()
{
    QFETCH(QString, text);
    const auto duration = parseDuration(text);
    QTEST(duration ? qint64(duration->count()) : -1, "milliseconds");
}

void TestDuration::anyNumberIsShownAsWhatItIs_data()
{
    QTest::addColumn<double>("seconds");
    QTest::addColumn<QString>("text");
    QTest::newRow("zero") << 0.0 << u"0 s"_s;
    QTest::newRow("milliseconds") << 0.85 << u"850 ms"_s;
    QTest::newRow("hours") << 7440.0 << u"2 h 4 min"_s;
    QTest::newRow("a clock a little behind") << -0.2 << u"0 s"_s;
    QTest::newRow("negative") << -5.0 << u"−5 s"_s;
    QTest::newRow("a century") << 3.2e9 << u"37037 d"_s;
    QTest::newRow("2^64") << 18446744073709551615.0 << u"1.84e+19 s"_s;
    QTest::newRow("1e300") << 1e300 << u"1e+300 s"_s;
    QTest::newRow("-1e300") << -1e300 << u"−1e+300 s"_s;
    QTest::newRow("infinity") << std::numeric_limits<double>::infinity() << u"inf s"_s;
    QTest::newRow("no number") << std::numeric_limits<double>::quiet_NaN() << u"—"_s;
}

void TestDuration::anyNumberIsShownAsWhatItIs()
{
    QFETCH(double, seconds);
    QTEST(formatDuration(Seconds(seconds)), "text");
    if (seconds == std::floor(seconds))
        QTEST(formatDuration(wholeSeconds(Seconds(seconds))), "text");
}

QTEST_GUILESS_MAIN(TestDuration)
#include "tst_duration.moc"
