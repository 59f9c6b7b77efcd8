// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/actlock.h"
#include "common/fleet/lastanswers.h"
#include "common/fleet/plannedend.h"
#include "common/protocol/endnotes.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <QThreadPool>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestLastAnswers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatOneSavedAnotherReads();
    void whatWasNotedSinceHolds();
    void whatIsNoRecordIsNone();
    void aLaterActLeftAnotherInstance_data();
    void aLaterActLeftAnotherInstance();
    void theNoteOfItsEndSaysWhetherItWasPlanned_data();
    void theNoteOfItsEndSaysWhetherItWasPlanned();
    void whatMayHaveRunSinceIsNotToldAsStopped_data();
    void whatMayHaveRunSinceIsNotToldAsStopped();
    void aProcessThatLivesHasNotEnded();
    void anEntryKnowsItsOwnServiceOnly();
    void twoWindowsLoseNothing();
    void ofTooManyTheOldestGo();
    void othersCannotReadIt();

private:
    static FleetEntry entryAt(const QString &url)
    {
        FleetEntry entry;
        entry.name = u"shop"_s;
        entry.url = url;
        return entry;
    }

    const FleetEntry shop = entryAt(u"http://127.0.0.1:8000"_s);
};

static const LastAnswer Told{u"shop"_s, u"one"_s, 7, 1'000};

void TestLastAnswers::whatOneSavedAnotherReads()
{
    const QTemporaryDir state;
    LastAnswers reader(state.path());
    QCOMPARE(reader.of(shop), LastAnswer());
    LastAnswers window(state.path());
    window.note(shop, Told);
    window.note(entryAt(u"unix:/run/shop"_s), {{}, u"two"_s, 0, 2'000});
    QVERIFY(!window.save());
    QCOMPARE(reader.of(entryAt(u"http://LOCALHOST:8000"_s)), Told); // the same address
    QCOMPARE(reader.of(entryAt(u"unix:/run/shop"_s)).instance, u"two"_s);
    LastAnswers another(state.path());
    another.note(shop, {});
    QVERIFY(!another.save());
    QCOMPARE(reader.of(shop), LastAnswer()); // it is forgotten
    QCOMPARE(reader.of(entryAt(u"unix:/run/shop"_s)).instance, u"two"_s);
    const auto others = QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther;
    QCOMPARE(QFile::permissions(state.path()) & others, QFile::Permissions());
}

void TestLastAnswers::whatWasNotedSinceHolds()
{
    const QTemporaryDir state;
    LastAnswers first(state.path());
    first.note(shop, Told);
    QVERIFY(!first.save());
    LastAnswers second(state.path());
    second.note(shop, {u"shop"_s, u"two"_s, 8, 2'000});
    QCOMPARE(second.of(shop).instance, u"two"_s);
    QCOMPARE(first.of(shop).instance, u"one"_s); // it is not saved
}

void TestLastAnswers::whatIsNoRecordIsNone()
{
    const QTemporaryDir state;
    QFile file(state.filePath(u"last-answers.json"_s));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("{\"a\":") > 0);
    file.close();
    LastAnswers answers(state.path());
    QCOMPARE(answers.of(shop), LastAnswer());
    answers.note(shop, Told);
    QVERIFY(!answers.save());
    QCOMPARE(LastAnswers(state.path()).of(shop), Told);
}

void TestLastAnswers::aLaterActLeftAnotherInstance_data()
{
    QTest::addColumn<qint64>("ended"); ///< ms since the epoch
    QTest::addColumn<bool>("ok");
    QTest::addColumn<QString>("instance");
    QTest::newRow("later") << qint64(2'000) << true << u"two"_s;
    QTest::newRow("earlier") << qint64(500) << true << u"one"_s;
    QTest::newRow("one that failed") << qint64(2'000) << false << u"one"_s;
}

void TestLastAnswers::aLaterActLeftAnotherInstance()
{
    QFETCH(qint64, ended);
    QFETCH(bool, ok);
    const QTemporaryDir state;
    const auto act = ActLock::request(shop, FleetAction::Restart, state.path());
    QVERIFY(act && (*act)->tryToBegin());
    Receipt receipt;
    receipt.service = shop.name;
    receipt.startedAt = QDateTime::fromMSecsSinceEpoch(ended - 100).toUTC();
    receipt.total = Seconds(0.1);
    receipt.ok = ok;
    receipt.newInstance = u"two"_s;
    receipt.newPid = 8;
    (*act)->end(receipt);
    LastAnswers answers(state.path());
    answers.note(shop, Told);
    QTEST(answers.latestOf(shop).instance, "instance");
}

void TestLastAnswers::theNoteOfItsEndSaysWhetherItWasPlanned_data()
{
    QTest::addColumn<std::optional<EndNote>>("note");
    QTest::addColumn<bool>("wasPlanned");
    QTest::addColumn<QString>("text");
    using Note = std::optional<EndNote>;
    QTest::newRow("its endpoint") << Note({{}, 0, EndReason::Endpoint, {}, 0}) << true
                                  << u"pid %1 ended as asked by POST /health/shutdown"_s;
    QTest::newRow("a step failed")
        << Note({{}, 0, EndReason::Endpoint, {}, 3}) << false
        << u"pid %1 ended with exit code 3, after it was asked to end by POST /health/shutdown"_s;
    QTest::newRow("a step of a worker failed")
        << Note({{}, 0, EndReason::Endpoint, {}, 0, false}) << false
        << u"pid %1 ended after it was asked to end by POST /health/shutdown: its clean-up is not complete"_s;
    QTest::newRow("a signal")
        << Note({{}, 0, EndReason::Signal, u"bash (pid 9)"_s, 0}) << false
        << u"pid %1 ended with exit code 0, after it was asked to end by a signal of bash (pid 9)"_s;
    QTest::newRow("it left none") << Note() << false
                                  << u"pid %1, which answered last, is gone, and left no note of who asked it to end"_s;
}

void TestLastAnswers::theNoteOfItsEndSaysWhetherItWasPlanned()
{
    QFETCH(std::optional<EndNote>, note);
    QFETCH(bool, wasPlanned);
    QFETCH(QString, text);
    const QTemporaryDir state;
    const pid_t pid = ::fork();
    if (pid == 0)
        ::_exit(0);
    QCOMPARE(::waitpid(pid, nullptr, 0), pid);
    if (note) {
        note->instance = u"one"_s;
        note->pid = pid;
        QVERIFY(!leaveEndNote(*note, state.path()));
    }
    const LastAnswer last{{}, u"one"_s, pid, 0};
    QCOMPARE(knownEnd(shop, last, true, state.path()), std::optional(KnownEnd{wasPlanned, text.arg(pid)}));
    QVERIFY(!knownEnd(entryAt(u"http://192.0.2.1:8000"_s), last, true, state.path())); // another machine's
    QVERIFY(!knownEnd(shop, {{}, {}, pid, 0}, true, state.path())); // nobody knows which process that was
}

void TestLastAnswers::whatMayHaveRunSinceIsNotToldAsStopped_data()
{
    QTest::addColumn<QString>("log");  ///< empty: its output is not kept
    QTest::addColumn<qint64>("later"); ///< s after the note
    QTest::addColumn<bool>("wasSeen");
    QTest::addColumn<bool>("wasPlanned");
    QTest::newRow("seen") << QString() << qint64(0) << true << true;
    QTest::newRow("nothing is kept of it") << QString() << qint64(0) << false << false;
    QTest::newRow("its output ended before") << u"shop.log"_s << qint64(-5) << false << true;
    QTest::newRow("something wrote since") << u"shop.log"_s << qint64(60) << false << false;
    QTest::newRow("a wrapper wrote since") << u"shop.output.log"_s << qint64(60) << false << false;
    QTest::newRow("one by its own name wrote since") << u"shop-api.output.log"_s << qint64(60) << false << false;
}

void TestLastAnswers::whatMayHaveRunSinceIsNotToldAsStopped()
{
    QFETCH(QString, log);
    QFETCH(qint64, later);
    QFETCH(bool, wasSeen);
    const QTemporaryDir state;
    QVERIFY(!leaveEndNote({u"one"_s, 7, EndReason::Endpoint, {}, 0}, state.path()));
    if (!log.isEmpty()) {
        QVERIFY(QDir(state.path()).mkpath(u"logs"_s));
        QFile file(state.filePath(u"logs/"_s + log));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QVERIFY(file.setFileTime(QDateTime::currentDateTime().addSecs(later), QFile::FileModificationTime));
    }
    const auto end = knownEnd(shop, {u"shop-api"_s, u"one"_s, 7, 0}, wasSeen, state.path());
    QVERIFY(end);
    QTEST(end->wasPlanned, "wasPlanned");
    QCOMPARE(end->text.contains(u"what ran since is not known"_s), !end->wasPlanned);
    QVERIFY2(end->text.contains(u"pid 7"_s) && end->text.contains(u"by POST"_s), qPrintable(end->text));
}

void TestLastAnswers::anEntryKnowsItsOwnServiceOnly()
{
    FleetEntry web = shop;
    web.fleetFile = u"/x/fleet.toml"_s;
    FleetEntry api = shop;
    api.fleetFile = u"/y/fleet.toml"_s;
    const QTemporaryDir state;
    LastAnswers answers(state.path());
    answers.note(web, {u"web"_s, u"one"_s, 7, 1'000});
    QCOMPARE(answers.of(api), LastAnswer());
    answers.note(api, {u"shop-api"_s, u"two"_s, 8, 2'000});
    QVERIFY(!answers.save());
    LastAnswers reader(state.path());
    QCOMPARE(reader.of(web).service, u"web"_s);
    QCOMPARE(reader.of(api).service, u"shop-api"_s);
    QCOMPARE(reader.of(shop), LastAnswer());
    QCOMPARE(reader.latestOf(shop).instance, u"two"_s); // by its address alone any is meant
}

/// Each reads, changes and writes what others change meanwhile.
void TestLastAnswers::twoWindowsLoseNothing()
{
    const QTemporaryDir state;
    constexpr int Each = 40;
    constexpr int Windows = 4;
    QThreadPool pool;
    pool.setMaxThreadCount(Windows);
    for (int window = 0; window < Windows; ++window) {
        pool.start([&, window] {
            LastAnswers answers(state.path());
            for (int i = 0; i < Each; ++i) {
                answers.note(entryAt(u"http://127.0.0.1:%1"_s.arg(1'000 * (window + 1) + i)), Told);
                answers.save();
            }
        });
    }
    pool.waitForDone();
    LastAnswers reader(state.path());
    int known = 0;
    for (int window = 0; window < Windows; ++window) {
        for (int i = 0; i < Each; ++i)
            known += reader.of(entryAt(u"http://127.0.0.1:%1"_s.arg(1'000 * (window + 1) + i))) == Told;
    }
    QCOMPARE(known, Windows * Each);
}

void TestLastAnswers::ofTooManyTheOldestGo()
{
    const QTemporaryDir state;
    LastAnswers first(state.path());
    for (int i = 0; i < LastAnswers::MostKept; ++i)
        first.note(entryAt(u"http://10.0.0.1:%1"_s.arg(1 + i)), {{}, u"one"_s, 7, 1'000 + i});
    QVERIFY(!first.save());
    LastAnswers second(state.path());
    second.note(shop, {u"shop"_s, u"two"_s, 8, 100'000});
    QVERIFY(!second.save());
    LastAnswers reader(state.path());
    QCOMPARE(reader.of(shop).instance, u"two"_s);
    QCOMPARE(reader.of(entryAt(u"http://10.0.0.1:1"_s)), LastAnswer());
    QCOMPARE(reader.of(entryAt(u"http://10.0.0.1:2"_s)).instance, u"one"_s);
}

void TestLastAnswers::othersCannotReadIt()
{
    const QTemporaryDir state;
    const mode_t before = ::umask(0);
    LastAnswers answers(state.path());
    answers.note(shop, Told);
    const auto problem = answers.save();
    ::umask(before);
    QVERIFY(!problem);
    const auto mine = QFile::ReadOwner | QFile::WriteOwner | QFile::ReadUser | QFile::WriteUser;
    QCOMPARE(QFile::permissions(state.filePath(u"last-answers.json"_s)), mine);
}

void TestLastAnswers::aProcessThatLivesHasNotEnded()
{
    const QTemporaryDir state;
    QVERIFY(!knownEnd(shop, {{}, u"one"_s, ::getpid(), 0}, true, state.path()));
}

QTEST_GUILESS_MAIN(TestLastAnswers)
#include "tst_lastanswers.moc"
