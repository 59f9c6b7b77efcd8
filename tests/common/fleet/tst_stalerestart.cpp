// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/stalerestart.h"

#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const CodeChange Edit{u"/srv/manager.py"_s, u"source"_s, u"modified"_s};
const CodeChange OtherEdit{u"/srv/other.py"_s, u"source"_s, u"modified"_s};

HealthReport report(CodeVerdict verdict, const QList<CodeChange> &changed = {}, qint64 inFlight = 0)
{
    HealthReport report;
    report.code = CodeReport{verdict, changed, {}, 0};
    report.resources.inFlightRequests = inFlight;
    return report;
}

HealthReport fresh() { return report(CodeVerdict::Fresh); }
HealthReport stale(qint64 inFlight = 0) { return report(CodeVerdict::Stale, {Edit}, inFlight); }

} // namespace

class TestStaleRestart : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void aServiceThatAsksForItIsRestartedWhenItsChangesHaveSettled();
    void whoDidNotAskForItIsLeftAlone();
    void onlyStaleIsAReason_data();
    void onlyStaleIsAReason();
    void furtherChangesBeginTheWaitAnew();
    void aBusyServiceIsWaitedFor();
    void aServiceThatDoesNotCountItsRequestsIsTakenForIdle();
    void oneIsRestartedAtATime();
    void whatItDependsOnGoesFirst();
    void namesAreThoseOfItsOwnFleetFile();
    void itWaitsUntilWhatItDependsOnIsUp();
    void nothingIsRestartedWhileMuchOfTheFleetIsAway_data();
    void nothingIsRestartedWhileMuchOfTheFleetIsAway();
    void oneServiceThatIsAwayIsNoOutage();
    void aDependencyThatFailsEverywhereIsNoOutage();
    void aFleetThatDiesAndComesBackIsRestartedOneByOne();
    void aStaleDependencyThatNobodyRestartsIsNotWaitedFor();
    void afterAFailureItIsLeftAloneUntilItIsFresh();
    void whatDependsOnAFailureIsNotRestarted();
    void aRestartThatLeavesItStaleIsAFailure();
    void restartsOneAfterAnotherComeAtLongerIntervals();
    void aLateLookAtThePredecessorIsNoReason_data();
    void aLateLookAtThePredecessorIsNoReason();

private:
    ServiceId id(const QString &name)
    {
        ServiceId &known = m_names[name];
        if (known == NoService)
            known = ServiceId(m_names.size());
        return known;
    }
    void add(const QString &name, const QStringList &dependsOn = {}, bool asked = true)
    {
        FleetEntry entry;
        entry.name = name;
        entry.dependsOn = dependsOn;
        entry.restartOnStale = asked;
        m_policy->add(id(name), entry);
    }
    void see(const QString &name, const HealthReport &report) { m_policy->observe(id(name), &report, m_now); }
    /// Looks at it every second for so long.
    void watch(const QString &name, const HealthReport &report, std::chrono::seconds time)
    {
        for (auto passed = 0s; passed < time; passed += 1s) {
            m_now += 1s;
            see(name, report);
        }
    }
    QString due() const { return m_names.key(m_policy->due(m_now).value_or(NoService)); }
    QString why(const QString &name) { return m_policy->waitsFor(id(name), m_now); }
    void restart(const QString &name, const QString &failure = {}, CodeVerdict code = CodeVerdict::Fresh)
    {
        m_policy->began(id(name));
        Receipt receipt;
        receipt.service = name;
        receipt.ok = failure.isEmpty();
        receipt.failure = failure;
        receipt.code = code;
        m_policy->ended(id(receipt.service), receipt, m_now);
    }

    std::unique_ptr<StaleRestart> m_policy;
    StaleRestart::TimePoint m_now;
    QHash<QString, ServiceId> m_names;
};

void TestStaleRestart::init()
{
    m_policy = std::make_unique<StaleRestart>();
    m_now = StaleRestart::TimePoint(1h);
    m_names.clear();
}

