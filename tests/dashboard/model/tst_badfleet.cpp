// SPDX-License-Identifier: GPL-3.0-or-later
//
// A fleet of which every fifth service is broken in one of twenty ways, watched as the dashboard does. The same with
// thousands is measured by tests/bench/run.
#include "common/fleet/fleetfile.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/model/fleetsession.h"
#include "tests/support/processline.h"

#include <QProcess>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int Services = 200;
constexpr int OfEachFault = 2;
constexpr int Stale = 3;
constexpr auto Interval = 2s;

const QMap<QString, ServiceState> &expectedStates()
{
    using enum ServiceState;
    static const QMap<QString, ServiceState> states{
        {u"slow"_s, Healthy},
        {u"hang-connect"_s, Unreachable},
        {u"hang-head"_s, Unreachable},
        {u"hang-body"_s, Unreachable},
        {u"drip-head"_s, Unreachable},
        {u"drip-body"_s, Unreachable},
        {u"endless"_s, NotUnderstood},
        {u"huge"_s, NotUnderstood},
        {u"gzip-bomb"_s, NotUnderstood},
        {u"truncated"_s, Unreachable},
        {u"wrong-types"_s, NotUnderstood},
        {u"deep"_s, NotUnderstood},
        {u"deep-small"_s, NotUnderstood},
        {u"redirect"_s, NotUnderstood},
        {u"long-names"_s, NotUnderstood},
        {u"wide-names"_s, Healthy},
        {u"not-http"_s, NotUnderstood},
        {u"server-error"_s, NotUnderstood},
        {u"unauthorized"_s, Unauthorized},
        {u"dead"_s, Unreachable},
        {u"good"_s, Healthy},
    };
    return states;
}

QString kindOf(const ServiceRow &row) { return row.entry.name.section(u'-', 0, -2); }

/// The simulated fleet in its own process, and the watch on it.
class Scene
{
public:
    explicit Scene(const QStringList &more = {})
    {
        // an earlier fleet may have had the same addresses
        qputenv("XDG_STATE_HOME", QFile::encodeName(m_directory.filePath(u"state"_s)));
        QStringList faults;
        for (const QString &kind : expectedStates().keys()) {
            if (kind != "good"_L1)
                faults << u"%1=%2"_s.arg(kind).arg(OfEachFault);
        }
        const QString file = m_directory.filePath(u"fleet.toml"_s);
        m_process.start(QStringLiteral(FLEETSIM),
                        QStringList{u"--services"_s, QString::number(Services), u"--fault"_s, faults.join(u','),
                                    u"--fleet"_s, file, u"--interval"_s, QString::number(Interval / 1ms)}
                            + more);
        if (!nextLine(m_process).startsWith("ready"))
            qFatal("the simulated fleet did not start: %s", m_process.readAllStandardError().constData());
        const QList<Problem> problems = session.open(file);
        if (!problems.isEmpty())
            qFatal("%ls", qUtf16Printable(problems.first().text()));
        for (int i = 0; i < fleet().rowCount(); ++i)
            session.trust(fleet().row(i).id); // so that what is stale restarts by itself
        session.start();
    }

    ~Scene()
    {
        session.stop();
        end();
    }

    void tell(const QByteArray &line)
    {
        m_process.write(line + '\n');
        m_process.waitForBytesWritten();
    }

    /// Ends the simulation; what it counted of shutdowns and restarts, of the good and of the bad.
    QByteArray end()
    {
        if (m_process.state() != QProcess::Running)
            return {};
        tell("quit");
        m_process.waitForFinished(30'000);
        return m_process.readAllStandardOutput();
    }
    static QByteArray restarts(int count) { return "\"shutdowns\": 0, \"restarts\": " + QByteArray::number(count); }

    const FleetModel &fleet() { return session.fleet(); }

    /// A sentence about the first row that `accept` does not like; empty: there is none.
    template <typename Accept>
    QString firstOther(Accept accept)
    {
        for (int i = 0; i < fleet().rowCount(); ++i) {
            const ServiceRow &row = fleet().row(i);
            if (!accept(row))
                return u"%1 is %2: %3"_s.arg(row.entry.name, stateWord(row.state()), stateReason(row));
        }
        return {};
    }

    FleetSession session;

private:
    QTemporaryDir m_directory;
    QProcess m_process;
};

} // namespace

class TestBadFleet : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theGoodAreSeenInTimeHoweverManyAreBad();
    void allDieAtOnceAndComeBack();
};

void TestBadFleet::theGoodAreSeenInTimeHoweverManyAreBad()
{
    Scene scene({u"--stale"_s, QString::number(Stale), u"--restart-on-stale"_s});
    QCOMPARE(scene.fleet().rowCount(), Services);
    const auto asExpected = [](const ServiceRow &row) { return row.state() == expectedStates().value(kindOf(row)); };
    QTRY_COMPARE_WITH_TIMEOUT(scene.firstOther(asExpected), QString(), 60'000);

    // From here on, through several timeouts of the bad ones.
    const auto end = std::chrono::steady_clock::now() + 12s;
    QSignalSpy changed(&scene.fleet(), &FleetModel::dataChanged);
    while (std::chrono::steady_clock::now() < end) {
        QVERIFY(changed.wait(30'000));
        const auto now = std::chrono::steady_clock::now();
        const QString late = scene.firstOther([&](const ServiceRow &row) {
            return kindOf(row) != "good"_L1
                || (row.observed == ServiceState::Healthy && now - *row.lastSeen <= 2 * Interval);
        });
        QVERIFY2(late.isEmpty(), qPrintable(late));
    }
    QCOMPARE(scene.firstOther([](const ServiceRow &row) { return row.reply.body.size() <= ServiceReply::MaximumBody; }),
             QString());
    const auto isFresh = [](const ServiceRow &row) {
        return kindOf(row) != "good"_L1 || row.code() == CodeVerdict::Fresh;
    };
    QTRY_COMPARE_WITH_TIMEOUT(scene.firstOther(isFresh), QString(), 60'000);
    const QByteArray counts =
        scene.end(); // those that run old code were restarted by themselves, and nothing was acted on by mistake
    QVERIFY2(counts.count(Scene::restarts(Stale)) == 1 && counts.count(Scene::restarts(0)) == 1, counts.constData());
}

void TestBadFleet::allDieAtOnceAndComeBack()
{
    Scene scene;
    const auto goodAre = [](ServiceState state) {
        return [state](const ServiceRow &row) { return kindOf(row) != "good"_L1 || row.state() == state; };
    };
    QTRY_COMPARE_WITH_TIMEOUT(scene.firstOther(goodAre(ServiceState::Healthy)), QString(), 60'000);
    scene.tell("die");
    QTRY_COMPARE_WITH_TIMEOUT(scene.firstOther(goodAre(ServiceState::Unreachable)), QString(), 60'000);
    scene.tell("revive");
    QTRY_COMPARE_WITH_TIMEOUT(scene.firstOther(goodAre(ServiceState::Healthy)), QString(), 60'000);
    const QByteArray counts = scene.end();
    QVERIFY2(counts.count(Scene::restarts(0)) == 2, counts.constData());
}

QTEST_GUILESS_MAIN(TestBadFleet)
#include "tst_badfleet.moc"
