// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/actlock.h"
#include "common/fleet/fleetfile.h"
#include "common/fleet/hookrunner.h"

#include "common/base/localtime.h"
#include "common/protocol/notificationcodec.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestHookRunner : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void aConditionIsToldOnceWhenItLasts_data();
    void aConditionIsToldOnceWhenItLasts();
    void itTellsInTheWordsItIsGiven();
    void whatIsSoAtTheFirstLookIsNoNews();
    void whatCameWhileNobodyLookedIsToldOnce();
    void oneOfSeveralProcessesTells();
    void whoLookedBeforeItWasToldDoesNotBeginAnew();
    void whatFlapsIsToldOnce();
    void severalAtOnceAreOneNotification();
    void aRestartThatFailsIsToldByOne();
    void whatIsNotTrustedDoesNothing();
    void theCommandGetsItInTheFolderOfTheFile();

private:
    static constexpr auto A = "http://127.0.0.1:8001";
    static constexpr auto B = "http://127.0.0.1:8002";

    Fleet fleet(const QString &hook)
    {
        FleetReading reading = readFleetText(u"[[service]]\nname = \"a\"\nurl = \"%1\"\n[[service]]\nname = \"b\"\n"
                                             u"url = \"%2\"\n[[hook]]\nname = \"h\"\n%3\n"_s.arg(A, B, hook)
                                                 .toUtf8(),
                                             place->filePath(u"fleet.toml"_s));
        if (!reading.ok())
            qFatal("%s", qPrintable(reading.problems.first().text()));
        return reading.fleet;
    }
    /// As another process has it.
    std::unique_ptr<HookRunner> runner(const Fleet &of, bool trusts = true)
    {
        if (trusts && FleetTrust(place->path()).trust(of.path, {}, of.hooks))
            qFatal("not trusted");
        auto made = std::make_unique<HookRunner>(of, place->path(), clock);
        connect(made.get(), &HookRunner::told, this, [this](const Notification &each) { told << each; });
        return made;
    }
    static HealthReport report(CodeVerdict verdict)
    {
        HealthReport made;
        made.code = CodeReport{verdict, {{u"/srv/a.py"_s, u"source"_s, u"modified"_s}}, Seconds(0), 0};
        return made;
    }
    /// Looks each second for so long.
    void pass(const QList<HookRunner *> &runners, std::chrono::seconds time, ServiceState state,
              const HealthReport *health = nullptr, const QStringList &urls = {QString::fromLatin1(A)})
    {
        for (auto second = 0s; second < time; ++second) {
            clock.advance(1s);
            for (HookRunner *const each : runners) {
                for (const QString &url : urls)
                    each->observe(url, {state, u"connection refused"_s, health});
                each->check();
            }
        }
    }
    void act(bool ok, bool isCalledOff = false)
    {
        FleetEntry entry;
        entry.name = u"a"_s;
        entry.url = QString::fromLatin1(A);
        auto lock = ActLock::request(entry, FleetAction::Restart, place->path());
        QVERIFY(lock && (*lock)->tryToBegin());
        Receipt receipt;
        receipt.service = entry.name;
        receipt.startedAt = localTime(clock.wall()).toUTC();
        receipt.ok = ok;
        receipt.failure = ok ? QString() : u"the port is held"_s;
        if (isCalledOff)
            (*lock)->noteCalledOff();
        (*lock)->end(receipt);
    }

    std::unique_ptr<QTemporaryDir> place;
    ManualClock clock;
    QList<Notification> told;
    const HealthReport fresh = report(CodeVerdict::Fresh);
    const HealthReport stale = report(CodeVerdict::Stale);
};

void TestHookRunner::init()
{
    place = std::make_unique<QTemporaryDir>();
    told.clear();
}

void TestHookRunner::aConditionIsToldOnceWhenItLasts_data()
{
    QTest::addColumn<QString>("on");
    QTest::addColumn<bool>("answers");
    QTest::addColumn<QString>("title");
    QTest::addColumn<QString>("text");
    QTest::newRow("down") << u"down"_s << false << u"a is down"_s << u"connection refused"_s;
    QTest::newRow("stale") << u"stale"_s << true << u"a runs old code"_s << u"changed: /srv/a.py"_s;
}