void TestStaleRestart::aServiceThatAsksForItIsRestartedWhenItsChangesHaveSettled()
{
    QVERIFY(!m_policy->isAsked());
    add(u"a"_s);
    QVERIFY(m_policy->isAsked());
    see(u"a"_s, fresh());
    QCOMPARE(due(), QString());
    QCOMPARE(why(u"a"_s), QString());
    see(u"a"_s, stale());
    watch(u"a"_s, stale(), 1s);
    QCOMPARE(due(), QString());
    QCOMPARE(why(u"a"_s), u"its files have just changed"_s);
    watch(u"a"_s, stale(), 1s);
    QCOMPARE(due(), u"a"_s);
    QCOMPARE(why(u"a"_s), QString());
    restart(u"a"_s);
    see(u"a"_s, fresh());
    QCOMPARE(due(), QString());
}

void TestStaleRestart::whoDidNotAskForItIsLeftAlone()
{
    add(u"a"_s, {}, false);
    QVERIFY(!m_policy->isAsked());
    watch(u"a"_s, stale(), 60s);
    watch(u"stranger"_s, stale(), 60s);
    QCOMPARE(due(), QString());
    QCOMPARE(why(u"a"_s), QString());
}

void TestStaleRestart::onlyStaleIsAReason_data()
{
    QTest::addColumn<CodeVerdict>("verdict");
    QTest::addColumn<bool>("closing");
    QTest::addColumn<bool>("answers");
    QTest::addColumn<QString>("change");
    QTest::addColumn<QString>("due");
    const auto row = [](const char *name, CodeVerdict verdict, const QString &due,
                        const QString &change = u"modified"_s, bool closing = false,
                        bool answers = true) { QTest::newRow(name) << verdict << closing << answers << change << due; };
    row("stale", CodeVerdict::Stale, u"a"_s);
    row("fresh", CodeVerdict::Fresh, {});
    row("unknown", CodeVerdict::Unknown, {}, u"unreadable"_s);
    row("changed while it was being loaded", CodeVerdict::Unknown, u"a"_s, u"unverified"_s);
    row("stale, and shutting down", CodeVerdict::Stale, {}, u"modified"_s, true);
    row("no answer any more", CodeVerdict::Stale, {}, u"modified"_s, false, false);
}

void TestStaleRestart::onlyStaleIsAReason()
{
    QFETCH(CodeVerdict, verdict);
    QFETCH(bool, closing);
    QFETCH(bool, answers);
    QFETCH(QString, change);
    add(u"a"_s);
    HealthReport seen = report(verdict, {CodeChange{Edit.path, Edit.kind, change}});
    if (closing)
        seen.status = ServiceStatus::ShuttingDown;
    watch(u"a"_s, seen, 60s);
    if (!answers)
        m_policy->observe(id(u"a"_s), nullptr, m_now);
    QTEST(due(), "due");
}

void TestStaleRestart::furtherChangesBeginTheWaitAnew()
{
    add(u"a"_s);
    for (int i = 0; i < 10; ++i) { // a checkout under way
        watch(u"a"_s, report(CodeVerdict::Stale, i % 2 ? QList{Edit} : QList{Edit, OtherEdit}), 2s);
        QCOMPARE(due(), QString());
    }
    watch(u"a"_s, report(CodeVerdict::Stale, {Edit}), 1s);
    QCOMPARE(due(), u"a"_s);
}

void TestStaleRestart::aBusyServiceIsWaitedFor()
{
    add(u"a"_s);
    watch(u"a"_s, stale(2), 300s);
    QCOMPARE(due(), QString());
    QCOMPARE(why(u"a"_s), u"2 requests are in flight"_s);
    watch(u"a"_s, stale(0), 1s);
    QCOMPARE(due(), QString());
    QCOMPARE(why(u"a"_s), u"it was busy a moment ago"_s);
    watch(u"a"_s, stale(1), 1s);
    QCOMPARE(why(u"a"_s), u"a request is in flight"_s);
    watch(u"a"_s, stale(0), 2s);
    QCOMPARE(due(), u"a"_s);
}

