// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/actlock.h"
#include "common/fleet/plannedend.h"
#include "tests/support/processend.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestActLock : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { state = std::make_unique<QTemporaryDir>(); }
    void nobodyElseMayLookAtTheActs();
    void oneHasTheTurn();
    void anAddressIsOneServiceHoweverItIsWritten_data();
    void anAddressIsOneServiceHoweverItIsWritten();
    void aLaterRequestThatContradictsOverrules_data();
    void aLaterRequestThatContradictsOverrules();
    void aStopThatHasBegunIsNotOverruled();
    void aRequestThatIsTakenBackOverrulesNobody();
    void aRequestOfADeadProcessOverrulesNobody();
    void anActOfADeadProcessWasBrokenOff();
    void requestsBeforeTheLaunchAreAnswered();
    void whatIsBrokenOffIsFoundOnce();
    void whatIsMeantToBeGoneIsTold();
    void whoLeavesWhatItStartedIsNotAtItAnyMore();
    void aBrokenRecordIsAnEmptyOne();
    void withoutAPlaceThereIsAProblem();
    void whatIsNoLockIsNotWaitedFor_data();
    void whatIsNoLockIsNotWaitedFor();

private:
    std::unique_ptr<ActLock> request(FleetAction action, const QString &url = u"http://127.0.0.1:8000"_s,
                                     const QString &place = {})
    {
        FleetEntry entry;
        entry.name = u"a"_s;
        entry.url = url;
        auto lock = ActLock::request(entry, action, place.isEmpty() ? state->path() : place);
        if (!lock)
            qFatal("%s", qPrintable(lock.problem().text()));
        return std::move(*lock);
    }
    void giveToADeadProcess();
    QString record() const { return state->filePath(u"acts/127.0.0.1%3A8000.json"_s); }

    std::unique_ptr<QTemporaryDir> state;
};

void TestActLock::nobodyElseMayLookAtTheActs()
{
    const QString place = state->filePath(u"state"_s);
    const mode_t before = ::umask(0);
    const auto act = request(FleetAction::Stop, u"http://127.0.0.1:8000"_s, place);
    ::umask(before);
    const auto others =
        QFile::ReadGroup | QFile::WriteGroup | QFile::ExeGroup | QFile::ReadOther | QFile::WriteOther | QFile::ExeOther;
    QCOMPARE(QFile::permissions(place) & others, QFile::Permissions());
    QCOMPARE(QFile::permissions(place + u"/acts"_s) & others, QFile::Permissions());
}

void TestActLock::oneHasTheTurn()
{
    auto first = request(FleetAction::Start);
    auto second = request(FleetAction::Restart);
    QVERIFY(first->tryToBegin());
    QVERIFY(!second->tryToBegin());
    first->noteStep(RestartStep::Healthy);
    QVERIFY2(second->holder().contains(u"healthy"_s), qPrintable(second->holder()));
    QVERIFY(second->holder().contains(QString::number(QCoreApplication::applicationPid())));
    first->end({});
    QCOMPARE(second->holder(), QString());
    QVERIFY(second->tryToBegin());
    QVERIFY(!second->remains());
}

void TestActLock::anAddressIsOneServiceHoweverItIsWritten_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<QString>("other");
    QTest::addColumn<bool>("isSame");
    const QString plain = u"http://127.0.0.1:8000"_s;
    QTest::newRow("localhost") << plain << u"http://LOCALHOST:8000"_s << true;
    QTest::newRow("IPv6") << plain << u"http://[::1]:8000"_s << true;
    QTest::newRow("TLS") << plain << u"https://127.0.0.1:8000"_s << true;
    QTest::newRow("port") << plain << u"http://127.0.0.1:8001"_s << false;
    QTest::newRow("prefix") << plain << u"http://127.0.0.1:8000/a"_s << false;
    QTest::newRow("Unix") << u"unix:/run/a/../b"_s << u"unix:/run/b"_s << true;
    const QString deep = u"unix:/"_s + QString(90, u'/').replace(u"/"_s, u"x"_s);
    QTest::newRow("long names differ") << deep + u"/a"_s << deep + u"/b"_s << false;
}

void TestActLock::anAddressIsOneServiceHoweverItIsWritten()
{
    QFETCH(QString, url);
    QFETCH(QString, other);
    QFETCH(bool, isSame);
    auto first = request(FleetAction::Start, url);
    auto second = request(FleetAction::Start, other);
    QVERIFY(first->tryToBegin());
    QCOMPARE(second->tryToBegin(), !isSame);
}

void TestActLock::aLaterRequestThatContradictsOverrules_data()
{
    QTest::addColumn<FleetAction>("earlier");
    QTest::addColumn<FleetAction>("later");
    QTest::addColumn<bool>("isOverruled");
    for (const FleetAction earlier : AllFleetActions) {
        for (const FleetAction later : AllFleetActions)
            QTest::addRow("%s, then %s", qPrintable(wireName(earlier)), qPrintable(wireName(later)))
                << earlier << later << ((earlier == FleetAction::Stop) != (later == FleetAction::Stop));
    }
}