void TestHookRunner::aConditionIsToldOnceWhenItLasts()
{
    QFETCH(QString, on);
    QFETCH(bool, answers);
    const auto one = runner(fleet(u"on = [\"%1\"]\ncommand = [\"true\"]"_s.arg(on)));
    const auto bad = [&](std::chrono::seconds time) {
        pass({one.get()}, time, answers ? ServiceState::Healthy : ServiceState::Unreachable,
             answers ? &stale : nullptr);
    };
    pass({one.get()}, 10s, ServiceState::Healthy, &fresh);
    bad(4s);
    pass({one.get()}, 10s, ServiceState::Healthy, &fresh);
    QCOMPARE(told.size(), 0);
    bad(20s);
    QCOMPARE(told.size(), 1);
    QCOMPARE(told[0].kind, on);
    QTEST(told[0].title, "title");
    QTEST(told[0].text, "text");
    QCOMPARE(told[0].services, QStringList{u"a"_s});
    QCOMPARE(told[0].hook, u"h"_s);
    QCOMPARE(told[0].fleet, place->filePath(u"fleet.toml"_s));
    pass({one.get()}, 10s, ServiceState::Restarting);
    bad(20s);
    QCOMPARE(told.size(), 1);
    pass({one.get()}, 10s, ServiceState::Healthy, &fresh);
    bad(20s);
    QCOMPARE(told.size(), 2);
}

/// A window has a language.
void TestHookRunner::itTellsInTheWordsItIsGiven()
{
    const auto one = runner(fleet(u"on = [\"down\", \"stale\"]\ncommand = [\"true\"]"_s));
    one->setWords({[](FleetHook::Event event, const QStringList &services) {
                       return wireName(event) + u": "_s + services.join(u'+');
                   },
                   [](const QString &sentence) { return sentence.toUpper(); }});
    const QStringList both{QString::fromLatin1(A), QString::fromLatin1(B)};
    pass({one.get()}, 10s, ServiceState::Healthy, &fresh, both);
    pass({one.get()}, 20s, ServiceState::Unreachable, nullptr, both);
    QCOMPARE(told.size(), 1);
    QCOMPARE(told[0].title, u"down: a+b"_s);
    QCOMPARE(told[0].text, u"a: CONNECTION REFUSED\nb: CONNECTION REFUSED"_s);
}

void TestHookRunner::whatIsSoAtTheFirstLookIsNoNews()
{
    const Fleet of = fleet(u"on = [\"down\", \"stale\"]\ncommand = [\"true\"]"_s);
    auto one = runner(of);
    pass({one.get()}, 20s, ServiceState::Unreachable);
    one = runner(of);
    pass({one.get()}, 20s, ServiceState::Unreachable);
    QCOMPARE(told.size(), 0);
    pass({one.get()}, 20s, ServiceState::Healthy, &stale);
    QCOMPARE(told.size(), 0); // its code is seen for the first time
    pass({one.get()}, 20s, ServiceState::Unreachable);
    QCOMPARE(told.size(), 1);
}

void TestHookRunner::whatCameWhileNobodyLookedIsToldOnce()
{
    const Fleet of = fleet(u"on = [\"down\"]\ncommand = [\"true\"]"_s);
    pass({runner(of).get()}, 20s, ServiceState::Healthy, &fresh);
    pass({runner(of).get()}, 20s, ServiceState::Unreachable);
    QCOMPARE(told.size(), 1);
    pass({runner(of).get()}, 20s, ServiceState::Unreachable);
    QCOMPARE(told.size(), 1);
}

void TestHookRunner::oneOfSeveralProcessesTells()
{
    const Fleet of = fleet(u"on = [\"down\"]\ncommand = [\"true\"]"_s);
    const auto one = runner(of);
    const auto other = runner(of);
    for (int outage = 1; outage <= 3; ++outage) {
        pass({one.get(), other.get()}, 20s, ServiceState::Healthy, &fresh);
        pass({other.get(), one.get()}, 20s, ServiceState::Unreachable);
        QCOMPARE(told.size(), outage);
    }
}

/// Two processes do not look at the same moment.
void TestHookRunner::whoLookedBeforeItWasToldDoesNotBeginAnew()
{
    const Fleet of = fleet(u"on = [\"down\"]\ndebounce = \"0s\"\ncommand = [\"true\"]"_s);
    const auto one = runner(of);
    const auto late = runner(of);
    pass({one.get(), late.get()}, 20s, ServiceState::Healthy, &fresh);
    pass({one.get()}, 1s, ServiceState::Unreachable);
    QCOMPARE(told.size(), 1);
    pass({late.get()}, 1s, ServiceState::Healthy, &fresh);
    pass({one.get(), late.get()}, 20s, ServiceState::Unreachable);
    QCOMPARE(told.size(), 1);
}

