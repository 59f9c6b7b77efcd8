// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/servicerow.h"
#include "tests/dashboard/model/reports.h"

#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

Q_DECLARE_METATYPE(Hephaestus::Answer<Hephaestus::HealthReport>)

class TestServiceRow : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyAnswerHasItsState_data();
    void everyAnswerHasItsState();
    void oldValuesStayAndAreKnownToBeOld();
    void whatDoesNotAnswerIsNotToldAsFresh();
    void whatWasShuttingDownAndIsGoneHasStopped();
    void whatWasMeantToBeGoneIsNotMissed();
    void whoShutsDownToComeBackIsRestarting();
    void aStrangerAtItsAddressIsNotTheService();
    void anotherServiceAtItsAddressIsNamed_data();
    void anotherServiceAtItsAddressIsNamed();
    void howItsProcessEndedIsTold_data();
    void howItsProcessEndedIsTold();
    void anActivityIsShownInsteadOfTheState();
    void aShutdownTellsItsStepAndTheSecondsLeft();
    void dependenciesNotUsedComeLast();
    void eachStepIsToldOnce_data();
    void eachStepIsToldOnce();
    void onlyWhatHasAnsweredBeforeAnswersAgain();
    void whatFailedBeforeItWasNotKnownWorksAgain();
    void aTooltipSaysWhatAStartWaitsFor();
};

static const Clock::TimePoint Now{1h};

static ServiceRow after(std::initializer_list<Answer<HealthReport>> answers)
{
    ServiceRow row;
    row.entry = Reports::entry(u"mcp"_s);
    auto now = Now;
    for (const auto &answer : answers)
        row = afterAnswer(row, answer, now += 1s);
    return row;
}

void TestServiceRow::everyAnswerHasItsState_data()
{
    QTest::addColumn<Answer<HealthReport>>("answer");
    QTest::addColumn<ServiceState>("state");
    QTest::newRow("healthy") << Reports::answer(Reports::healthy()) << ServiceState::Healthy;
    QTest::newRow("dependency fails") << Reports::answer(Reports::withError()) << ServiceState::DependencyError;
    QTest::newRow("shutting down") << Reports::answer(Reports::shuttingDown()) << ServiceState::ShuttingDown;
    QTest::newRow("refused") << Reports::failure(ClientError::Refused) << ServiceState::Unreachable;
    QTest::newRow("timeout") << Reports::failure(ClientError::Timeout) << ServiceState::Unreachable;
    QTest::newRow("no such host") << Reports::failure(ClientError::HostNotFound) << ServiceState::Unreachable;
    QTest::newRow("tls") << Reports::failure(ClientError::Tls) << ServiceState::Unreachable;
    QTest::newRow("unauthorized") << Reports::failure(ClientError::Unauthorized) << ServiceState::Unauthorized;
    QTest::newRow("wrong body") << Reports::failure(ClientError::NotUnderstood) << ServiceState::NotUnderstood;
    QTest::newRow("redirect") << Reports::failure(ClientError::Redirected) << ServiceState::NotUnderstood;
    QTest::newRow("404") << Reports::failure(ClientError::HttpStatus) << ServiceState::NotUnderstood;
    QTest::newRow("too large") << Reports::failure(ClientError::TooLarge) << ServiceState::NotUnderstood;
}

void TestServiceRow::everyAnswerHasItsState()
{
    QFETCH(Answer<HealthReport>, answer);
    const ServiceRow row = after({answer});
    QTEST(row.state(), "state");
    QCOMPARE(stateReason(row).isEmpty(),
             row.state() == ServiceState::Healthy || row.state() == ServiceState::ShuttingDown);
}

void TestServiceRow::oldValuesStayAndAreKnownToBeOld()
{
    const ServiceRow row = after({Reports::answer(Reports::healthy()), Reports::failure(ClientError::Timeout)});
    QVERIFY(row.report);
    QVERIFY(!row.isCurrent());
    QCOMPARE(row.lastSeen, Now + 1s);
}

