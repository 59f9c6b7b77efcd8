// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/logtail.h"

#include <QTest>

using namespace Hephaestus;

class TestLogTail : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void onlyWhatIsNewIsShown_data();
    void onlyWhatIsNewIsShown();
};

void TestLogTail::onlyWhatIsNewIsShown_data()
{
    QTest::addColumn<QByteArray>("previous");
    QTest::addColumn<QByteArray>("current");
    QTest::addColumn<QByteArray>("shown");
    const auto row = [](const char *name, const char *previous, const char *current, const char *shown) {
        QTest::newRow(name) << QByteArray(previous) << QByteArray(current) << QByteArray(shown);
    };
    row("first", "", "a\nb\n", "a\nb\n");
    row("nothing new", "a\nb\n", "a\nb\n", "");
    row("one more", "a\nb\n", "a\nb\nc\n", "c\n");
    row("moved on", "a\nb\nc\n", "b\nc\nd\n", "d\n");
    row("no overlap", "a\nb\n", "x\ny\n", "x\ny\n");
    row("repeated lines", "a\na\na\n", "a\na\na\nb\n", "b\n");
    row("a line is no overlap with its beginning", "a\nb\n", "bc\n", "bc\n");
    row("the last line has no end", "a\nb", "a\nb", "");
    row("begins anew", "a\nb\nc\n", "", "");
}

void TestLogTail::onlyWhatIsNewIsShown()
{
    QFETCH(QByteArray, previous);
    QFETCH(QByteArray, current);
    QTEST(newLines(previous, current), "shown");
}

QTEST_GUILESS_MAIN(TestLogTail)
#include "tst_logtail.moc"
