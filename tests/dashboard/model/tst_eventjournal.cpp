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
        QCOMPARE(journal.index(0, 0).data(EventJournal::ServicesRole).value<QList<ServiceId>>(), QList<ServiceId>{7});
    }

    void whatFlapsIsOneLineThatCounts()
    {
        EventJournal journal;
        const QAbstractItemModelTester tester(&journal, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const std::chrono::system_clock::time_point begin{std::chrono::hours(1)};
        const auto tell = [&](int second, const QString &text, EventKind kind = EventKind::Trouble) {
            journal.append({begin + std::chrono::seconds(second), 7, u"mcp"_s, kind, text});
        };
        for (int second = 0; second <= 180; second += 60) {
            tell(second, u"qdrant fails"_s);
            tell(second + 1, u"qdrant works again"_s, EventKind::Recovery);
        }
        QCOMPARE(journal.rowCount(), 2);
        QCOMPARE(journal.index(0, EventJournal::Text).data().toString(), u"qdrant works again (4 times in 3 min)"_s);
        QCOMPARE(journal.index(1, EventJournal::Text).data().toString(), u"qdrant fails (4 times in 3 min)"_s);
        tell(3600, u"qdrant fails"_s); // that is another story
        QCOMPARE(journal.rowCount(), 3);
        tell(3601, u"restart asked for"_s, EventKind::Action);
        tell(3602, u"restart asked for"_s, EventKind::Action); // who asks twice has done so twice
        QCOMPARE(journal.rowCount(), 5);
    }

    void aProcessThatEndsAgainAndAgainIsOneLine()
    {
        EventJournal journal;
        const std::chrono::system_clock::time_point begin{std::chrono::hours(1)};
        const auto tell = [&](int second, const QString &text) {
            journal.append({begin + std::chrono::seconds(second), 7, u"mcp"_s, EventKind::Trouble, text});
        };
        tell(0, u"pid 99 exited with code 3"_s);
        tell(20, u"pid 101 exited with code 3"_s);
        tell(40, u"pid 7592 exited with code 3"_s);
        QCOMPARE(journal.rowCount(), 1);
        const auto text = [&] { return journal.index(0, EventJournal::Text).data().toString(); };
        QCOMPARE(text(), u"pid 99, 101, 7592 exited with code 3 (3 times in 40 s)"_s); // none of them did it thrice
        tell(45, u"pid 7592 exited with code 3"_s);
        QCOMPARE(text(), u"pid 99, 101, 7592 exited with code 3 (4 times in 45 s)"_s);
        tell(46, u"pid 8 exited with code 3"_s);
        QCOMPARE(text(), u"pid 99 … 8 exited with code 3 (5 times in 46 s)"_s);
        tell(50, u"pid 7592 exited with code 4"_s);
        tell(51, u"PID 8000 endete mit Code 4"_s);
        tell(52, u"PID 9 endete mit Code 4"_s);
        QCOMPARE(journal.rowCount(), 3);
    }

    void oneProcessThatSaysTheSameKeepsItsPid()
    {
        EventJournal journal;
        for (int time = 0; time < 2; ++time)
            journal.append({std::chrono::system_clock::time_point(std::chrono::seconds(time)), 7, u"mcp"_s,
                            EventKind::Trouble, u"pid 9 hangs"_s});
        QCOMPARE(journal.index(0, EventJournal::Text).data().toString(), u"pid 9 hangs (twice in 1 s)"_s);
    }

    void whatComesToManyAtOnceIsOneLine()
    {
        EventJournal journal;
        const QAbstractItemModelTester tester(&journal, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const std::chrono::system_clock::time_point begin{std::chrono::hours(1)};
        const auto tell = [&](int second, ServiceId id, const QString &text, EventKind kind = EventKind::Trouble) {
            journal.append({begin + std::chrono::seconds(second), id, u"s%1"_s.arg(id), kind, text});
        };
        const auto cell = [&](int row, int column) { return journal.index(row, column).data().toString(); };
        tell(0, 1, u"unreachable: 127.0.0.1:1 refused"_s);
        tell(0, 2, u"unreachable: 127.0.0.1:2 refused"_s);
        QCOMPARE(journal.rowCount(), 2); // each with its reason
        for (ServiceId id = 3; id <= 60; ++id) {
            tell(int(id) / 10, id, u"unreachable: 127.0.0.1:%1 refused"_s.arg(id));
            tell(int(id) / 10, id, u"pid %1 died"_s.arg(id + 100)); // which comes between
        }
        QCOMPARE(journal.rowCount(), 2);
        QCOMPARE(cell(1, EventJournal::Service), u"60 services"_s);
        QCOMPARE(cell(1, EventJournal::Text), u"unreachable (s1, s2, s3 and 57 more)"_s); // no address is of all
        QCOMPARE(cell(0, EventJournal::Service), u"58 services"_s);
        QCOMPARE(cell(0, EventJournal::Text), u"pid 103 … 160 died (s3, s4, s5 and 55 more)"_s);
        const QString all = journal.index(1, EventJournal::Text).data(Qt::ToolTipRole).toString();
        QVERIFY2(all.startsWith(u"s1: unreachable: 127.0.0.1:1 refused\ns2: unreachable: "_s), qPrintable(all));
        QVERIFY2(all.endsWith(u"and 30 more"_s), qPrintable(all));
        QCOMPARE(journal.index(1, 0).data(EventJournal::ServicesRole).value<QList<ServiceId>>().size(), 60);
        tell(40, 61, u"unreachable: 127.0.0.1:61 refused"_s); // that is another story
        for (ServiceId id = 1; id <= 3; ++id)
            tell(41, id, u"restart asked for"_s, EventKind::Action); // what is done is told each time
        QCOMPARE(journal.rowCount(), 6);
    }

    void whatComesToThemAgainIsCounted()
    {
        EventJournal journal;
        const std::chrono::system_clock::time_point begin{std::chrono::hours(1)};
        for (const int second : {0, 9, 18}) {
            for (ServiceId id = 1; id <= 4; ++id)
                journal.append(
                    {begin + std::chrono::seconds(second), id, u"s%1"_s.arg(id), EventKind::Trouble, u"unreachable"_s});
        }
        QCOMPARE(journal.rowCount(), 1);
        QCOMPARE(journal.index(0, EventJournal::Text).data().toString(),
                 u"unreachable (s1, s2, s3 and 1 more; 12 times in 18 s)"_s);
    }

    /// A view keeps what is chosen where a line moves; where it goes, the next one would be chosen.
    void aLineThatMovesIsStillTheSame()
    {
        EventJournal journal;
        const QAbstractItemModelTester tester(&journal, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const auto tell = [&](ServiceId id, const QString &text) {
            journal.append({{}, id, u"s%1"_s.arg(id), EventKind::Trouble, text});
        };
        tell(1, u"flaps"_s);
        const QPersistentModelIndex flapping(journal.index(0, 0));
        tell(2, u"hangs"_s);
        const QPersistentModelIndex hanging(journal.index(0, 0));
        tell(1, u"flaps"_s);
        QCOMPARE(flapping.row(), 0);
        QCOMPARE(hanging.row(), 1);
        tell(3, u"hangs"_s);
        tell(4, u"says something else"_s);
        const QPersistentModelIndex latest(journal.index(1, 0));
        tell(5, u"hangs"_s); // with two others: one line, where the latest was
        QCOMPARE(journal.rowCount(), 3);
        QCOMPARE(latest.row(), 0);
        QCOMPARE(journal.index(0, EventJournal::Text).data().toString(), u"hangs (s2, s3, s5)"_s);
        QCOMPARE(flapping.row(), 2);
    }

    void whatIsCommonWordForWordIsToldInWhole()
    {
        EventJournal journal;
        for (ServiceId id = 1; id <= 3; ++id)
            journal.append({{}, id, u"s%1"_s.arg(id), EventKind::Trouble, u"qdrant fails: refused"_s});
        QCOMPARE(journal.index(0, EventJournal::Text).data().toString(), u"qdrant fails: refused (s1, s2, s3)"_s);
    }

    void whatHappenedEarlierGoesWhereItsTimeBelongs()
    {
        EventJournal journal(4);
        const QAbstractItemModelTester tester(&journal, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const auto at = [](int hour) { return std::chrono::system_clock::time_point(std::chrono::hours(hour)); };
        journal.append({at(5), 7, u"mcp"_s, EventKind::Trouble, u"5"_s});
        journal.insertEarlier({{at(1), 7, u"mcp"_s, EventKind::Trouble, u"1"_s},
                               {at(3), 7, u"mcp"_s, EventKind::Trouble, u"3"_s},
                               {at(2), 7, u"mcp"_s, EventKind::Trouble, u"2"_s}});
        QStringList texts;
        for (int row = 0; row < journal.rowCount(); ++row)
            texts << journal.event(row).text;
        QCOMPARE(texts, (QStringList{u"5"_s, u"3"_s, u"2"_s, u"1"_s}));
    }

    void whatAServiceSaysCannotBreakTheLine()
    {
        EventJournal journal;
        journal.append({{}, 7, u"m\ncp"_s, EventKind::Trouble, u"a\u202Eb"_s});
        QCOMPARE(journal.index(0, EventJournal::Service).data().toString(), u"m\\u{a}cp"_s);
        QCOMPARE(journal.index(0, EventJournal::Text).data().toString(), u"a\\u{202e}b"_s);
    }
};

QTEST_GUILESS_MAIN(TestEventJournal)
#include "tst_eventjournal.moc"