void TestServiceRow::whatDoesNotAnswerIsNotToldAsFresh()
{
    HealthReport report = Reports::healthy();
    report.code = CodeReport{CodeVerdict::Fresh, {}, {}, 0};
    const auto gone = Reports::failure(ClientError::Refused);
    QCOMPARE(after({Reports::answer(report)}).code(), CodeVerdict::Fresh);
    QCOMPARE(after({Reports::answer(report), gone}).code(), CodeVerdict::Unknown);
    QCOMPARE(after({Reports::answer(report), gone, Reports::answer(report)}).code(), CodeVerdict::Fresh);
}

void TestServiceRow::whatWasShuttingDownAndIsGoneHasStopped()
{
    const auto gone = Reports::failure(ClientError::Refused);
    QCOMPARE(after({Reports::answer(Reports::shuttingDown()), gone, gone}).state(), ServiceState::Stopped);
    QCOMPARE(after({Reports::answer(Reports::healthy()), gone}).state(), ServiceState::Unreachable);
    QCOMPARE(after({Reports::answer(Reports::shuttingDown()), gone, Reports::answer(Reports::healthy())}).state(),
             ServiceState::Healthy);
}

void TestServiceRow::whatWasMeantToBeGoneIsNotMissed()
{
    const ServiceRow before = after({Reports::answer(Reports::healthy())});
    const auto refused = Reports::failure(ClientError::Refused);
    const ServiceRow stopped = afterAnswer(before, refused, Now, PlannedEnd{});
    QCOMPARE(stopped.state(), ServiceState::Stopped);
    QCOMPARE(eventsBetween(before, stopped, {}).first().kind, EventKind::Information);
    const ServiceRow restarting =
        afterAnswer(before, refused, Now, PlannedEnd{ServiceState::Restarting, u"hephaestus restart"_s});
    QCOMPARE(restarting.state(), ServiceState::Restarting);
    QCOMPARE(eventsBetween(before, restarting, {}).first().text, u"is being restarted by hephaestus restart"_s);
    QCOMPARE(afterAnswer(restarting, refused, Now).state(), ServiceState::Unreachable); // nobody is at it any more
    // Who hangs is missed all the same.
    QCOMPARE(afterAnswer(before, Reports::failure(ClientError::Timeout), Now, PlannedEnd{}).state(),
             ServiceState::Unreachable);
}

void TestServiceRow::whoShutsDownToComeBackIsRestarting()
{
    const ServiceRow before = after({Reports::answer(Reports::healthy())});
    const auto closing = Reports::answer(Reports::shuttingDown());
    const PlannedEnd restart{ServiceState::Restarting, u"hephaestus restart"_s};
    const ServiceRow restarting = afterAnswer(before, closing, Now, restart);
    QCOMPARE(restarting.state(), ServiceState::Restarting);
    QVERIFY(restarting.isClosing());
    QCOMPARE(stateText(restarting), progressText(*Reports::shuttingDown().shutdown));
    QCOMPARE(stateReason(restarting), u"By hephaestus restart."_s);
    QCOMPARE(eventsBetween(before, restarting, {}).size(), 1);
    QCOMPARE(eventsBetween(before, restarting, {}).first().text, u"is being restarted by hephaestus restart"_s);
    const ServiceRow gone = afterAnswer(restarting, Reports::failure(ClientError::Refused), Now, restart);
    QCOMPARE(gone.state(), ServiceState::Restarting);
    QVERIFY(eventsBetween(restarting, gone, {}).isEmpty());
    // Nobody is at it any more, and it answers as if nothing had been.
    const ServiceRow back = afterAnswer(restarting, Reports::answer(Reports::healthy()), Now);
    QCOMPARE(eventsBetween(restarting, back, {}).first().text, u"no longer shuts down"_s);
    const ServiceRow stopping = afterAnswer(before, closing, Now, PlannedEnd{ServiceState::ShuttingDown, u"it"_s});
    QCOMPARE(stopping.state(), ServiceState::ShuttingDown);
    QCOMPARE(eventsBetween(before, stopping, {}).first().text, u"is being shut down by it"_s);
    // It was recorded as stopped before it was gone.
    QCOMPARE(afterAnswer(before, closing, Now, PlannedEnd{}).state(), ServiceState::ShuttingDown);
}

