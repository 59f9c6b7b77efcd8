// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/duration.h"

#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestDuration : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void durationsAreRead_data();
    void durationsAreRead();
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

QTEST_GUILESS_MAIN(TestDuration)
#include "tst_duration.moc"
