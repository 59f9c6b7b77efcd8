// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/fleetfile.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/model/fleetexport.h"
#include "dashboard/model/servicenames.h"
#include "dashboard/model/typedaddress.h"
#include "tests/dashboard/model/reports.h"
#include "tests/support/events.h"

#include <QDir>
#include <QFile>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestServiceNames : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init() { QSettings().clear(); }
    void aServiceTakesTheNameItTells();
    void whatWasToldBeforeHasTheNameToo();
    void twoOfOneNameAreToldApart();
    void theUsersNameCountsAndIsRemembered();
    void aFleetFileNamesItsServices();
    void aFleetFileNamesWhatWasAddedByItsAddress_data();
    void aFleetFileNamesWhatWasAddedByItsAddress();
    void whatIsTypedBecomesAUrl_data();
    void whatIsTypedBecomesAUrl();
    void whatWasAddedIsAFleetFile();
    void anAddressIsCutInTheMiddle();
};

namespace {

HealthReport named(const QString &name)
{
    HealthReport report = Reports::healthy();
    report.service = name;
    return report;
}

/// A session that is not started: nothing is asked.
struct Bench
{
    FleetSession session;
    ServiceNames names{session};

    ServiceId add(const QString &url)
    {
        const ServiceId id = session.add(*entryForUrl(url));
        Test::deliverEvents();
        return id;
    }
    void answer(ServiceId id, const QString &name) { session.fleet().applyAnswer(id, Reports::answer(named(name))); }
    QString nameOf(ServiceId id) { return session.fleet().find(id)->entry.name; }
};

const QString One = u"http://127.0.0.1:1"_s;
const QString Two = u"http://127.0.0.1:2"_s;

} // namespace

void TestServiceNames::initTestCase()
{
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(u"hephaestus-test"_s);
    QCoreApplication::setApplicationName(u"tst_servicenames"_s);
}

void TestServiceNames::aServiceTakesTheNameItTells()
{
    {
        Bench bench;
        const ServiceId id = bench.add(One);
        QCOMPARE(bench.nameOf(id), One);
        bench.answer(id, {});
        QCOMPARE(bench.nameOf(id), One);
        bench.answer(id, u"orders"_s);
        QCOMPARE(bench.nameOf(id), u"orders"_s);
        bench.answer(id, u"or\u202Eders"_s);
        QCOMPARE(bench.nameOf(id), u"or\\u{202e}ders"_s);
        bench.answer(id, u"orders"_s);
    }
    Bench bench; // the next start, and it does not answer
    QCOMPARE(bench.nameOf(bench.add(One)), u"orders"_s);
}

void TestServiceNames::whatWasToldBeforeHasTheNameToo()
{
    Bench bench;
    const ServiceId id = bench.add(One);
    bench.session.fleet().applyAnswer(id, Reports::failure(ClientError::Refused));
    const auto told = [&] {
        const EventJournal &journal = bench.session.journal();
        return journal.index(journal.rowCount() - 1, EventJournal::Service).data().toString();
    };
    QCOMPARE(told(), One);
    bench.answer(id, u"orders"_s);
    QCOMPARE(told(), u"orders"_s);
    bench.names.rename(id, u"mine"_s);
    QCOMPARE(told(), u"mine"_s);
}

void TestServiceNames::twoOfOneNameAreToldApart()
{
    Bench bench;
    const ServiceId one = bench.add(One);
    const ServiceId two = bench.add(Two);
    for (int each = 0; each < 2; ++each) {
        bench.answer(one, u"orders"_s);
        bench.answer(two, u"orders"_s);
    }
    QCOMPARE(bench.nameOf(one), u"orders"_s);
    QCOMPARE(bench.nameOf(two), u"orders (127.0.0.1:2)"_s);
}

void TestServiceNames::theUsersNameCountsAndIsRemembered()
{
    {
        Bench bench;
        const ServiceId id = bench.add(One);
        bench.answer(id, u"orders"_s);
        bench.names.rename(id, u"  my orders "_s);
        bench.answer(id, u"orders"_s);
        QCOMPARE(bench.nameOf(id), u"my orders"_s);
    }
    Bench bench;
    const ServiceId id = bench.add(One);
    QCOMPARE(bench.nameOf(id), u"my orders"_s);
    bench.names.rename(id, {});
    bench.answer(id, u"orders"_s);
    QCOMPARE(bench.nameOf(id), u"orders"_s);
}

void TestServiceNames::aFleetFileNamesItsServices()
{
    Bench bench;
    bench.session.addAll({Reports::entry(u"orders"_s, One)}, u"/etc/fleet.toml"_s);
    Test::deliverEvents();
    const ServiceId id = bench.session.find(One);
    QVERIFY(bench.names.whyNot(id).contains(u"/etc/fleet.toml"_s));
    bench.names.rename(id, u"mine"_s);
    bench.answer(id, u"told"_s);
    QCOMPARE(bench.nameOf(id), u"orders"_s);
}

/// What the user said counts more than the file, and the file more than what the service tells.
void TestServiceNames::aFleetFileNamesWhatWasAddedByItsAddress_data()
{
    QTest::addColumn<QString>("told");
    QTest::addColumn<QString>("own");
    QTest::addColumn<bool>("isAtStart"); // the file is opened at once
    QTest::addColumn<QString>("name");
    QTest::newRow("an address") << u""_s << u""_s << false << u"theirs"_s;
    QTest::newRow("a told name") << u"orders"_s << u""_s << false << u"theirs"_s;
    QTest::newRow("the user's name") << u"orders"_s << u"mine"_s << false << u"mine"_s;
    QTest::newRow("an address, at the start") << u""_s << u""_s << true << u"theirs"_s;
    QTest::newRow("a told name, at the start") << u"orders"_s << u""_s << true << u"theirs"_s;
    QTest::newRow("the user's name, at the start") << u"orders"_s << u"mine"_s << true << u"mine"_s;
}

