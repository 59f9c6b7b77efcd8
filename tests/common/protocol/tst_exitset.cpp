// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/exitset.h"

#include <QTest>

#include <csignal>

using namespace Hephaestus;

class TestExitSet : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void codesAndSignalsAreRead_data();
    void codesAndSignalsAreRead();
    void whatIsNoneIsTold_data();
    void whatIsNoneIsTold();
    void signalsHaveNamesAndNumbers_data();
    void signalsHaveNamesAndNumbers();
};

void TestExitSet::codesAndSignalsAreRead_data()
{
    QTest::addColumn<QString>("list");
    QTest::addColumn<ExitSet>("set");
    QTest::newRow("codes") << "0,143" << ExitSet{0, 143};
    QTest::newRow("spaces") << " 3 , 255 " << ExitSet{3, 255};
    QTest::newRow("signals") << "SIGTERM,usr1" << ExitSet{128 + SIGTERM, 128 + SIGUSR1};
    QTest::newRow("both") << "1,KILL" << ExitSet{1, 137};
}

void TestExitSet::codesAndSignalsAreRead()
{
    QFETCH(QString, list);
    const auto set = parseExitSet(list);
    QVERIFY(set);
    QTEST(*set, "set");
}

void TestExitSet::whatIsNoneIsTold_data()
{
    QTest::addColumn<QString>("list");
    for (const char *list : {"", "1,", "-1", "256", "SIGNOTHING", "1;2", "0x1"})
        QTest::addRow("\"%s\"", list) << list;
}

void TestExitSet::whatIsNoneIsTold()
{
    QFETCH(QString, list);
    QVERIFY(!parseExitSet(list));
}

void TestExitSet::signalsHaveNamesAndNumbers_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("number"); // 0: it is none
    QTest::newRow("TERM") << "TERM" << SIGTERM;
    QTest::newRow("SIGQUIT") << "SIGQUIT" << SIGQUIT;
    QTest::newRow("lower case") << "sigint" << SIGINT;
    QTest::newRow("a number") << "28" << SIGWINCH;
    QTest::newRow("nothing") << "" << 0;
    QTest::newRow("zero") << "0" << 0;
    QTest::newRow("too large") << "100" << 0;
    QTest::newRow("only a prefix") << "SIG" << 0;
    QTest::newRow("another word") << "STOPP" << 0;
}

void TestExitSet::signalsHaveNamesAndNumbers()
{
    QFETCH(QString, name);
    QTEST(signalNumber(name).value_or(0), "number");
}

QTEST_GUILESS_MAIN(TestExitSet)
#include "tst_exitset.moc"
