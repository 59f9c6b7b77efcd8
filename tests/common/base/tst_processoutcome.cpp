// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/processoutcome.h"

#include <QProcess>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestProcessOutcome : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void itIsToldOnce_data();
    void itIsToldOnce();
    void whoIsGoneIsNotTold();
};

void TestProcessOutcome::itIsToldOnce_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("code");
    QTest::addColumn<bool>("hasExited");
    QTest::addColumn<bool>("isStarted");
    const auto row = [](const char *name, const QString &program, const QStringList &arguments, int code, bool exited,
                        bool started) { QTest::newRow(name) << program << arguments << code << exited << started; };
    row("well", u"/bin/sh"_s, {u"-c"_s, u"exit 0"_s}, 0, true, true);
    row("badly", u"/bin/sh"_s, {u"-c"_s, u"exit 3"_s}, 3, true, true);
    row("by a signal", u"/bin/sh"_s, {u"-c"_s, u"kill -9 $$"_s}, -1, false, true);
    row("no such program", u"/nowhere/program"_s, {}, -1, false, false);
    row("no program", {}, {}, -1, false, false);
    // Longer than the kernel takes.
    row("an argument that is too long", u"/bin/sh"_s, {u"-c"_s, QString(200'000, u'x')}, -1, false, false);
}

void TestProcessOutcome::itIsToldOnce()
{
    QFETCH(QString, program);
    QFETCH(QStringList, arguments);
    QProcess process;
    QList<ProcessOutcome> told;
    whenOver(process, this, [&](const ProcessOutcome &outcome) { told << outcome; });
    process.start(program, arguments);
    QVERIFY(told.isEmpty()); // from the event loop alone
    QTRY_COMPARE_WITH_TIMEOUT(told.size(), 1, 60'000);
    QCoreApplication::processEvents();
    QCOMPARE(told.size(), 1);
    QTEST(told.first().code, "code");
    QTEST(told.first().hasExited, "hasExited");
    QTEST(told.first().whyNotStarted.isEmpty(), "isStarted");
}

void TestProcessOutcome::whoIsGoneIsNotTold()
{
    int told = 0;
    auto context = std::make_unique<QObject>();
    QProcess process;
    whenOver(process, context.get(), [&](const ProcessOutcome &) { ++told; });
    process.start(u"/nowhere/program"_s, {});
    context.reset();
    QProcess known;
    bool isOver = false;
    whenOver(known, this, [&](const ProcessOutcome &) { isOver = true; });
    known.start(u"/nowhere/program"_s, {});
    QTRY_VERIFY_WITH_TIMEOUT(isOver, 60'000);
    QCOMPARE(told, 0);
}

QTEST_GUILESS_MAIN(TestProcessOutcome)
#include "tst_processoutcome.moc"