void TestServiceRow::aStrangerAtItsAddressIsNotTheService()
{
    const ServiceRow before = after({Reports::answer(Reports::healthy())});
    const auto odd = Reports::failure(ClientError::HttpStatus, u"the service answered 404"_s);
    AddressHolder holder{u"python3 -m http.server (pid 4312)"_s, false};
    const ServiceRow unclear = afterAnswer(before, odd, Now, {}, holder); // it may be the service's own
    QCOMPARE(unclear.state(), ServiceState::NotUnderstood);
    QVERIFY2(stateReason(unclear).contains(holder.text), qPrintable(stateReason(unclear)));
    holder.isStranger = true;
    const ServiceRow taken = afterAnswer(before, odd, Now, {}, holder);
    QCOMPARE(taken.state(), ServiceState::Unreachable);
    QCOMPARE(stateText(taken), u"unreachable: address taken"_s);
    QVERIFY2(stateReason(taken).contains(holder.text), qPrintable(stateReason(taken)));
    const ServiceRow silent = afterAnswer(before, Reports::failure(ClientError::Timeout), Now, {}, holder);
    QCOMPARE(stateText(silent), u"unreachable: address taken"_s);
    QCOMPARE(stateReason(silent).section(u':', 0, 0), u"Another process has its address, and says nothing"_s);
    QCOMPARE(eventsBetween(before, taken, {}).last().kind, EventKind::Trouble);
    const ServiceRow gone = afterAnswer(before, Reports::failure(ClientError::Refused), Now);
    const QList<Event> events = eventsBetween(gone, afterAnswer(gone, odd, Now, {}, holder), {});
    QCOMPARE(events.size(), 1); // out of reach it was before
    QVERIFY2(events.first().text.contains(holder.text), qPrintable(events.first().text));
    QCOMPARE(afterAnswer(before, odd, Now, PlannedEnd{}, holder).state(), ServiceState::Stopped);
    QVERIFY(!afterAnswer(taken, Reports::answer(Reports::healthy()), Now).isReplaced());
}

void TestServiceRow::anotherServiceAtItsAddressIsNamed_data()
{
    QTest::addColumn<ServiceRow>("before");
    const Answer<HealthReport> own = Reports::answer(Reports::healthy());
    QTest::newRow("it answered") << after({own});
    QTest::newRow("it was gone") << after({own, Reports::failure(ClientError::Refused)});
    QTest::newRow("it was never seen here") << after({});
}

void TestServiceRow::anotherServiceAtItsAddressIsNamed()
{
    QFETCH(ServiceRow, before);
    const Answer<HealthReport> refused = Reports::failure(ClientError::NotUnderstood);
    const AddressHolder intruder{u"intruder (not mcp), pid 8"_s, true, u"intruder"_s};
    const ServiceRow taken = afterAnswer(before, refused, Now, {}, intruder);
    QCOMPARE(taken.state(), ServiceState::Unreachable);
    QCOMPARE(stateText(taken), u"unreachable: intruder answers"_s);
    QVERIFY2(stateReason(taken).contains(intruder.text), qPrintable(stateReason(taken)));
    const QList<Event> events = eventsBetween(before, taken, {});
    QCOMPARE(events.size(), 1);
    // Always so: what an earlier day told is not told again.
    QCOMPARE(events.first().text, u"another service answers at its address: intruder (not mcp), pid 8"_s);
    QCOMPARE(events.first().kind, EventKind::Trouble);
    const ServiceRow still = afterAnswer(taken, refused, Now, {}, intruder);
    QCOMPARE(eventsBetween(taken, still, {}).size(), 0);
    const ServiceRow back = afterAnswer(still, Reports::answer(Reports::healthy(u"three"_s)), Now);
    QCOMPARE(stateReason(back), QString());
    QCOMPARE(back.known.name, u"mcp"_s);
    // It was to be gone.
    const ServiceRow stopped = afterAnswer(before, refused, Now, PlannedEnd{}, intruder);
    QCOMPARE(stopped.state(), ServiceState::Stopped);
    QVERIFY2(stateReason(stopped).contains(intruder.text), qPrintable(stateReason(stopped)));
}

