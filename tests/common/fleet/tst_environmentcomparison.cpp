// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/environmentcomparison.h"

#include "common/client/serviceclient.h"
#include "common/fleet/launcher.h"

#include <QPointer>
#include <QSignalSpy>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <unistd.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

using Variables = QMap<QString, QString>;

namespace {

/// What was added to the report's code, as `change VARIABLE`.
QStringList namesIn(const HealthReport &report)
{
    QStringList names;
    for (const CodeChange &change : report.code.value_or(CodeReport()).changed) {
        if (change.kind == "environment"_L1)
            names << change.change + u' ' + change.path;
    }
    return names;
}

CodeVerdict verdictOf(const HealthReport &report) { return report.code.value_or(CodeReport()).verdict; }

} // namespace

class TestEnvironmentComparison : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup();
    void theEntryIsComparedWithTheProcess_data();
    void theEntryIsComparedWithTheProcess();
    void whatCannotBeToldIsNotSaid_data();
    void whatCannotBeToldIsNotSaid();
    void whatTheServiceFoundStays();
    void aProcessIsLookedAtOnceAndAgainForAnotherEntry();
    void valuesAreNotShown();
    void filesAreCompared_data();
    void filesAreCompared();
    void aChangeThatLeavesTheSameTimeIsSeen();
    void aFileThatIsGoneIsTold();