void TestStaleRestart::aServiceThatDoesNotCountItsRequestsIsTakenForIdle()
{
    add(u"a"_s);
    HealthReport silent = stale();
    silent.resources.inFlightRequests.reset();
    watch(u"a"_s, silent, 4s);
    QCOMPARE(due(), u"a"_s);
}

void TestStaleRestart::oneIsRestartedAtATime()
{
    add(u"a"_s);
    add(u"b"_s);
    watch(u"a"_s, stale(), 4s);
    watch(u"b"_s, stale(), 4s);
    QCOMPARE(due(), u"a"_s);
    m_policy->began(id(u"a"_s));
    QCOMPARE(due(), QString());
    restart(u"a"_s);
    see(u"a"_s, fresh());
    QCOMPARE(due(), u"b"_s);
}

void TestStaleRestart::whatItDependsOnGoesFirst()
{
    add(u"a"_s, {u"b"_s});
    add(u"b"_s, {u"c"_s});
    add(u"c"_s);
    watch(u"a"_s, stale(), 4s);
    watch(u"b"_s, stale(), 4s);
    watch(u"c"_s, stale(3), 4s); // busy
    QCOMPARE(due(), QString());
    QCOMPARE(why(u"a"_s), u"b, which it depends on, is restarted first"_s);
    watch(u"c"_s, stale(), 2s);
    QCOMPARE(due(), u"c"_s);
    m_policy->began(id(u"c"_s));
    m_policy->observe(id(u"c"_s), nullptr, m_now);
    QCOMPARE(why(u"b"_s), u"c, which it depends on, is restarted first"_s);
    restart(u"c"_s);
    see(u"c"_s, fresh());
    QCOMPARE(due(), u"b"_s);
    restart(u"b"_s);
    see(u"b"_s, fresh());
    QCOMPARE(due(), u"a"_s);
}

void TestStaleRestart::namesAreThoseOfItsOwnFleetFile()
{
    FleetEntry store;
    store.name = u"store"_s;
    FleetEntry shop;
    shop.name = u"shop"_s;
    shop.dependsOn = QStringList{u"store"_s};
    shop.restartOnStale = true;
    m_policy->add(1, store, u"/one.toml"_s);
    m_policy->add(2, store, u"/two.toml"_s);
    m_policy->add(3, shop, u"/one.toml"_s);
    m_policy->observe(2, nullptr, m_now); // the other file's is down
    const HealthReport old = stale();
    m_policy->observe(3, &old, m_now);
    m_now += 3s;
    m_policy->observe(3, &old, m_now);
    QCOMPARE(m_policy->due(m_now), std::optional<ServiceId>(3));
    m_policy->observe(1, nullptr, m_now);
    m_policy->observe(2, &old, m_now);
    QCOMPARE(m_policy->due(m_now), std::optional<ServiceId>());
    QCOMPARE(m_policy->waitsFor(3, m_now), u"store, which it depends on, is not up"_s);
}

void TestStaleRestart::itWaitsUntilWhatItDependsOnIsUp()
{
    add(u"a"_s, {u"b"_s, u"outside the fleet"_s});
    add(u"b"_s, {}, false);
    watch(u"a"_s, stale(), 4s);
    QCOMPARE(due(), u"a"_s); // nobody has looked at b yet
    m_policy->observe(id(u"b"_s), nullptr, m_now);
    QCOMPARE(due(), QString());
    QCOMPARE(why(u"a"_s), u"b, which it depends on, is not up"_s);
    see(u"b"_s, fresh());
    QCOMPARE(due(), u"a"_s);
}

void TestStaleRestart::nothingIsRestartedWhileMuchOfTheFleetIsAway_data()
{
    QTest::addColumn<bool>("answers");
    QTest::newRow("no answer") << false;
    QTest::newRow("shutting down") << true;
}

