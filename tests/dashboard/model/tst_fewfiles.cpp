// SPDX-License-Identifier: GPL-3.0-or-later
//
// A fleet larger than the number of files this process may have open, watched as the dashboard does.
#include "common/fleet/fleetfile.h"
#include "common/fleet/launcher.h"
#include "common/fleet/statepaths.h"
#include "dashboard/model/fleetsession.h"
#include "tests/support/processend.h"
#include "tests/support/processline.h"

#include <QDir>
#include <QProcess>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <sys/resource.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr rlim_t Few = 600; ///< open files
constexpr int Services = 900;

rlimit filesLimit()
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit;
}

qsizetype openFiles()
{
    return QDir(u"/proc/self/fd"_s).entryList(QDir::NoDotAndDotDot | QDir::AllEntries | QDir::System).size();
}

/// How many services of the fleet have been answered in time and are healthy.
int healthy(FleetSession &session)
{
    const FleetModel &fleet = session.fleet();
    int count = 0;
    for (int i = 0; i < fleet.rowCount(); ++i)
        count += fleet.row(i).observed == ServiceState::Healthy && fleet.row(i).isCurrent();
    return count;
}

} // namespace

/// The functions lower the limits one after the other: in the order in which they stand.
class TestFewFiles : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void theSoftLimitIsRaisedAsFarAsTheFleetNeeds();
    void whatIsStartedFromHereGetsTheLimitAsItWas();
    void aFleetBeyondTheHardLimitIsWatchedAllTheSame();
    void cleanupTestCase();

private:
    QTemporaryDir m_directory;
    QString m_fleetFile;
    QProcess m_simulation;
};

void TestFewFiles::initTestCase()
{
    m_fleetFile = m_directory.filePath(u"fleet.toml"_s);
    m_simulation.start(QStringLiteral(FLEETSIM),
                       {u"--services"_s, QString::number(Services), u"--fleet"_s, m_fleetFile});
    QVERIFY2(nextLine(m_simulation).startsWith("ready"), m_simulation.readAllStandardError().constData());
    const rlimit few{Few, filesLimit().rlim_max};
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &few), 0);
}

void TestFewFiles::theSoftLimitIsRaisedAsFarAsTheFleetNeeds()
{
    FleetSession small;
    small.add(*entryForUrl(u"http://127.0.0.1:1"_s));
    QCOMPARE(filesLimit().rlim_cur, Few); // more is not needed

    FleetSession session;
    QVERIFY(session.open(m_fleetFile).isEmpty());
    session.start();
    QVERIFY2(filesLimit().rlim_cur > Services, qPrintable(QString::number(filesLimit().rlim_cur)));
    QTRY_COMPARE_WITH_TIMEOUT(healthy(session), Services, 60'000);
    QVERIFY(openFiles() > Services); // each connection is kept
}

void TestFewFiles::whatIsStartedFromHereGetsTheLimitAsItWas()
{
    QVERIFY(filesLimit().rlim_cur > Few);
    const RestartByCommand command{
        {u"/bin/sh"_s, u"-c"_s, u"until test -e told; do sleep 0.01; done; ulimit -S -n"_s}, m_directory.path(), {}};
    const Result<LaunchedProcess *> process = launch(u"limit"_s, command, m_directory.path());
    QVERIFY(process);
    QSignalSpy exited(*process, &LaunchedProcess::exited);
    QFile told(m_directory.filePath(u"told"_s));
    QVERIFY(told.open(QIODevice::WriteOnly));
    QVERIFY(exited.wait(60'000));
    QFile log(logFileOf(u"limit"_s, m_directory.path()));
    QVERIFY(log.open(QIODevice::ReadOnly));
    QCOMPARE(log.readAll().trimmed(), QByteArray::number(quint64(Few)));
}

void TestFewFiles::aFleetBeyondTheHardLimitIsWatchedAllTheSame()
{
    const rlimit few{Few, Few}; // for ever
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &few), 0);
    FleetSession session;
    session.keepHistory(m_directory.filePath(u"history.db"_s));
    QVERIFY(session.open(m_fleetFile).isEmpty());
    session.start();
    QTRY_COMPARE_WITH_TIMEOUT(healthy(session), Services, 60'000);

    // From here on, whoever's connection is kept and whoever's is not.
    qsizetype most = 0;
    QSignalSpy changed(&session.fleet(), &FleetModel::dataChanged);
    for (int look = 0; look < 30; ++look) {
        QVERIFY(changed.wait(30'000));
        QCOMPARE(healthy(session), Services);
        most = std::max(most, openFiles());
    }
    QVERIFY2(most < qsizetype(Few), qPrintable(QString::number(most)));     // there was always room for another file
    QVERIFY2(most > qsizetype(Few) / 2, qPrintable(QString::number(most))); // and half of them were kept
}

void TestFewFiles::cleanupTestCase()
{
    m_simulation.terminate();
    QVERIFY(hasEnded(m_simulation));
}

QTEST_GUILESS_MAIN(TestFewFiles)
#include "tst_fewfiles.moc"