void TestServiceRow::howItsProcessEndedIsTold_data()
{
    QTest::addColumn<ClientError>("error");
    QTest::addColumn<QString>("state");
    QTest::addColumn<bool>("isTold");
    QTest::newRow("nobody listens") << ClientError::Refused << u"unreachable: died"_s << true;
    QTest::newRow("it is silent") << ClientError::Timeout << u"unreachable: timed out"_s << false;
}

void TestServiceRow::howItsProcessEndedIsTold()
{
    QFETCH(ClientError, error);
    QFETCH(bool, isTold);
    HealthReport report = Reports::healthy();
    report.pid = 7;
    ServiceRow row = afterAnswer({}, Reports::answer(report), {});
    row.end = ProcessEnd{7, u"died"_s, u"pid 7 was killed by signal 15 (Terminated)"_s};
    row = afterAnswer(row, Reports::answer(report), {}); // it is late
    Answer<HealthReport> none;
    none.reply.error = error;
    none.reply.message = u"no answer"_s;
    const ServiceRow gone = afterAnswer(row, none, {});
    QTEST(stateText(gone), "state");
    QCOMPARE(stateReason(gone), isTold ? row.end->text + u". no answer"_s : u"no answer"_s);
    for (const Event &event : eventsBetween(row, gone, {}))
        QVERIFY2(!event.text.contains(u"killed"_s), qPrintable(event.text)); // an event of its own tells that
    report.pid = 8;
    QVERIFY(!afterAnswer(gone, Reports::answer(report), {}).end);
}

void TestServiceRow::anActivityIsShownInsteadOfTheState()
{
    ServiceRow row = after({Reports::failure(ClientError::Refused)});
    row.activity = Activity{ServiceState::Restarting, u"started"_s};
    QCOMPARE(row.state(), ServiceState::Restarting);
    QCOMPARE(stateText(row), u"started"_s);
    row.activity->step.clear();
    QCOMPARE(stateText(row), u"restarting"_s);
}

void TestServiceRow::aShutdownTellsItsStepAndTheSecondsLeft()
{
    HealthReport report = Reports::shuttingDown();
    QCOMPARE(stateText(after({Reports::answer(report)})), u"draining 3, 27 s left"_s);
    report.shutdown = ShutdownProgress{ShutdownMode::Scheduled, u"notice"_s, Seconds(9), 0, {}};
    QCOMPARE(stateText(after({Reports::answer(report)})), u"shutdown in 9 s"_s);
}

void TestServiceRow::dependenciesNotUsedComeLast()
{
    HealthReport report = Reports::healthy();
    report.dependencies.prepend(Reports::dependency(u"anthropic"_s, DependencyStatus::NotUsed));
    const ServiceRow row = after({Reports::answer(report)});
    QCOMPARE(row.report->dependencies.last().name, u"anthropic"_s);
    QCOMPARE(row.report->dependencies.first().name, u"database"_s);
}

