// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/filesdfile.h"

#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestFileSdFile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyTargetIsAService();
    void whatIsWrongIsSaidWithItsPlace_data();
    void whatIsWrongIsSaidWithItsPlace();
    void aFileThatIsNotThereIsSaid();
};

static FleetReading read(const QByteArray &content)
{
    const QTemporaryDir directory;
    QFile file(directory.filePath(u"targets.json"_s));
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("cannot write");
    file.close();
    return readFileSd(file.fileName());
}

void TestFileSdFile::everyTargetIsAService()
{
    const FleetReading reading = read(R"([
        {"targets": ["127.0.0.1:9090", "[::1]:9100"], "labels": {"job": "node", "env": "prod"}},
        {"targets": ["db.example:9187"], "labels": {"__scheme__": "https", "service": "orders"}},
        {"targets": ["db.example:9188"], "labels": {"service": "orders"}},
        {"targets": ["127.0.0.1:9090"], "labels": {"service": "far", "__ssh__": "deploy@build1"}},
        {"targets": []}
    ])");
    QVERIFY2(reading.ok(), reading.ok() ? "" : qPrintable(reading.problems.first().text()));
    QStringList lines;
    for (const FleetEntry &entry : reading.fleet.services)
        lines << entry.name + u'|' + entry.url + u'|' + entry.group;
    QCOMPARE(lines,
             (QStringList{u"127.0.0.1:9090|http://127.0.0.1:9090|node"_s, u"[::1]:9100|http://[::1]:9100|node"_s,
                          u"orders|https://db.example:9187|"_s, u"orders db.example:9188|http://db.example:9188|"_s,
                          u"far|ssh://deploy@build1/http://127.0.0.1:9090|"_s}));
    QCOMPARE(reading.fleet.services.last().host, (RemoteHost{u"deploy@build1"_s, u"deploy@build1"_s}));
    QCOMPARE(reading.fleet.hosts.size(), 1);
}

void TestFileSdFile::whatIsWrongIsSaidWithItsPlace_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("said");
    QTest::newRow("yaml") << QByteArray("- targets: ['a:1']\n") << u"this is YAML"_s;
    QTest::newRow("yaml with a comment") << QByteArray("# ours\n- targets: ['a:1']\n") << u"this is YAML"_s;
    QTest::newRow("no JSON") << QByteArray("[{\"targets\": [") << u"not JSON"_s;
    QTest::newRow("an object") << QByteArray("{}") << u"expected a list of target groups"_s;
    QTest::newRow("no targets") << QByteArray(R"([{"labels": {}}])") << u"[0].targets"_s;
    QTest::newRow("a number") << QByteArray(R"([{"targets": ["a:1"]}, {"targets": [7]}])") << u"[1].targets"_s;
    QTest::newRow("no port") << QByteArray(R"([{"targets": ["a b"]}])") << u"target \"a b\": expected HOST:PORT"_s;
    QTest::newRow("no host") << QByteArray(R"([{"targets": ["a:1"], "labels": {"__ssh__": "-oProxyCommand=x"}}])")
                             << u"__ssh__ of target \"a:1\""_s;
    QTest::newRow("a path") << QByteArray(R"([{"targets": ["u:p@host:1"]}])") << u"expected HOST:PORT"_s;
}

void TestFileSdFile::whatIsWrongIsSaidWithItsPlace()
{
    QFETCH(QByteArray, content);
    QFETCH(QString, said);
    const FleetReading reading = read(content);
    QVERIFY(!reading.ok());
    QVERIFY2(reading.problems.first().text().contains(said), qPrintable(reading.problems.first().text()));
    QVERIFY(reading.problems.first().text().contains(u"targets.json"_s));
}

void TestFileSdFile::aFileThatIsNotThereIsSaid()
{
    const FleetReading reading = readFileSd(u"/nowhere/targets.json"_s);
    QVERIFY(!reading.ok());
    QVERIFY(reading.problems.first().text().contains(u"cannot be opened"_s));
}

QTEST_APPLESS_MAIN(TestFileSdFile)
#include "tst_filesdfile.moc"
