// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/eventjournal.h"

#include <QAbstractItemModelTester>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestEventJournal : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theNewestIsFirstAndTheOldestMakesRoom()
    {
        EventJournal journal(3);
        const QAbstractItemModelTester tester(&journal, QAbstractItemModelTester::FailureReportingMode::QtTest);
        for (int i = 0; i < 5; ++i)
            journal.append({{}, 7, u"mcp"_s, EventKind::Trouble, QString::number(i)});
        QCOMPARE(journal.rowCount(), 3);
        QCOMPARE(journal.index(0, EventJournal::Text).data().toString(), u"4"_s);
        QCOMPARE(journal.index(2, EventJournal::Text).data().toString(), u"2"_s);
        QCOMPARE(journal.index(0, 0).data(EventJournal::ServiceIdRole).value<ServiceId>(), ServiceId(7));
    }

    void whatAServiceSaysCannotBreakTheLine()
    {
        EventJournal journal;
        journal.append({{}, 7, u"m\ncp"_s, EventKind::Trouble, u"a\u202Eb"_s});
        QCOMPARE(journal.index(0, EventJournal::Service).data().toString(), u"m\\u{a}cp"_s);
        QCOMPARE(journal.index(0, EventJournal::Text).data().toString(), u"a\\u{202e}b"_s);
    }
};

QTEST_APPLESS_MAIN(TestEventJournal)
#include "tst_eventjournal.moc"