void TestActLock::aLaterRequestThatContradictsOverrules()
{
    QFETCH(FleetAction, earlier);
    QFETCH(FleetAction, later);
    QFETCH(bool, isOverruled);
    auto first = request(earlier);
    auto second = request(later);
    QCOMPARE(!first->overruler().isEmpty(), isOverruled);
    QCOMPARE(second->overruler(), QString());
    // Also when the later one had its turn first.
    QVERIFY(second->tryToBegin());
    second->end({});
    second.reset();
    QCOMPARE(!first->overruler().isEmpty(), isOverruled);
}

void TestActLock::aStopThatHasBegunIsNotOverruled()
{
    auto stop = request(FleetAction::Stop);
    QVERIFY(stop->tryToBegin());
    auto start = request(FleetAction::Start);
    QCOMPARE(stop->overruler(), QString());
}

void TestActLock::aRequestThatIsTakenBackOverrulesNobody()
{
    auto start = request(FleetAction::Start);
    auto stop = request(FleetAction::Stop);
    QVERIFY(!start->overruler().isEmpty());
    stop.reset();
    QCOMPARE(start->overruler(), QString());
    auto other = request(FleetAction::Stop);
    QVERIFY(!start->overruler().isEmpty());
    other->end({}); // it never had its turn
    QCOMPARE(start->overruler(), QString());
}

void TestActLock::aRequestOfADeadProcessOverrulesNobody()
{
    auto start = request(FleetAction::Start);
    auto stop = request(FleetAction::Stop);
    giveToADeadProcess();
    QCOMPARE(start->overruler(), QString());
}

/// What this one has asked for.
void TestActLock::giveToADeadProcess()
{
    QFile file(record());
    QVERIFY(file.open(QIODevice::ReadWrite));
    QByteArray text = file.readAll();
    const QByteArray pid = "\"pid\":" + QByteArray::number(QCoreApplication::applicationPid());
    QVERIFY(text.contains(pid));
    QProcess dead;
    dead.start(u"true"_s, QStringList());
    QVERIFY(dead.waitForStarted());
    text.replace(pid, "\"pid\":" + QByteArray::number(dead.processId()));
    QVERIFY(hasEnded(dead));
    QVERIFY(file.seek(0) && file.write(text) == text.size() && file.resize(text.size()));
}

void TestActLock::anActOfADeadProcessWasBrokenOff()
{
    FleetEntry entry;
    entry.name = u"a"_s;
    entry.url = u"http://127.0.0.1:8000"_s;
    auto restart = request(FleetAction::Restart);
    QVERIFY(restart->tryToBegin());
    restart->noteStep(RestartStep::Drained);
    QVERIFY(!brokenOffAct(entry, state->path()));
    giveToADeadProcess();
    const std::optional<Receipt> broken = brokenOffAct(entry, state->path());
    QVERIFY(broken && !broken->ok && broken->startedAt.isValid());
    QCOMPARE(broken->steps.size(), 1);
    QCOMPARE(broken->steps.first().name, RestartStep::Drained);
    QVERIFY(broken->total < Seconds(0) && broken->steps.first().duration < Seconds(0)); // nobody knows when
    QVERIFY2(broken->failure.contains(u"was broken off"_s), qPrintable(broken->failure));
    QVERIFY(!plannedEnd(entry, state->path()));
}

void TestActLock::requestsBeforeTheLaunchAreAnswered()
{
    auto first = request(FleetAction::Restart);
    QVERIFY(first->tryToBegin());
    QVERIFY(!first->answer());
    auto early = request(FleetAction::Restart);
    auto start = request(FleetAction::Start);
    auto stop = request(FleetAction::Stop);
    first->answerThoseSoFar();
    auto late = request(FleetAction::Restart);
    Receipt receipt;
    receipt.service = u"a"_s;
    receipt.newInstance = u"new"_s;
    receipt.ok = true;
    first->end(receipt);
    QVERIFY(early->tryToBegin());
    QCOMPARE(early->answer(), std::optional(receipt));
    early->endAnswered();
    QCOMPARE(start->answer(), std::optional(receipt));
    QVERIFY(!stop->answer());
    QVERIFY(!late->answer());
}

void TestActLock::whatIsBrokenOffIsFoundOnce()
{
    auto broken = request(FleetAction::Start);
    QVERIFY(broken->tryToBegin());
    broken->noteStep(RestartStep::Started);
    broken->noteLaunched(QCoreApplication::applicationPid());
    broken.reset();
    auto next = request(FleetAction::Start);
    QVERIFY(next->tryToBegin());
    QVERIFY(next->remains());
    QCOMPARE(next->remains()->step, u"started"_s);
    QCOMPARE(next->remains()->request.action, FleetAction::Start);
    QVERIFY(next->remains()->launched && isAlive(*next->remains()->launched));
    ProcessMark other = *next->remains()->launched;
    ++other.startTicks;
    QVERIFY(!isAlive(other)); // another one with the same number
    next->end({});
    auto last = request(FleetAction::Start);
    QVERIFY(last->tryToBegin());
    QVERIFY(!last->remains());
}

