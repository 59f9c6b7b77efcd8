// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/hostact.h"
#include "common/fleet/hostfleet.h"
#include "tests/support/sshhost.h"

#include <QSignalSpy>
#include <QTest>

using namespace Hephaestus;
using namespace Hephaestus::Test;
using namespace Qt::StringLiterals;

/// What the kernel does not take as one argument: then there is a connection, and no ssh for the command.
static const QString TooLong(200'000, u'x');

class TestHostAct : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void aCommandThatCannotBeStartedIsToldOf();
    void anActThatCannotBeStartedIsToldOf();
    void aForwardThatCannotBeStartedIsToldOf();
    void aNameThatNoFileMayHaveIsNotTaken_data();
    void aNameThatNoFileMayHaveIsNotTaken();

private:
    const RemoteHost m_there{u"build1"_s, u"build1"_s};
    QTemporaryDir m_programs;
    std::unique_ptr<SshHost> m_host;
};

void TestHostAct::initTestCase()
{
    m_host = std::make_unique<SshHost>();
    QVERIFY2(m_host->start(m_programs.path()), qPrintable(m_host->why()));
}

void TestHostAct::cleanupTestCase()
{
    HostConnection::endAll();
    m_host.reset();
}

void TestHostAct::aCommandThatCannotBeStartedIsToldOf()
{
    std::optional<Result<HostOutput>> said;
    runOnHost(m_there, {u"true"_s, TooLong}, this, [&](const Result<HostOutput> &given) { said = given; });
    QTRY_VERIFY_WITH_TIMEOUT(said, 60'000);
    QVERIFY(!*said);
    QVERIFY2(said->problem().what.startsWith(u"ssh cannot be started: "_s), qPrintable(said->problem().what));
}

void TestHostAct::anActThatCannotBeStartedIsToldOf()
{
    FleetEntry entry;
    entry.name = TooLong;
    entry.host = m_there;
    HostAct act(entry, FleetAction::Restart, {}, false);
    QSignalSpy impossible(&act, &HostAct::impossible);
    act.start();
    QTRY_COMPARE_WITH_TIMEOUT(impossible.count(), 1, 60'000);
    const QString why = impossible.first().first().toString();
    QVERIFY2(why.startsWith(u"ssh cannot be started: "_s), qPrintable(why));
}

void TestHostAct::aForwardThatCannotBeStartedIsToldOf()
{
    const auto connection = HostConnection::to(m_there);
    ServiceAddress address;
    address.kind = ServiceAddress::Kind::Unix;
    address.path = u'/' + TooLong;
    std::optional<Result<QString>> path;
    connection->forward(address, this, [&](const Result<QString> &given) { path = given; });
    QTRY_VERIFY_WITH_TIMEOUT(path, 60'000);
    QVERIFY(!*path);
    QVERIFY2(path->problem().what.startsWith(u"ssh: no forward: "_s), qPrintable(path->problem().what));
}

void TestHostAct::aNameThatNoFileMayHaveIsNotTaken_data()
{
    QTest::addColumn<QByteArray>("name"); // in JSON
    QTest::addColumn<bool>("isTaken");
    QTest::newRow("a name") << QByteArray("web") << true;
    QTest::newRow("none") << QByteArray() << false;
    QTest::newRow("200 letters") << QByteArray(200, 'x') << true;
    QTest::newRow("more") << QByteArray(201, 'x') << false;
    QTest::newRow("an escape") << QByteArray("\\u001b]0;x") << false;
    QTest::newRow("from right to left") << QByteArray("\\u202egpj") << false;
}

void TestHostAct::aNameThatNoFileMayHaveIsNotTaken()
{
    QFETCH(QByteArray, name);
    QFETCH(bool, isTaken);
    QFile program(m_programs.filePath(u"hephaestus"_s));
    QVERIFY(program.open(QIODevice::WriteOnly));
    program.write("#!/bin/sh\ncat <<'END'\n{\"path\":\"/f\",\"services\":[{\"name\":\"" + name
                  + "\",\"url\":\"http://127.0.0.1:9\"}]}\nEND\n");
    program.close();
    QVERIFY(program.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    std::optional<Result<Fleet>> fleet;
    readFleetOfHost(m_there, this, [&](const Result<Fleet> &given) { fleet = given; });
    QTRY_VERIFY_WITH_TIMEOUT(fleet, 60'000);
    QVERIFY2(fleet->ok() == isTaken, qPrintable(fleet->ok() ? u"taken"_s : fleet->problem().what));
    if (!isTaken)
        QVERIFY2(fleet->problem().what.size() < 400, qPrintable(fleet->problem().what));
}

QTEST_GUILESS_MAIN(TestHostAct)
#include "tst_hostact.moc"