void TestServiceRow::eachStepIsToldOnce_data()
{
    QTest::addColumn<Answer<HealthReport>>("before");
    QTest::addColumn<Answer<HealthReport>>("now");
    QTest::addColumn<QStringList>("told");
    const auto healthy = Reports::answer(Reports::healthy());
    const auto failing = Reports::answer(Reports::withError());
    const auto closing = Reports::answer(Reports::shuttingDown());
    const auto successor = Reports::answer(Reports::healthy(u"two"_s));
    const auto refused = Reports::failure(ClientError::Refused);
    QTest::newRow("nothing") << healthy << healthy << QStringList();
    QTest::newRow("a dependency fails") << healthy << failing << QStringList{u"qdrant fails: connection refused"_s};
    QTest::newRow("it still fails") << failing << failing << QStringList();
    QTest::newRow("it works again") << failing << healthy << QStringList{u"qdrant works again"_s};
    const auto unchecked = Reports::answer(Reports::notCheckedYet());
    QTest::newRow("not checked yet") << refused << unchecked << QStringList{u"answers"_s};
    QTest::newRow("checked") << unchecked << healthy << QStringList();
    QTest::newRow("checked, and fails") << unchecked << failing << QStringList{u"qdrant fails: connection refused"_s};
    QTest::newRow("no longer checked") << failing << unchecked << QStringList();
    QTest::newRow("shuts down") << healthy << closing << QStringList{u"shuts down"_s};
    HealthReport replaced = Reports::shuttingDown();
    replaced.shutdown->mode = ShutdownMode::Restart;
    QTest::newRow("shuts down, as it restarts")
        << healthy << Reports::answer(replaced) << QStringList{u"shuts down to start anew"_s};
    QTest::newRow("cancelled") << closing << healthy << QStringList{u"no longer shuts down"_s};
    const auto scheduled = [](std::optional<Seconds> left) {
        HealthReport report = Reports::shuttingDown();
        report.shutdown = ShutdownProgress{ShutdownMode::Scheduled, u"notice"_s, left, 0, {}};
        return Reports::answer(report);
    };
    QTest::newRow("scheduled") << healthy << scheduled(300s) << QStringList{u"will shut down at 14:05, as scheduled"_s};
    QTest::newRow("scheduled, and soon") << healthy << scheduled(10s)
                                         << QStringList{u"will shut down at 14:00:10, as scheduled"_s};
    QTest::newRow("scheduled for another day")
        << healthy << scheduled(11h) << QStringList{u"will shut down at 29 Nov 01:00, as scheduled"_s};
    QTest::newRow("scheduled, and it does not say when")
        << healthy << scheduled({}) << QStringList{u"its shutdown is scheduled"_s};
    QTest::newRow("still scheduled") << scheduled(300s) << scheduled(298s) << QStringList();
    QTest::newRow("its time has come") << scheduled(1s) << closing << QStringList{u"shuts down"_s};
    QTest::newRow("no longer scheduled") << scheduled(300s) << healthy
                                         << QStringList{u"its scheduled shutdown is cancelled"_s};
    QTest::newRow("stopped") << closing << refused << QStringList{u"stopped"_s};
    QTest::newRow("gone") << healthy << refused << QStringList{u"unreachable: nobody there"_s};
    QTest::newRow("still gone") << refused << refused << QStringList();
    QTest::newRow("a new instance") << healthy << successor << QStringList{u"a new instance answers"_s};
    const auto withPid = [](const QString &instance, qint64 pid) {
        HealthReport report = Reports::healthy(instance);
        report.pid = pid;
        return Reports::answer(report);
    };
    QTest::newRow("a new process") << withPid(u"one"_s, 7) << withPid(u"two"_s, 8)
                                   << QStringList{u"a new process answers (pid 8)"_s};
    QTest::newRow("in the place of the old one")
        << withPid(u"one"_s, 7) << withPid(u"two"_s, 7) << QStringList{u"a new instance answers (pid 7, as before)"_s};
    const auto of = [&withPid](const QString &instance, const QString &user, const QString &directory) {
        Answer<HealthReport> answer = withPid(instance, 7);
        answer.value->identity = ServiceIdentity{directory, {}, {}, {}, {}, user};
        return answer;
    };
    const QString same = u"a new instance answers (pid 7, as before)"_s;
    QTest::newRow("of the same user and place")
        << of(u"one"_s, u"ann"_s, u"/srv/a"_s) << of(u"two"_s, u"ann"_s, u"/srv/a"_s) << QStringList{same};
    QTest::newRow("of another user and place")
        << of(u"one"_s, u"ann"_s, u"/srv/a"_s) << of(u"two"_s, u"bob"_s, u"/srv/b"_s)
        << QStringList{same + u", by the same name: user bob instead of ann, started in /srv/b instead of /srv/a"_s};
    QTest::newRow("whose user and place are not known")
        << of(u"one"_s, u"ann"_s, u"/srv/a"_s) << of(u"two"_s, {}, {}) << QStringList{same};
    const auto stale = [](const QList<CodeChange> &changed) {
        HealthReport report = Reports::healthy();
        report.code = CodeReport{CodeVerdict::Stale, changed, {}, 0};
        return Reports::answer(report);
    };
    QTest::newRow("stale") << healthy << stale({{u"/srv/a.py"_s, u"source"_s, u"modified"_s}})
                           << QStringList{u"runs old code: 1 file changed on disk since it started"_s};
    QTest::newRow("stale by a new environment")
        << healthy << stale({{u"PATH"_s, u"environment"_s, u"modified"_s}})
        << QStringList{u"runs with an old environment: its fleet entry says another one now"_s};
    QTest::newRow("stale, and nobody says why") << healthy << stale({}) << QStringList{u"runs old code"_s};
    HealthReport current = Reports::healthy();
    current.code = CodeReport{CodeVerdict::Fresh, {}, {}, 0};
    QTest::newRow("the change is taken back")
        << stale({}) << Reports::answer(current) << QStringList{u"what it runs is what is on disk again"_s};
    const auto program = [](ProcessState state) {
        HealthReport report = Reports::healthy();
        report.process = WrappedProcess{.pid = 9, .state = state};
        return Reports::answer(report);
    };
    QTest::newRow("its program is suspended") << program(ProcessState::Running) << program(ProcessState::Suspended)
                                              << QStringList{u"the program is not ready"_s};
    QTest::newRow("it still is") << program(ProcessState::Suspended) << program(ProcessState::Suspended)
                                 << QStringList();
    QTest::newRow("it goes on") << program(ProcessState::Suspended) << program(ProcessState::Running)
                                << QStringList{u"its program serves again"_s};
    QTest::newRow("it ended") << program(ProcessState::Running) << program(ProcessState::BackingOff) << QStringList();
    QTest::newRow("there for the first time") << refused << healthy << QStringList{u"answers"_s};
}