private:
    /// Starts a service by an entry with these variables, and asks it for its report.
    void start(const Variables &environment, const QStringList &faults = {}, const QStringList &wrapper = {})
    {
        RestartByCommand command{wrapper + QStringList{FAKESERVICE, u"0"_s} + faults, {}, environment};
        command.envFiles = m_files;
        const auto process = launch(u"fake"_s, command, m_state.path());
        QVERIFY2(process, process ? "" : qPrintable(process.problem().text()));
        m_process = *process;
        const auto line = [this] { return m_process ? m_process->lastLines(1).value(0) : QString(); };
        QTRY_VERIFY_WITH_TIMEOUT(line().startsWith(u"listening on "_s), 60'000);
        m_entry.name = u"fake"_s;
        m_entry.url = line().section(u' ', -1);
        m_entry.restart = command;
        ServiceClient client(ServiceTarget{m_entry.url, {}});
        bool answered = false;
        client.askStatus([&](const Answer<HealthReport> &answer) {
            answered = true;
            if (answer.value)
                m_report = *answer.value;
        });
        QTRY_VERIFY_WITH_TIMEOUT(answered, 60'000);
        QVERIFY(m_report.pid);
    }
    void rewrite(const Variables &environment)
    {
        std::get<RestartByCommand>(m_entry.restart).environment = environment;
    }
    HealthReport compared()
    {
        HealthReport report = m_report;
        m_comparison.addTo(report, m_entry);
        return report;
    }

    QTemporaryDir m_state;
    QStringList m_files; ///< that the entry names
    QPointer<LaunchedProcess> m_process;
    FleetEntry m_entry;
    HealthReport m_report;
    EnvironmentComparison m_comparison;
};

void TestEnvironmentComparison::cleanup()
{
    if (m_process) {
        QSignalSpy exited(m_process, &LaunchedProcess::exited);
        ::kill(pid_t(m_process->pid()), SIGKILL);
        QTRY_COMPARE_WITH_TIMEOUT(exited.size(), 1, 60'000);
    }
    m_comparison = {};
    m_report = {};
    m_files.clear();
}

void TestEnvironmentComparison::theEntryIsComparedWithTheProcess_data()
{
    QTest::addColumn<Variables>("before");
    QTest::addColumn<Variables>("now");
    QTest::addColumn<QStringList>("names");
    const Variables small{{u"MODEL"_s, u"small"_s}};
    QTest::newRow("the same") << small << small << QStringList();
    QTest::newRow("a value changed") << small << Variables{{u"MODEL"_s, u"large"_s}}
                                     << QStringList{u"modified MODEL"_s};
    QTest::newRow("a value longer") << small << Variables{{u"MODEL"_s, u"smaller"_s}}
                                    << QStringList{u"modified MODEL"_s};
    QTest::newRow("a value emptied") << small << Variables{{u"MODEL"_s, QString()}} << QStringList{u"modified MODEL"_s};
    QTest::newRow("a variable added") << small << Variables{{u"MODEL"_s, u"small"_s}, {u"LIMIT"_s, u"5"_s}}
                                      << QStringList{u"added LIMIT"_s};
    QTest::newRow("an empty one added") << small << Variables{{u"MODEL"_s, u"small"_s}, {u"LIMIT"_s, QString()}}
                                        << QStringList{u"added LIMIT"_s};
    QTest::newRow("the first one written") << Variables() << small << QStringList{u"added MODEL"_s};
    QTest::newRow("one changed, one added") << small << Variables{{u"LIMIT"_s, u"5"_s}, {u"MODEL"_s, u"large"_s}}
                                            << QStringList{u"added LIMIT"_s, u"modified MODEL"_s};
    QTest::newRow("a variable taken out")
        << Variables{{u"MODEL"_s, u"small"_s}, {u"LIMIT"_s, u"5"_s}} << small << QStringList();
    QTest::newRow("the last one taken out") << small << Variables() << QStringList();
    QTest::newRow("what was inherited, now written")
        << Variables() << Variables{{u"PATH"_s, qEnvironmentVariable("PATH")}} << QStringList();
    const Variables odd{{u"ODD"_s, QString::fromUtf8("a=b = \"日本\"\nc ")}};
    QTest::newRow("an odd value, the same") << odd << odd << QStringList();
}

void TestEnvironmentComparison::theEntryIsComparedWithTheProcess()
{
    QFETCH(Variables, before);
    QFETCH(Variables, now);
    QFETCH(QStringList, names);
    start(before);
    rewrite(now);
    const HealthReport report = compared();
    QCOMPARE(namesIn(report), names);
    QCOMPARE(report.code.has_value(), !names.isEmpty());
    QCOMPARE(verdictOf(report), names.isEmpty() ? CodeVerdict::Unknown : CodeVerdict::Stale);
}

void TestEnvironmentComparison::whatCannotBeToldIsNotSaid_data()
{
    QTest::addColumn<QStringList>("faults");
    QTest::addColumn<QString>("what"); ///< is done to the report or the entry
    QTest::newRow("its pid was given to another process") << QStringList() << u"older report"_s;
    QTest::newRow("no such process") << QStringList() << u"no process"_s;
    QTest::newRow("it does not say its pid") << QStringList() << u"no pid"_s;
    QTest::newRow("its pid is counted elsewhere") << QStringList{u"foreign-pid"_s} << QString();
    QTest::newRow("that process does not hold the address") << QStringList() << u"our pid"_s;
    QTest::newRow("it is on another machine") << QStringList() << u"other machine"_s;
    QTest::newRow("its environment is written over") << QStringList{u"own-title"_s} << QString();
    QTest::newRow("its process is another user's") << QStringList() << u"other user"_s;
    QTest::newRow("a supervisor starts it") << QStringList() << u"systemd"_s;
}

void TestEnvironmentComparison::whatCannotBeToldIsNotSaid()
{
    QFETCH(QStringList, faults);
    QFETCH(QString, what);
    QTcpServer everywhere;
    const bool otherUser = what == "other user"_L1 && ::geteuid() == 0;
    start({{u"MODEL"_s, u"small"_s}}, faults,
          otherUser ? QStringList{u"setpriv"_s, u"--reuid=65534"_s, u"--clear-groups"_s} : QStringList());
    rewrite({{u"MODEL"_s, u"large"_s}});
    if (what == "older report"_L1)
        m_report.startTime = m_report.startTime.addSecs(-10);
    else if (what == "no process"_L1)
        m_report.pid = 0x7fffffff;
    else if (what == "no pid"_L1)
        m_report.pid.reset();
    else if (what == "our pid"_L1)
        m_report.pid = ::getpid();
    else if (what == "other machine"_L1) { // where the same pid and port mean another process
        QVERIFY(everywhere.listen(QHostAddress::AnyIPv4));
        m_entry.url = u"http://192.0.2.1:%1"_s.arg(everywhere.serverPort());
        m_report.pid = ::getpid();
    } else if (what == "systemd"_L1)
        m_entry.restart = RestartBySystemd{u"fake.service"_s};
    else if (what == "other user"_L1 && !otherUser)
        m_report.pid = 1;
    m_report.code = CodeReport{CodeVerdict::Fresh, {}, Seconds(1), 0};
    const HealthReport report = compared();
    QCOMPARE(report, m_report);
}

void TestEnvironmentComparison::whatTheServiceFoundStays()
{
    start({{u"MODEL"_s, u"small"_s}});
    const CodeChange own{u"/srv/manager.py"_s, u"source"_s, u"unreadable"_s};
    m_report.code = CodeReport{CodeVerdict::Unknown, {own}, Seconds(1), 7};
    QCOMPARE(compared(), m_report);
    rewrite({{u"MODEL"_s, u"large"_s}});
    QCOMPARE(*compared().code,
             (CodeReport{CodeVerdict::Stale, {own, {u"MODEL"_s, u"environment"_s, u"modified"_s}}, Seconds(1), 7}));
    m_report.code = CodeReport{CodeVerdict::Fresh, {}, Seconds(1), 0};
    QCOMPARE(verdictOf(compared()), CodeVerdict::Stale);
}

void TestEnvironmentComparison::aProcessIsLookedAtOnceAndAgainForAnotherEntry()
{
    start({{u"MODEL"_s, u"small"_s}});
    rewrite({{u"MODEL"_s, u"large"_s}});
    QCOMPARE(verdictOf(compared()), CodeVerdict::Stale);
    QSignalSpy exited(m_process, &LaunchedProcess::exited);
    ::kill(pid_t(m_process->pid()), SIGKILL);
    QTRY_COMPARE_WITH_TIMEOUT(exited.size(), 1, 60'000);
    QCOMPARE(verdictOf(compared()), CodeVerdict::Stale); // as it was seen: /proc is not asked again
    rewrite({{u"MODEL"_s, u"larger"_s}});
    QCOMPARE(verdictOf(compared()), CodeVerdict::Unknown); // asked again, and there is nobody
    start({{u"MODEL"_s, u"large"_s}});
    QCOMPARE(verdictOf(compared()), CodeVerdict::Unknown); // the next instance has what the entry says
}

void TestEnvironmentComparison::valuesAreNotShown()
{
    start({{u"TOKEN"_s, u"old-secret"_s}});
    rewrite({{u"TOKEN"_s, u"new-secret"_s}});
    const CodeReport code = compared().code.value_or(CodeReport());
    QCOMPARE(code.changed.size(), 1);
    for (const QString &text : {code.changed.first().path, code.changed.first().kind, code.changed.first().change})
        QVERIFY2(!text.contains(u"secret"_s), qPrintable(text));
}

void TestEnvironmentComparison::filesAreCompared_data()
{
    QTest::addColumn<QByteArray>("before");
    QTest::addColumn<QByteArray>("now");
    QTest::addColumn<QStringList>("names");
    QTest::newRow("the same") << QByteArray("A=1\nB='x y'\n") << QByteArray("B=\"x y\"\nA=1 # c\n") << QStringList();
    QTest::newRow("a value changed") << QByteArray("A=1\nB=2") << QByteArray("A=1\nB=3")
                                     << QStringList{u"modified B"_s};
    QTest::newRow("one added") << QByteArray("A=1") << QByteArray("A=1\nB=2") << QStringList{u"added B"_s};
    QTest::newRow("one removed") << QByteArray("A=1\nB=2") << QByteArray("A=1") << QStringList{u"removed B"_s};
    QTest::newRow("all removed") << QByteArray("A=1") << QByteArray() << QStringList{u"removed A"_s};
    QTest::newRow("made of the caller's") << QByteArray("P=x:${PATH}") << QByteArray("P=x:${PATH}") << QStringList();
    QTest::newRow("the entry's own counts more") << QByteArray("MODEL=1") << QByteArray("MODEL=2") << QStringList();
}

void TestEnvironmentComparison::filesAreCompared()
{
    QFETCH(QByteArray, before);
    QFETCH(QByteArray, now);
    QFile file(m_state.filePath(u".env"_s));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(before) >= 0);
    file.close();
    m_files = {file.fileName()};
    start({{u"MODEL"_s, u"small"_s}});
    QCOMPARE(namesIn(compared()), QStringList());
    QFile next(m_state.filePath(u".env.new"_s));
    QVERIFY(next.open(QIODevice::WriteOnly) && next.write(now) >= 0);
    next.close();
    QVERIFY(::rename(QFile::encodeName(next.fileName()).constData(), QFile::encodeName(file.fileName()).constData())
            == 0);
    QTEST(namesIn(compared()), "names");
}

void TestEnvironmentComparison::aChangeThatLeavesTheSameTimeIsSeen()
{
    QFile file(m_state.filePath(u".env"_s));
    QVERIFY(file.open(QIODevice::ReadWrite) && file.write("A=0") == 3 && file.flush());
    uchar *const text = file.map(0, 3); // only the first write to a page that is clean changes the file's times
    QVERIFY(text);
    text[2] = '1';
    m_files = {file.fileName()};
    start({});
    QCOMPARE(namesIn(compared()), QStringList());
    text[2] = '2';
    QCOMPARE(namesIn(compared()), QStringList{u"modified A"_s});
}

void TestEnvironmentComparison::aFileThatIsGoneIsTold()
{
    QFile file(m_state.filePath(u".env"_s));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("A=secret") > 0);
    file.close();
    m_files = {file.fileName()};
    start({});
    QCOMPARE(verdictOf(compared()), CodeVerdict::Unknown);
    QVERIFY(file.remove());
    QCOMPARE(namesIn(compared()), QStringList{u"unreadable "_s + file.fileName()});
    QCOMPARE(verdictOf(compared()), CodeVerdict::Stale);
}

QTEST_GUILESS_MAIN(TestEnvironmentComparison)
#include "tst_environmentcomparison.moc"