void TestStaleRestart::nothingIsRestartedWhileMuchOfTheFleetIsAway()
{
    QFETCH(bool, answers);
    const auto leave = [&](const QString &name) {
        HealthReport closing = fresh();
        closing.status = ServiceStatus::ShuttingDown;
        m_policy->observe(id(name), answers ? &closing : nullptr, m_now);
    };
    const auto name = [](int i) { return u"s%1"_s.arg(i); };
    for (int i = 0; i < 10; ++i) {
        add(name(i), {}, i == 0);
        see(name(i), fresh());
    }
    watch(name(0), stale(), 4s);
    for (int i = 1; i <= 3; ++i)
        leave(name(i));
    QCOMPARE(due(), name(0)); // 30 % are not more than 30 %
    leave(name(4));
    leave(name(4)); // is still one
    QCOMPARE(due(), QString());
    QCOMPARE(why(name(0)), u"4 of the 10 services of the fleet do not answer, or shut down"_s);
    m_policy->remove(id(name(4)));
    m_policy->remove(id(name(3)));
    QCOMPARE(due(), name(0)); // 2 of 8
    leave(name(5));
    QCOMPARE(due(), QString());
    see(name(5), fresh());
    QCOMPARE(due(), name(0));
}

void TestStaleRestart::oneServiceThatIsAwayIsNoOutage()
{
    add(u"a"_s);
    add(u"b"_s, {}, false);
    m_policy->observe(id(u"b"_s), nullptr, m_now);
    watch(u"a"_s, stale(), 4s);
    QCOMPARE(due(), u"a"_s);
}

/// It may be what the new code mends.
void TestStaleRestart::aDependencyThatFailsEverywhereIsNoOutage()
{
    HealthReport failing = stale();
    failing.dependencies = {{u"database"_s, DependencyStatus::Error, u"connection refused"_s, {}, {}, 0, 1, {}}};
    for (const QString &name : {u"a"_s, u"b"_s, u"c"_s}) {
        add(name, {}, name == "a"_L1);
        watch(name, failing, 4s);
    }
    QCOMPARE(due(), u"a"_s);
}

void TestStaleRestart::aFleetThatDiesAndComesBackIsRestartedOneByOne()
{
    constexpr int Services = 100;
    const auto name = [](int i) { return u"s%1"_s.arg(i, 3, 10, QChar(u'0')); };
    const auto all = [&](const HealthReport *report) {
        m_now += 1s;
        for (int i = 0; i < Services; ++i)
            m_policy->observe(id(name(i)), report, m_now);
    };
    const HealthReport old = stale();
    for (int i = 0; i < Services; ++i)
        add(name(i));
    for (int second = 0; second < 60; ++second) {
        all(nullptr);
        QCOMPARE(due(), QString());
    }
    for (int i = 0; i < 60; ++i) { // most are back; those that are down still forbid it
        m_now += 1s;
        for (int j = 0; j <= i; ++j)
            see(name(j), old);
        QCOMPARE(due(), QString());
    }
    for (int second = 0; second < 4; ++second)
        all(&old);
    QStringList restarted;
    while (restarted.size() < Services) {
        const QString next = due();
        QVERIFY2(!next.isEmpty(), qPrintable(why(name(int(restarted.size())))));
        m_policy->began(id(next));
        m_policy->observe(id(next), nullptr, m_now);
        QCOMPARE(due(), QString()); // never two at once
        restart(next);
        see(next, fresh());
        restarted << next;
    }
    QStringList each = restarted;
    each.removeDuplicates();
    QCOMPARE(each.size(), Services);
}

void TestStaleRestart::aStaleDependencyThatNobodyRestartsIsNotWaitedFor()
{
    add(u"a"_s, {u"b"_s});
    add(u"b"_s, {}, false);
    watch(u"b"_s, stale(), 4s);
    watch(u"a"_s, stale(), 4s);
    QCOMPARE(due(), u"a"_s);
}