void TestActLock::whatIsMeantToBeGoneIsTold()
{
    FleetEntry entry;
    entry.url = u"http://localhost:8000"_s;
    const auto told = [&] { return plannedEnd(entry, state->path()); };
    const auto isAsked = [&](qint64 pid) {
        return wasAskedToEnd(entry, pid, QDateTime::currentDateTimeUtc(), state->path());
    };
    QVERIFY(!told() && !isAsked(7));
    auto stop = request(FleetAction::Stop);
    QVERIFY(!told()); // not its turn yet
    QVERIFY(stop->tryToBegin());
    QCOMPARE(told()->state, ServiceState::ShuttingDown);
    QVERIFY(!told()->by.isEmpty() && isAsked(7));
    stop->noteStopped();
    stop->end({});
    QCOMPARE(told(), PlannedEnd{});
    QVERIFY(isAsked(7));

    auto start = request(FleetAction::Start); // from now on it is missed
    QVERIFY(start->tryToBegin());
    QCOMPARE(told()->state, ServiceState::Restarting);
    start->noteLaunched(8);
    QVERIFY(!isAsked(8)); // what was just started was to stay
    start->end({});
    QVERIFY(!told() && !isAsked(8));

    auto givenUp = request(FleetAction::Restart);
    QVERIFY(givenUp->tryToBegin());
    QVERIFY(told());
    givenUp.reset(); // given up, by a process that lives on
    QVERIFY(!told());

    auto restart = request(FleetAction::Restart);
    QVERIFY(restart->tryToBegin());
    Receipt receipt;
    receipt.startedAt = QDateTime::currentDateTimeUtc();
    receipt.service = u"a"_s;
    receipt.oldPid = 8;
    receipt.newPid = 9;
    receipt.ok = true;
    restart->end(receipt);
    QVERIFY(!told());
    QVERIFY(isAsked(8) && !isAsked(9));
    QVERIFY(isAsked(10)); // what a wrapper ran, which the receipt does not name
    QVERIFY(!wasAskedToEnd(entry, 10, receipt.startedAt.addSecs(60), state->path()));

    recordStopped(entry, true, state->path()); // seen by a window
    QCOMPARE(told(), PlannedEnd{});
    recordStopped(entry, false, state->path());
    QVERIFY(!told());
}

/// Its process lives on, as a window does, and so does what it started.
void TestActLock::whoLeavesWhatItStartedIsNotAtItAnyMore()
{
    FleetEntry entry;
    entry.url = u"http://127.0.0.1:8000"_s;
    Receipt receipt;
    receipt.service = u"a"_s;
    receipt.startedAt = QDateTime::fromMSecsSinceEpoch(QDateTime::currentMSecsSinceEpoch()).toUTC();
    receipt.failure = u"late"_s;
    auto restart = request(FleetAction::Restart);
    QVERIFY(restart->tryToBegin());
    restart->noteLaunched(QCoreApplication::applicationPid());
    auto other = request(FleetAction::Start);
    restart->leave(receipt);
    QVERIFY(!plannedEnd(entry, state->path()));
    QCOMPARE(failedStart(entry, state->path()).state, ServiceState::Unreachable);
    QCOMPARE(readActs(entry, state->path()).last, std::optional(receipt));
    QVERIFY(!brokenOffAct(entry, state->path()));
    QVERIFY(!wasAskedToEnd(entry, 10, receipt.startedAt, state->path())); // what it started crashes
    QVERIFY(other->tryToBegin());
    QVERIFY(!other->answer()); // it goes on from there
    QVERIFY(other->remains() && isAlive(*other->remains()->launched));
}

void TestActLock::aBrokenRecordIsAnEmptyOne()
{
    request(FleetAction::Start).reset();
    QFile file(record());
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("{\"boot\":") > 0);
    file.close();
    auto lock = request(FleetAction::Start);
    QVERIFY(lock->tryToBegin());
    QVERIFY(!lock->remains());
    QCOMPARE(lock->overruler(), QString());
}

void TestActLock::withoutAPlaceThereIsAProblem()
{
    FleetEntry entry;
    entry.url = u"http://127.0.0.1:8000"_s;
    QVERIFY(!ActLock::request(entry, FleetAction::Start, u"/proc/nowhere"_s));
}

void TestActLock::whatIsNoLockIsNotWaitedFor_data()
{
    QTest::addColumn<bool>("isFolder");
    QTest::newRow("a folder") << true;
    QTest::newRow("a link") << false;
}

void TestActLock::whatIsNoLockIsNotWaitedFor()
{
    QFETCH(bool, isFolder);
    QVERIFY(request(FleetAction::Start)->tryToBegin());
    const QString lock = state->filePath(u"acts/127.0.0.1%3A8000.lock"_s);
    QVERIFY(QFile::remove(lock));
    QVERIFY(isFolder ? QDir().mkdir(lock) : QFile::link(u"/dev/zero"_s, lock));
    FleetEntry entry;
    entry.url = u"http://127.0.0.1:8000"_s;
    QVERIFY(!ActLock::request(entry, FleetAction::Start, state->path()));
}

QTEST_GUILESS_MAIN(TestActLock)
#include "tst_actlock.moc"
