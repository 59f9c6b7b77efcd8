// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/dependency.h"

#include <QLoggingCategory>
#include <QTest>

#include <stdexcept>
#include <thread>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestDependency : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup() { QLoggingCategory::setFilterRules({}); }
    void itIsNotUsedUntilTouched();
    void whatNothingHasTouchedYetIsNotKnown();
    void aFailureAndARecoveryAreLoggedOnceEach();
    void switchedOffItForgetsItsDetails();
    void theLatestOperationDecides();
    void agesAreMeasuredByTheClock();
    void aCallDroppedIsAFailure();
    void aCallCountsOnce();
    void anErrorIsOneLine_data();
    void anErrorIsOneLine();
    void nothingIsLostBetweenThreads();
};

void TestDependency::itIsNotUsedUntilTouched()
{
    Dependency dependency(u"db"_s, Clock::machine());
    QCOMPARE(dependency.report().status, DependencyStatus::NotUsed);
    dependency.recordSuccess();
    QCOMPARE(dependency.report().status, DependencyStatus::Working);
    dependency.setUsed(false);
    QCOMPARE(dependency.report().status, DependencyStatus::NotUsed);
}

void TestDependency::whatNothingHasTouchedYetIsNotKnown()
{
    Dependency dependency(u"db"_s, Clock::machine());
    dependency.setUsed(true);
    for (int time = 0; time < 2; ++time) {
        QCOMPARE(dependency.report().status, DependencyStatus::Unknown);
        QCOMPARE(dependency.report().error, u"not checked yet"_s);
        dependency.recordSuccess();
        QCOMPARE(dependency.report().status, DependencyStatus::Working);
        dependency.setUsed(false);
        dependency.setUsed(true);
    }
    QCOMPARE(dependency.report().successCount, 2);
}

void TestDependency::aFailureAndARecoveryAreLoggedOnceEach()
{
    static QStringList logged;
    logged.clear();
    const auto before =
        qInstallMessageHandler([](QtMsgType, const QMessageLogContext &context, const QString &message) {
            logged << QLatin1StringView(context.category) + u": "_s + message;
        });
    {
        Dependency dependency(u"db"_s, Clock::machine());
        dependency.recordSuccess();
        dependency.recordFailure(u"refused"_s);
        dependency.recordFailure(u"refused"_s);
        dependency.recordSuccess();
        dependency.recordSuccess();
        dependency.recordFailure(u"no\nanswer"_s);
    }
    qInstallMessageHandler(before);
    QCOMPARE(logged,
             QStringList({u"hephaestus.check: db fails: refused"_s, u"hephaestus.check: db works again"_s,
                          u"hephaestus.check: db fails: no answer"_s}));
}

void TestDependency::switchedOffItForgetsItsDetails()
{
    Dependency dependency(u"db"_s, Clock::machine());
    dependency.recordSuccess();
    dependency.setDetail(u"pool_size"_s, 3);
    dependency.setLastCheckDuration(Seconds(1));
    dependency.setUsed(false);
    QCOMPARE(dependency.report().details, QVariantMap());
    QVERIFY(!dependency.lastCheckDuration());
    dependency.recordSuccess();
    QCOMPARE(dependency.report().details, QVariantMap());
    dependency.setDetail(u"pool_size"_s, 3);
    dependency.setDetails({{u"collections"_s, 1}});
    QCOMPARE(dependency.report().details, QVariantMap({{u"collections"_s, 1}}));
}

void TestDependency::theLatestOperationDecides()
{
    Dependency dependency(u"db"_s, Clock::machine());
    dependency.recordFailure(u"refused"_s);
    QCOMPARE(dependency.report().status, DependencyStatus::Error);
    QCOMPARE(dependency.report().error, u"refused"_s);
    dependency.recordSuccess();
    QCOMPARE(dependency.report().status, DependencyStatus::Working);
    QCOMPARE(dependency.report().error, QString());
    QCOMPARE(dependency.report().failureCount, 1);
}

void TestDependency::agesAreMeasuredByTheClock()
{
    ManualClock clock;
    Dependency dependency(u"db"_s, clock);
    dependency.recordSuccess();
    QVERIFY(!dependency.report().lastFailure);
    clock.advance(1500ms);
    QCOMPARE(*dependency.report().lastSuccess, Seconds(1.5));
}

void TestDependency::aCallDroppedIsAFailure()
{
    Dependency dependency(u"db"_s, Clock::machine());
    {
        const auto call = dependency.call();
    }
    try {
        const auto call = dependency.call();
        throw std::runtime_error("out of here");
    } catch (const std::runtime_error &) {
    }
    QCOMPARE(dependency.report().failureCount, 2);
}

void TestDependency::aCallCountsOnce()
{
    Dependency dependency(u"db"_s, Clock::machine());
    auto call = dependency.call();
    auto moved = std::move(call);
    moved.success();
    moved.failure(u"too late"_s);
    QCOMPARE(dependency.operations(), 1);
    QCOMPARE(dependency.report().status, DependencyStatus::Working);
}

void TestDependency::anErrorIsOneLine_data()
{
    QTest::addColumn<QString>("why");
    QTest::addColumn<QString>("error");
    QTest::newRow("plain") << u"refused"_s << u"refused"_s;
    QTest::newRow("lines") << u"a\nb\r\n  c"_s << u"a b c"_s;
    QTest::newRow("control") << u"a\u0007b"_s << u"a\ufffdb"_s;
    QTest::newRow("right to left override") << u"a\u202eb"_s << u"a\ufffdb"_s;
    QTest::newRow("empty") << QString() << u"failed without a reason"_s;
}

void TestDependency::anErrorIsOneLine()
{
    QFETCH(QString, why);
    QFETCH(QString, error);
    Dependency dependency(u"db"_s, Clock::machine());
    dependency.recordFailure(why);
    QCOMPARE(dependency.report().error, error);
}

void TestDependency::nothingIsLostBetweenThreads()
{
    Dependency dependency(u"db"_s, Clock::machine());
    QLoggingCategory::setFilterRules(u"hephaestus.check=false"_s);
    constexpr int Threads = 4;
    constexpr int Operations = 50'000;
    std::vector<std::thread> threads;
    for (int i = 0; i < Threads; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < Operations; ++n) {
                if (n % 100 == 0)
                    dependency.recordFailure(u"now and then"_s);
                else
                    dependency.recordSuccess();
            }
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    QCOMPARE(dependency.report().failureCount, Threads * Operations / 100);
    QCOMPARE(dependency.operations(), qint64(Threads) * Operations);
}

QTEST_APPLESS_MAIN(TestDependency)
#include "tst_dependency.moc"