void TestStaleRestart::afterAFailureItIsLeftAloneUntilItIsFresh()
{
    add(u"a"_s);
    watch(u"a"_s, stale(), 4s);
    QCOMPARE(due(), u"a"_s);
    restart(u"a"_s, u"the port is taken by pid 7"_s);
    watch(u"a"_s, stale(), 3600s);
    QCOMPARE(due(), QString());
    QCOMPARE(why(u"a"_s), u"the last restart failed: the port is taken by pid 7"_s);
    m_policy->observe(id(u"a"_s), nullptr, m_now);
    watch(u"a"_s, report(CodeVerdict::Stale, {OtherEdit}), 3600s); // another edit is no other reason to believe in it
    QCOMPARE(due(), QString());
    watch(u"a"_s, fresh(), 1s); // somebody saw to it, or took the edit back
    watch(u"a"_s, stale(), 4s);
    QCOMPARE(due(), u"a"_s);
}

void TestStaleRestart::whatDependsOnAFailureIsNotRestarted()
{
    add(u"a"_s, {u"b"_s});
    add(u"b"_s);
    watch(u"a"_s, stale(), 4s);
    watch(u"b"_s, stale(), 4s);
    restart(u"b"_s, u"it exited with code 1"_s);
    m_policy->observe(id(u"b"_s), nullptr, m_now);
    watch(u"a"_s, stale(), 3600s);
    QCOMPARE(due(), QString());
    QCOMPARE(why(u"a"_s), u"b, which it depends on, failed to restart"_s);
}

void TestStaleRestart::aRestartThatLeavesItStaleIsAFailure()
{
    add(u"a"_s);
    watch(u"a"_s, stale(), 4s);
    restart(u"a"_s, {}, CodeVerdict::Stale);
    watch(u"a"_s, stale(), 3600s);
    QCOMPARE(due(), QString());
    QCOMPARE(why(u"a"_s), u"the last restart failed: the new process is stale as well"_s);
}

void TestStaleRestart::restartsOneAfterAnotherComeAtLongerIntervals()
{
    add(u"a"_s);
    QList<qint64> seconds;
    for (int i = 0; i < 7; ++i) { // whatever writes its files does so after each start
        see(u"a"_s, fresh());
        const auto began = m_now;
        see(u"a"_s, stale());
        while (due().isEmpty())
            watch(u"a"_s, stale(), 1s);
        seconds << std::chrono::duration_cast<std::chrono::seconds>(m_now - began).count();
        restart(u"a"_s);
    }
    QCOMPARE(seconds, (QList<qint64>{2, 5, 10, 20, 40, 60, 60}));
    see(u"a"_s, fresh());
    m_now += 10min;
    see(u"a"_s, fresh());
    watch(u"a"_s, stale(), 3s);
    restart(u"a"_s);
    see(u"a"_s, fresh());
    watch(u"a"_s, stale(), 6s);
    QCOMPARE(due(), u"a"_s); // the first pause again
}

void TestStaleRestart::aLateLookAtThePredecessorIsNoReason_data()
{
    QTest::addColumn<QString>("seen");
    QTest::addColumn<QString>("newInstance");
    QTest::addColumn<QString>("due");
    QTest::newRow("the predecessor") << u"old"_s << u"new"_s << QString();
    QTest::newRow("the new one, stale again") << u"new"_s << u"new"_s << u"a"_s;
    QTest::newRow("nobody says which instance it is") << QString() << QString() << u"a"_s;
}

/// As Prometheus shows it: until the next scrape.
void TestStaleRestart::aLateLookAtThePredecessorIsNoReason()
{
    QFETCH(QString, seen);
    QFETCH(QString, newInstance);
    QFETCH(QString, due);
    add(u"a"_s);
    Receipt receipt;
    receipt.service = u"a"_s;
    receipt.ok = true;
    receipt.oldInstance = newInstance.isEmpty() ? QString() : u"old"_s;
    receipt.newInstance = newInstance;
    m_policy->began(id(u"a"_s));
    m_policy->ended(id(u"a"_s), receipt, m_now);
    HealthReport late = stale();
    late.instanceId = seen;
    watch(u"a"_s, late, 60s);
    QCOMPARE(this->due(), due);
}

QTEST_GUILESS_MAIN(TestStaleRestart)
#include "tst_stalerestart.moc"