void TestHookRunner::whatFlapsIsToldOnce()
{
    const auto one = runner(fleet(u"on = [\"down\"]\ndebounce = \"2s\"\ncommand = [\"true\"]"_s));
    pass({one.get()}, 20s, ServiceState::Healthy, &fresh);
    for (int time = 0; time < 10; ++time) {
        pass({one.get()}, 4s, ServiceState::Unreachable);
        pass({one.get()}, 3s, ServiceState::Healthy, &fresh);
    }
    QCOMPARE(told.size(), 1);
}

void TestHookRunner::severalAtOnceAreOneNotification()
{
    const QStringList both{QString::fromLatin1(A), QString::fromLatin1(B)};
    const auto one = runner(fleet(u"on = [\"down\"]\ncommand = [\"true\"]"_s));
    pass({one.get()}, 10s, ServiceState::Healthy, &fresh, both);
    pass({one.get()}, 10s, ServiceState::Unreachable, nullptr, both);
    QCOMPARE(told.size(), 1);
    QCOMPARE(told[0].title, u"2 services are down"_s);
    QCOMPARE(told[0].text, u"a: connection refused\nb: connection refused"_s);
    const auto onlyB = runner(fleet(u"on = [\"down\"]\nservices = [\"b\"]\ncommand = [\"true\"]"_s));
    pass({onlyB.get()}, 10s, ServiceState::Healthy, &fresh, both);
    pass({onlyB.get()}, 10s, ServiceState::Unreachable, nullptr, both);
    QCOMPARE(told.size(), 2);
    QCOMPARE(told[1].title, u"b is down"_s);
}

void TestHookRunner::aRestartThatFailsIsToldByOne()
{
    const Fleet of = fleet(u"on = [\"restart_failed\"]\ncommand = [\"true\"]"_s);
    const auto one = runner(of);
    const auto other = runner(of);
    const auto look = [&] { pass({one.get(), other.get()}, 1s, ServiceState::Healthy, &fresh); };
    act(false);
    look(); // it was so before
    QCOMPARE(told.size(), 0);
    act(true);
    look();
    act(false);
    look();
    QCOMPARE(told.size(), 1);
    QCOMPARE(told[0].title, u"a start or restart of a failed"_s);
    QCOMPARE(told[0].text, u"the port is held"_s);
    act(false);
    look(); // within the debounce
    QCOMPARE(told.size(), 1);
    clock.advance(1min);
    act(false);
    look();
    QCOMPARE(told.size(), 2);
    look();
    pass({runner(of).get()}, 2s, ServiceState::Healthy, &fresh); // one that comes later
    QCOMPARE(told.size(), 2);
    clock.advance(1min);
    act(false, true); // that it did not go on was wanted
    look();
    QCOMPARE(told.size(), 2);
}

void TestHookRunner::whatIsNotTrustedDoesNothing()
{
    const auto one = runner(fleet(u"on = [\"down\"]\ncommand = [\"true\"]"_s), false);
    QSignalSpy failed(one.get(), &HookRunner::failed);
    pass({one.get()}, 10s, ServiceState::Healthy, &fresh);
    pass({one.get()}, 10s, ServiceState::Unreachable);
    QCOMPARE(told.size(), 0);
    QCOMPARE(failed.size(), 1);
    QVERIFY(failed[0][0].toString().contains(u"hephaestus trust "_s));
}

void TestHookRunner::theCommandGetsItInTheFolderOfTheFile()
{
    QFile script(place->filePath(u"note"_s));
    QVERIFY(script.open(QIODevice::WriteOnly));
    script.write("#!/bin/sh\ncat > part && mv part 'what came'\n");
    script.close();
    QVERIFY(script.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    const auto one = runner(fleet(u"on = [\"down\"]\ncommand = [\"./note\"]"_s));
    QSignalSpy failed(one.get(), &HookRunner::failed);
    pass({one.get()}, 10s, ServiceState::Healthy, &fresh);
    pass({one.get()}, 10s, ServiceState::Unreachable);
    const auto content = [&] {
        QFile written(place->filePath(u"what came"_s));
        return written.open(QIODevice::ReadOnly) ? written.readAll() : QByteArray();
    };
    QTRY_COMPARE_WITH_TIMEOUT(content(), encode(told.value(0)), 30'000);
    QTRY_VERIFY(!one->isSending());
    QCOMPARE(failed.size(), 0);
}

QTEST_GUILESS_MAIN(TestHookRunner)
#include "tst_hookrunner.moc"
