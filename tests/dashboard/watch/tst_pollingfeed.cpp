// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/watch/pollingfeed.h"
#include "tests/dashboard/model/reports.h"
#include "tests/support/fakehttpserver.h"

#include <QScopeGuard>
#include <QSignalSpy>
#include <QTest>

#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestPollingFeed : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anArrivalSaysInWhichDialectItIs();
    void answersOfOneMomentArriveTogether();
    void whatWasAskedTogetherArrivesOnceAllHaveAnswered();
    void whatIsFollowedArrivesAtOnce();
    void aSuspendedProcessIsNotWaitedFor();
    void aTokenThatCannotBeReadIsAnAnswer();
};

/// A feed, and all that it published.
struct Bench
{
    PollingFeed feed;
    QSignalSpy published{&feed, &ServiceFeed::arrived};

    QList<Arrival> arrivals() const
    {
        QList<Arrival> all;
        for (const QList<QVariant> &signal : published)
            all << signal[0].value<QList<Arrival>>();
        return all;
    }
};

void TestPollingFeed::anArrivalSaysInWhichDialectItIs()
{
    FakeHttpServer ours, spring;
    ours.setAnswer("/health/status", FakeAnswer::json(encode(Reports::healthy())));
    spring.setAnswer("/actuator/health", FakeAnswer::json(R"({"status":"UP"})"));
    Bench bench;
    bench.feed.add(1, Reports::entry(u"ours"_s, ours.url()));
    bench.feed.add(2, Reports::entry(u"spring"_s, spring.url()));
    bench.feed.start();
    QTRY_VERIFY(bench.arrivals().size() >= 2);
    for (const Arrival &arrival : bench.arrivals()) {
        QVERIFY2(arrival.answer.value, qPrintable(arrival.answer.reply.message));
        QCOMPARE(arrival.dialect, arrival.id == 1 ? Dialect::Hephaestus : Dialect::Actuator);
    }
}

void TestPollingFeed::answersOfOneMomentArriveTogether()
{
    FakeHttpServer server;
    server.setAnswer("/health/status", FakeAnswer::json(encode(Reports::healthy())));
    Bench bench;
    FleetEntry entry = Reports::entry(u"service"_s, server.url());
    entry.interval = 60s; // each is asked once
    for (ServiceId id = 1; id <= 8; ++id)
        bench.feed.add(id, entry);
    bench.feed.start();
    QTRY_VERIFY(bench.arrivals().size() >= 8); // one that came too late on a busy machine is asked again
    QVERIFY2(bench.published.size() < bench.arrivals().size(), qPrintable(QString::number(bench.published.size())));
}

/// Sees whether a timer is what makes something happen.
class TimerWatch : public QObject
{
public:
    TimerWatch() { QCoreApplication::instance()->installEventFilter(this); }
    bool isTold(std::chrono::milliseconds interval) const { return m_told == interval; }

    bool eventFilter(QObject *watched, QEvent *event) override
    {
        const auto *const timer = qobject_cast<QTimer *>(watched);
        m_told = event->type() == QEvent::Timer && timer ? timer->intervalAsDuration() : 0ms;
        return false;
    }

private:
    std::chrono::milliseconds m_told{0};
};

void TestPollingFeed::whatWasAskedTogetherArrivesOnceAllHaveAnswered()
{
    FakeHttpServer server;
    server.setAnswer("/health/status", FakeAnswer::json(encode(Reports::healthy())));
    TimerWatch timers;
    Bench bench;
    int whole = 0; // published by no timer
    connect(&bench.feed, &ServiceFeed::arrived, this, [&](const QList<Arrival> &arrivals) {
        whole += arrivals.size() == 8 && !timers.isTold(PollingFeed::PublishPause);
    });
    FleetEntry entry = Reports::entry(u"service"_s, server.url());
    entry.interval = 500ms;
    for (ServiceId id = 1; id <= 8; ++id)
        bench.feed.add(id, entry);
    bench.feed.start();
    QTRY_VERIFY(whole >= 2); // not each time on a busy machine
}

void TestPollingFeed::whatIsFollowedArrivesAtOnce()
{
    FakeHttpServer server;
    server.setAnswer("/health/status", FakeAnswer::json(encode(Reports::healthy())));
    Bench bench;
    bench.feed.add(1, Reports::entry(u"service"_s, server.url()));
    bench.feed.setEager(1, true);
    bench.feed.start();
    QTRY_VERIFY(bench.published.size() >= 2); // each by itself
    for (const QList<QVariant> &signal : std::as_const(bench.published))
        QCOMPARE(signal[0].value<QList<Arrival>>().size(), 1);
}

void TestPollingFeed::aSuspendedProcessIsNotWaitedFor()
{
    const pid_t pid = ::fork();
    while (pid == 0)
        ::pause();
    QVERIFY(pid > 0);
    const auto end = qScopeGuard([pid] {
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
    });
    ::kill(pid, SIGSTOP);
    FakeHttpServer silent;
    silent.setAnswer("/health/status", FakeAnswer::hang());
    Bench bench;
    bench.feed.setProcessOf([pid](ServiceId id) { return id == 1 ? pid : 0; });
    bench.feed.add(1, Reports::entry(u"suspended"_s, silent.url()));
    bench.feed.add(2, Reports::entry(u"silent"_s, silent.url())); // whose process is not known
    bench.feed.start();
    QTRY_VERIFY(!bench.arrivals().isEmpty());
    QCOMPARE(bench.arrivals()[0].id, ServiceId(1));
    QCOMPARE(bench.arrivals()[0].answer.reply.message,
             u"its process is suspended by a signal: kill -CONT %1 lets it go on"_s.arg(pid));
}

void TestPollingFeed::aTokenThatCannotBeReadIsAnAnswer()
{
    Bench bench;
    FleetEntry entry = Reports::entry(u"service"_s);
    entry.tokenFile = u"/nonexistent/token"_s;
    bench.feed.add(1, entry);
    bench.feed.start();
    QTRY_VERIFY(!bench.published.isEmpty());
    QCOMPARE(bench.arrivals().first().answer.reply.error, ClientError::Unauthorized);
    QVERIFY(bench.arrivals().first().answer.reply.message.contains(u"/nonexistent/token"_s));
}

QTEST_GUILESS_MAIN(TestPollingFeed)
#include "tst_pollingfeed.moc"