void TestServiceNames::aFleetFileNamesWhatWasAddedByItsAddress()
{
    QFETCH(const QString, told);
    QFETCH(const QString, own);
    QFETCH(const bool, isAtStart);
    QFETCH(const QString, name);
    const QTemporaryDir directory;
    QFile file(directory.filePath(u"fleet.toml"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("[[service]]\nname = \"theirs\"\nurl = \"" + One.toUtf8() + "\"\ngroup = \"shop\"\n");
    file.close();
    auto bench = std::make_unique<Bench>();
    ServiceId id = bench->add(One);
    if (!told.isEmpty())
        bench->answer(id, told);
    if (!own.isEmpty()) {
        bench->names.rename(id, own);
        bench->names.setGroup(id, u"my group"_s);
    }
    if (isAtStart) {
        bench = std::make_unique<Bench>();
        id = bench->session.add(*entryForUrl(One));
    }
    QVERIFY(bench->session.open(file.fileName()).isEmpty());
    Test::deliverEvents();
    bench->answer(id, u"orders"_s);
    QCOMPARE(bench->nameOf(id), name);
    QCOMPARE(bench->session.fleet().find(id)->entry.group, own.isEmpty() ? u"shop"_s : u"my group"_s);
    const EventJournal &journal = bench->session.journal();
    const QString said = file.fileName() + u" names it theirs; here it keeps the name that you gave it (F2)"_s;
    const auto isSaid = [&] {
        int count = 0;
        for (int row = 0; row < journal.rowCount(); ++row)
            count += journal.event(row).text == said;
        return count;
    };
    QCOMPARE(isSaid(), own.isEmpty() ? 0 : 1);
    QVERIFY(bench->session.open(file.fileName()).isEmpty()); // read anew
    QCOMPARE(isSaid(), own.isEmpty() ? 0 : 1);
    bench->names.rename(id, {});
    QCOMPARE(bench->nameOf(id), u"theirs"_s);
}

void TestServiceNames::whatIsTypedBecomesAUrl_data()
{
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QString>("url");
    QTest::newRow("a port") << u":8000"_s << u"http://127.0.0.1:8000"_s;
    QTest::newRow("a bare port") << u" 8000 "_s << u"http://127.0.0.1:8000"_s;
    QTest::newRow("a port with a path") << u"8000/api"_s << u"http://127.0.0.1:8000/api"_s;
    QTest::newRow("a host") << u"localhost:8000"_s << u"http://localhost:8000"_s;
    QTest::newRow("an IPv6 address") << u"[::1]:8000"_s << u"http://[::1]:8000"_s;
    QTest::newRow("a URL") << u"https://example.org/x"_s << u"https://example.org/x"_s;
    QTest::newRow("a socket") << u"/run/x.sock"_s << u"unix:/run/x.sock"_s;
    QTest::newRow("a socket at home") << u"~/x.sock"_s << u"unix:"_s + QDir::homePath() + u"/x.sock"_s;
    QTest::newRow("a socket with its scheme") << u"unix:/run/x.sock"_s << u"unix:/run/x.sock"_s;
    QTest::newRow("nothing") << u" "_s << QString();
}

void TestServiceNames::whatIsTypedBecomesAUrl()
{
    QFETCH(QString, typed);
    QTEST(urlOfTyped(typed), "url");
    if (!typed.trimmed().isEmpty())
        QVERIFY(entryForUrl(urlOfTyped(typed)).ok());
}

void TestServiceNames::whatWasAddedIsAFleetFile()
{
    QList<FleetEntry> entries{*entryForUrl(One), *entryForUrl(Two), *entryForUrl(u"unix:/run/x.sock"_s)};
    entries[0].name = entries[1].name = u"quoted \"name\" \\ and back"_s;
    entries[1].group = u"edge"_s;
    entries[2].token = u"secret"_s;
    const QTemporaryDir directory;
    QFile file(directory.filePath(u"fleet.toml"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    const QByteArray content = fleetFileWith(entries);
    QVERIFY(!content.contains("secret"));
    file.write(content);
    file.close();
    const FleetReading reading = readFleet(file.fileName());
    QVERIFY2(reading.ok(), reading.ok() ? "" : qPrintable(reading.problems.first().text()));
    QCOMPARE(reading.fleet.services.size(), 3);
    QCOMPARE(reading.fleet.services[0].name, entries[0].name);
    QCOMPARE(reading.fleet.services[1].name, entries[0].name + u' ' + Two);
    QCOMPARE(reading.fleet.services[1].group, u"edge"_s);
    for (qsizetype each = 0; each < 3; ++each) {
        QCOMPARE(reading.fleet.services[each].url, entries[each].url);
        QCOMPARE(reading.fleet.services[each].restart, entries[each].restart);
    }
}

void TestServiceNames::anAddressIsCutInTheMiddle()
{
    QCOMPARE(shortAddress(u"127.0.0.1:8002"_s), u"127.0.0.1:8002"_s);
    const QString text = shortAddress(u"a-very-long-name-of-a-host.in-some-cluster.example.org:8002/prefix"_s, 21);
    QCOMPARE(text, u"a-very-lon…002/prefix"_s);
}

QTEST_GUILESS_MAIN(TestServiceNames)
#include "tst_servicenames.moc"
