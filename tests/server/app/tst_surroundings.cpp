// SPDX-License-Identifier: GPL-3.0-or-later
//
// `hephaestus run` where little is there: no home, nothing that can be written, process 1, another namespace's /proc or
// none. What changes the namespaces needs root; the other rows do not.
#include "common/base/processentry.h"
#include "common/protocol/healthcodec.h"
#include "tests/support/leftovers.h"
#include "tests/support/rawhttp.h"
#include "tests/support/serviceprocess.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Hephaestus::Test;
using namespace Qt::StringLiterals;

class TestSurroundings : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void theProgramRunsAllTheSame_data();
    void theProgramRunsAllTheSame();
    void withoutAHomeNothingLandsInTheRoot();
    void processOneReapsEverybody();
    void whatWasThereBeforeAnExecIsReaped();
    void anotherNamespacesProcessesAreLeftAlone_data();
    void anotherNamespacesProcessesAreLeftAlone();

private:
    static QString quoted(QString word) { return u'\'' + word.replace(u'\'', u"'\\''"_s) + u'\''; }
    static QString shellCommand(const QStringList &words)
    {
        QStringList texts;
        for (const QString &word : words)
            texts << quoted(word);
        return texts.join(u' ');
    }
    QStringList wrapped(const QStringList &options, const QStringList &program) const
    {
        return QStringList{m_place.filePath(u"hephaestus"_s), u"run"_s, u"--name"_s, u"wrapped"_s} + options
            + QStringList{u"--"_s} + program;
    }
    /// Where every user of this machine can run the program: a build may be in a folder of its owner's alone.
    QTemporaryDir m_place;

    /// `sh -c SCRIPT` with `"$@"`, in new namespaces if any are named.
    static void start(ServiceProcess &service, const QStringList &namespaces, const QString &script,
                      const QStringList &command)
    {
        QStringList words;
        if (!namespaces.isEmpty())
            words << u"unshare"_s << namespaces << u"--"_s;
        words << QStringList{u"sh"_s, u"-c"_s, script, u"sh"_s} << command;
        const QString program = words.takeFirst();
        if (!service.start(program, words))
            QFAIL(service.errors().constData());
    }
    static HealthReport status(quint16 port)
    {
        const auto report = decodeReport(rawRequest(port, "GET", "/health/status").body);
        return report ? *report : HealthReport();
    }
    static QList<ProcessEntry> childrenOf(pid_t parent)
    {
        QList<ProcessEntry> children;
        for (const QString &name : QDir(u"/proc"_s).entryList(QDir::Dirs)) {
            if (const auto process = readProcess(name.toLongLong()); process && process->parent == parent)
                children << *process;
        }
        return children;
    }
    static bool hasZombies(pid_t parent)
    {
        const QList<ProcessEntry> children = childrenOf(parent);
        return std::any_of(children.begin(), children.end(), [](const ProcessEntry &one) { return one.isZombie(); });
    }

    const QString child = QStringLiteral(HEPHAESTUS_TEST_CHILD);
    std::unique_ptr<QTemporaryDir> directory;
    std::unique_ptr<Leftovers> leftovers;
};

void TestSurroundings::initTestCase()
{
    const auto everybody = QFile::ReadOther | QFile::ExeOther;
    QVERIFY(QFile::setPermissions(m_place.path(), QFile::permissions(m_place.path()) | everybody));
    const QString program = m_place.filePath(u"hephaestus"_s);
    QVERIFY(QFile::copy(QStringLiteral(HEPHAESTUS_PROGRAM), program));
    QVERIFY(QFile::setPermissions(program, QFile::permissions(program) | everybody));
}

void TestSurroundings::init()
{
    directory = std::make_unique<QTemporaryDir>();
    leftovers = std::make_unique<Leftovers>();
    qputenv("XDG_STATE_HOME", directory->path().toUtf8());
    qputenv("HEPHAESTUS_TEST_MARK", leftovers->mark().mid(leftovers->mark().indexOf('=') + 1));
}

void TestSurroundings::cleanup() { QTRY_COMPARE(leftovers->pids(), QList<int>()); }

void TestSurroundings::theProgramRunsAllTheSame_data()
{
    QTest::addColumn<QStringList>("namespaces");
    QTest::addColumn<QString>("script"); // that runs "$@"
    QTest::addColumn<QString>("says");
    QTest::addColumn<int>("times");
    const QString readOnly = u"findmnt -rno TARGET | while read m; do case $m in /proc*|/sys*) ;; "
                             "*) mount -o remount,bind,ro \"$m\" 2>/dev/null; esac; done; exec \"$@\""_s;
    QTest::newRow("a home that cannot be") << QStringList() << u"HOME=/proc/none XDG_STATE_HOME=/proc/none \"$@\""_s
                                           << u"output is not kept on disk"_s << 1;
    QTest::newRow("no environment") << QStringList() << u"exec env -i PATH=\"$PATH\" HOME=/proc/none \"$@\""_s
                                    << u"output is not kept on disk"_s << 1;
    if (::geteuid() != 0)
        return;
    QTest::newRow("nothing can be written")
        << QStringList{u"--mount"_s} << readOnly << u"output is not kept on disk"_s << 1;
    QTest::newRow("no /proc") << QStringList{u"--mount"_s} << u"umount -l /proc; exec \"$@\""_s
                              << u"/proc is not there"_s << 1;
    QTest::newRow("another namespace's /proc")
        << QStringList{u"--pid"_s, u"--fork"_s} << u"\"$@\""_s << u"/proc is not there"_s << 1;
    QTest::newRow("a user without a name")
        << QStringList{u"--setgid"_s, u"54321"_s, u"--setuid"_s, u"54321"_s}
        << u"exec env -u HOME -u XDG_STATE_HOME \"$@\""_s << u"kept in memory only"_s << 1;
}