void TestServiceRow::eachStepIsToldOnce()
{
    QFETCH(Answer<HealthReport>, before);
    QFETCH(Answer<HealthReport>, now);
    const ServiceRow first = after({before});
    const ServiceRow second = afterAnswer(first, now, Now + 2s);
    const QDateTime at(QDate(2026, 11, 28), QTime(14, 0)); // of this machine's zone
    QStringList told;
    for (const Event &event :
         eventsBetween(first, second, Clock::WallTime(std::chrono::milliseconds(at.toMSecsSinceEpoch()))))
        told << event.text;
    QTEST(told, "told");
}

void TestServiceRow::onlyWhatHasAnsweredBeforeAnswersAgain()
{
    const auto healthy = Reports::answer(Reports::healthy());
    const ServiceRow gone = after({healthy, Reports::failure(ClientError::Refused)});
    QCOMPARE(eventsBetween(gone, afterAnswer(gone, healthy, Now), {}).last().text, u"answers again"_s);
    const ServiceRow never = after({Reports::failure(ClientError::HttpStatus)});
    QCOMPARE(eventsBetween(never, afterAnswer(never, healthy, Now), {}).last().text, u"answers"_s);
}

void TestServiceRow::whatFailedBeforeItWasNotKnownWorksAgain()
{
    const auto unchecked = Reports::answer(Reports::notCheckedYet());
    const auto events = [](const ServiceRow &before, const Answer<HealthReport> &answer) {
        QStringList told;
        for (const Event &event : eventsBetween(before, afterAnswer(before, answer, Now), {}))
            told << event.text;
        return told;
    };
    const ServiceRow doubted = after({Reports::answer(Reports::withError()), unchecked, unchecked});
    QCOMPARE(events(doubted, Reports::answer(Reports::healthy())), QStringList{u"qdrant works again"_s});
    const ServiceRow known =
        after({Reports::answer(Reports::withError()), unchecked, Reports::answer(Reports::healthy()), unchecked});
    QCOMPARE(events(known, Reports::answer(Reports::healthy())), QStringList());
}

void TestServiceRow::aTooltipSaysWhatAStartWaitsFor()
{
    const ServiceRow row = after({Reports::answer(Reports::notCheckedYet())});
    QCOMPARE(row.state(), ServiceState::Starting);
    QCOMPARE(stateReason(row), u"qdrant: not checked yet"_s);
}

QTEST_GUILESS_MAIN(TestServiceRow)
#include "tst_servicerow.moc"