void TestSurroundings::theProgramRunsAllTheSame()
{
    QFETCH(QStringList, namespaces);
    QFETCH(QString, script);
    QFETCH(QString, says);
    QFETCH(int, times);
    for (const QStringList &options : {QStringList(), QStringList{u"--python"_s}}) {
        ServiceProcess service;
        start(service, namespaces, script,
              wrapped(options + QStringList{u"--restart"_s, u"never"_s},
                      {u"sh"_s, u"-c"_s, u"for i in 1 2 3; do echo line $i; sleep 0.05; done; exit 7"_s}));
        QCOMPARE(service.exitCode(), 7);
        QCOMPARE(service.process.readAllStandardOutput(), QByteArray("line 1\nline 2\nline 3\n"));
        const QByteArray errors = service.errors();
        QVERIFY2(errors.count(says.toUtf8()) == times, errors.constData());
    }
}

void TestSurroundings::withoutAHomeNothingLandsInTheRoot()
{
    const QStringList before = QDir(u"/"_s).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot);
    ServiceProcess service;
    // Another name: the files of the test go to the user's home, where they are looked for and removed.
    start(service, {}, u"exec env -i PATH=\"$PATH\" \"$@\""_s, wrapped({u"--restart"_s, u"never"_s}, {u"true"_s}));
    QCOMPARE(service.exitCode(), 0);
    QCOMPARE(QDir(u"/"_s).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot), before);
}

void TestSurroundings::processOneReapsEverybody()
{
    if (::geteuid() != 0)
        return; // whatWasThereBeforeAnExecIsReaped() does without
    ServiceProcess service;
    start(service, {u"--pid"_s, u"--fork"_s, u"--mount-proc"_s},
          u"sh -c '(sleep 0.3; exit 3) & (sleep 0.1) & exit' ; sleep 0.2 & exec \"$@\""_s,
          wrapped({}, {child, u"orphans"_s, u"5"_s}));
    const QList<ProcessEntry> inits = childrenOf(pid_t(service.process.processId()));
    QCOMPARE(inits.size(), 1);
    QTRY_COMPARE(childrenOf(inits.first().pid).size(), 2); // the program and the guardian
    QVERIFY(!hasZombies(inits.first().pid));
    QTRY_COMPARE(status(service.port).process->state.text(), u"running"_s);
    rawRequest(service.port, "POST", "/health/shutdown");
    QCOMPARE(service.exitCode(), 0);
}

void TestSurroundings::whatWasThereBeforeAnExecIsReaped()
{
    ServiceProcess service;
    start(service, {}, u"sleep 0.2 & (exit 3) & exec \"$@\""_s, wrapped({}, {child, u"orphans"_s, u"3"_s}));
    const pid_t pid = pid_t(service.process.processId());
    QTRY_COMPARE(childrenOf(pid).size(), 2);
    QVERIFY(!hasZombies(pid));
    service.signal(SIGTERM);
    QCOMPARE(service.exitCode(), 0);
}

void TestSurroundings::anotherNamespacesProcessesAreLeftAlone_data()
{
    QTest::addColumn<QStringList>("namespaces");
    QTest::addColumn<QString>("script");
    QTest::newRow("all is there") << QStringList() << u"exec \"$@\""_s;
    if (::geteuid() != 0)
        return;
    QTest::newRow("no /proc") << QStringList{u"--mount"_s} << u"umount -l /proc; exec \"$@\""_s;
    QTest::newRow("another namespace's /proc") << QStringList{u"--pid"_s, u"--fork"_s} << u"exec \"$@\""_s;
}

/// The family is known as far as it can be, and a stop ends it; what cannot be known is not told.
void TestSurroundings::anotherNamespacesProcessesAreLeftAlone()
{
    QFETCH(QStringList, namespaces);
    QFETCH(QString, script);
    ServiceProcess service;
    start(service, namespaces, script, wrapped({u"--stop-timeout"_s, u"500ms"_s}, {child, u"grandchildren"_s}));
    const bool isKnown = QByteArray(QTest::currentDataTag()) == "all is there";
    const auto isSettled = [&] { return rawRequest(service.port, "GET", "/health/logs").body.contains("ready"); };
    QTRY_VERIFY(isSettled());
    const HealthReport report = status(service.port);
    QCOMPARE(report.resources.threads, isKnown ? std::optional<qint64>(7) : std::nullopt);
    QCOMPARE(report.resources.residentBytes.has_value(), isKnown);
    QCOMPARE(report.resources.cpuSeconds.has_value(), isKnown);
    QTRY_VERIFY(status(service.port).code);
    if (!isKnown)
        QTRY_COMPARE(status(service.port).code->verdict, CodeVerdict::Unknown);
    rawRequest(service.port, "POST", "/health/shutdown");
    QVERIFY(service.exitCode() >= 0);
    QTRY_COMPARE(leftovers->pids(), QList<int>());
}

QTEST_GUILESS_MAIN(TestSurroundings)
#include "tst_surroundings.moc"
