// SPDX-License-Identifier: GPL-3.0-or-later
//
// Programs and libraries that are replaced while they run: of this process, and of another one.
#include "server/code/processorigin.h"
#include "tests/server/code/codescene.h"
#include "tests/support/processline.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QProcess>
#include <QTemporaryDir>

#include <dlfcn.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

namespace {

/// Puts one of the built files into the scene as a new file under its name, as a package manager does.
void install(const CodeScene &scene, const char *built, const QByteArray &name)
{
    QFile source(QString::fromUtf8(built));
    QVERIFY(source.open(QIODevice::ReadOnly));
    scene.replace(name, source.readAll());
    QCOMPARE(::chmod(scene.path(name).constData(), 0755), 0);
}

/// A running loader.cpp.
class Program
{
public:
    explicit Program(const QByteArray &path)
    {
        m_process.start(QFile::decodeName(path), QStringList());
        answer();
    }
    ~Program()
    {
        m_process.closeWriteChannel();
        m_process.waitForFinished();
    }
    QByteArray tell(const QByteArray &line)
    {
        m_process.write(line + '\n');
        return answer();
    }
    pid_t pid() const { return pid_t(m_process.processId()); }

private:
    QByteArray answer() { return nextLine(m_process); }
    QProcess m_process;
};

} // namespace

class TestCodeOfProcess : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        ::chmod(m_root.path("").constData(), 0755);
        letFilesSettle(); // this program may have been linked a moment ago
    }
    void init()
    {
        m_scene = std::make_unique<CodeScene>();
        ::chmod(m_scene->path("").constData(), 0755);
        install(*m_scene, LOADEE_1, "libloadee.so");
        install(*m_scene, LOADER, "loader");
        letFilesSettle();
    }

    void thisProgramIsItsOwnExecutable();
    void onlyLoadedCodeIsInIt();
    void anUpgradedLibraryIsStale();
    void anUpgradedLibraryIsStaleForAnOrdinaryUserToo();
    void anUpgradeBeforeTheFirstHashIsStaleByTheMapping();
    void anUpgradeBeforeTheFirstHashIsUnknownToAnOrdinaryUser();
    void aLibraryInstalledAgainIsFresh();
    void aDeletedLibraryIsStale();
    void aLibraryMovedAsideIsStale();
    void aLibraryLoadedLaterIsNoted();
    void anUnloadedLibraryIsForgotten();
    void aRebuiltExecutableIsStale();
    void anExecutableBuiltTheSameIsFresh();
    void theBuildThatRunsAndTheOneOnDiskAreTold();
    void whatALinkLeadsToCounts_data();
    void whatALinkLeadsToCounts();
    void aDeletedExecutableIsStale();
    void aProgramThatReplacedItselfIsNotedAfresh();
    void theEnvironmentOfAnotherProcessIsRecorded();
    void aProcessThatIsGoneIsUnknown();
    void everyProcessOfAFamilyCounts();
    void aPathOfManyKindsIsReadFromMaps();
    void whatAShellReadsWithoutBeingToldCounts_data();
    void whatAShellReadsWithoutBeingToldCounts();
    void aShellThatReadsAPipeIsUnknown_data();
    void aShellThatReadsAPipeIsUnknown();
    void aFolderStandsForItsScript();
    void aScriptBehindMountsOfItsOwnIsUnknown();
    void aProgramWithPythonInItIsUnknown();
    void aJarThatAJavaMachineHasOpenCounts();
    void aJarThatAnotherProgramHasOpenDoesNotCount();
    void aJarUnpackedForOneRunDoesNotCount();

private:
    CodeScene m_root;
    std::unique_ptr<CodeScene> m_scene;
};

void TestCodeOfProcess::thisProgramIsItsOwnExecutable()
{
    m_scene->note();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    const QByteArray self = QFile::encodeName(QFileInfo(u"/proc/self/exe"_s).symLinkTarget());
    QCOMPARE(m_scene->manifest->find(self), CodeKind::Executable);
    Dl_info info{};
    QVERIFY(::dladdr(reinterpret_cast<void *>(&qVersion), &info));
    QCOMPARE(m_scene->manifest->find(info.dli_fname), CodeKind::Library);
}

void TestCodeOfProcess::onlyLoadedCodeIsInIt()
{
    m_scene->note();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    for (const auto &directory : m_scene->manifest->files().directories()) {
        for (const LoadedFile &file : directory.second.files) {
            const QByteArray path = m_scene->manifest->files().path(directory, file);
            QVERIFY2(QFileInfo(QFile::decodeName(path)).isFile(), path.constData());
            QCOMPARE(file.evidence, Evidence::Hashed);
        }
    }
}

void TestCodeOfProcess::anUpgradedLibraryIsStale()
{
    Program program(m_scene->path("loader"));
    QCOMPARE(program.tell("load " + m_scene->path("libloadee.so")), "1");
    m_scene->sources.pid = program.pid();
    m_scene->note();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    install(*m_scene, LOADEE_2, "libloadee.so");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(), QStringList{u"library modified libloadee.so"_s});
    install(*m_scene, LOADEE_1, "libloadee.so");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestCodeOfProcess::everyProcessOfAFamilyCounts()
{
    Program leader(m_scene->path("loader"));
    std::optional<Program> old(std::in_place, m_scene->path("loader"));
    QCOMPARE(old->tell("load " + m_scene->path("libloadee.so")), "1");
    QList<pid_t> pids{old->pid()};
    m_scene->sources.pid = leader.pid();
    m_scene->sources.passing = std::chrono::milliseconds(0);
    m_scene->sources.family = [&pids] {
        QList<ProcessEntry> family;
        for (const pid_t pid : pids) {
            if (const auto process = readProcess(pid))
                family << *process;
        }
        return family;
    };
    m_scene->note();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    QCOMPARE(m_scene->report.coverage.processes, 2);
    install(*m_scene, LOADEE_2, "libloadee.so");
    letFilesSettle();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->report.changed.first().pids, QList<qint64>{old->pid()});

    Program young(m_scene->path("loader")); // its new library excuses nobody
    QCOMPARE(young.tell("load " + m_scene->path("libloadee.so")), "2");
    pids << young.pid();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->report.changed.first().pids, QList<qint64>{old->pid()});
    pids.removeFirst();
    old.reset();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestCodeOfProcess::anUpgradedLibraryIsStaleForAnOrdinaryUserToo()
{
    const QByteArray library = m_scene->path("libloadee.so");
    ::chmod(m_scene->path("").constData(), 0777);
    m_scene->write("second.so", "");
    install(*m_scene, LOADEE_2, "second.so");
    const QByteArray second = m_scene->path("second.so");
    letFilesSettle();
    QCOMPARE(asOrdinaryUser([&] {
                 m_scene->sources.pid = ::getpid();
                 m_scene->sources.since = wallClock();
                 if (!::dlopen(library.constData(), RTLD_NOW | RTLD_LOCAL))
                     return 1;
                 m_scene->note();
                 if (m_scene->verdict() != CodeVerdict::Fresh)
                     return 2;
                 if (::rename(second.constData(), library.constData()) != 0)
                     return 3;
                 return m_scene->verdict() == CodeVerdict::Stale
                         && m_scene->changes() == QStringList{u"library modified libloadee.so"_s}
                     ? 0
                     : 4;
             }),
             0);
}

void TestCodeOfProcess::anUpgradeBeforeTheFirstHashIsStaleByTheMapping()
{
    if (::getuid() != 0)
        return; // the kernel shows the mapping itself to root only: the next test is everybody else's
    Program program(m_scene->path("loader"));
    QCOMPARE(program.tell("load " + m_scene->path("libloadee.so")), "1");
    install(*m_scene, LOADEE_2, "libloadee.so");
    m_scene->sources.pid = program.pid();
    m_scene->note();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(), QStringList{u"library modified libloadee.so"_s});
    install(*m_scene, LOADEE_1, "libloadee.so");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestCodeOfProcess::anUpgradeBeforeTheFirstHashIsUnknownToAnOrdinaryUser()
{
    const QByteArray library = m_scene->path("libloadee.so");
    ::chmod(m_scene->path("").constData(), 0777);
    install(*m_scene, LOADEE_2, "second.so");
    const QByteArray second = m_scene->path("second.so");
    QCOMPARE(asOrdinaryUser([&] {
                 m_scene->sources.pid = ::getpid();
                 m_scene->sources.since = wallClock();
                 if (!::dlopen(library.constData(), RTLD_NOW | RTLD_LOCAL)
                     || ::rename(second.constData(), library.constData()) != 0)
                     return 1;
                 m_scene->note();
                 return m_scene->verdict() == CodeVerdict::Unknown
                         && m_scene->changes() == QStringList{u"library unverified libloadee.so"_s}
                     ? 0
                     : 2;
             }),
             0);
}

void TestCodeOfProcess::aLibraryInstalledAgainIsFresh()
{
    Program program(m_scene->path("loader"));
    program.tell("load " + m_scene->path("libloadee.so"));
    m_scene->sources.pid = program.pid();
    m_scene->note();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    install(*m_scene, LOADEE_1, "libloadee.so"); // another inode, the same bytes; the mapping is "(deleted)" now
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestCodeOfProcess::aDeletedLibraryIsStale()
{
    Program program(m_scene->path("loader"));
    program.tell("load " + m_scene->path("libloadee.so"));
    m_scene->sources.pid = program.pid();
    m_scene->note();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    QCOMPARE(::unlink(m_scene->path("libloadee.so").constData()), 0);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(), QStringList{u"library removed libloadee.so"_s});
}

void TestCodeOfProcess::aLibraryMovedAsideIsStale()
{
    Program program(m_scene->path("loader"));
    program.tell("load " + m_scene->path("libloadee.so"));
    m_scene->sources.pid = program.pid();
    m_scene->note();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    // the kernel now names the mapping libloadee.so.old, which is what it has always been
    QCOMPARE(::rename(m_scene->path("libloadee.so").constData(), m_scene->path("libloadee.so.old").constData()), 0);
    install(*m_scene, LOADEE_2, "libloadee.so");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(), QStringList{u"library modified libloadee.so"_s});
}

void TestCodeOfProcess::aLibraryLoadedLaterIsNoted()
{
    Program program(m_scene->path("loader"));
    m_scene->sources.pid = program.pid();
    m_scene->note();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    program.tell("load " + m_scene->path("libloadee.so"));
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    install(*m_scene, LOADEE_2, "libloadee.so");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
}

void TestCodeOfProcess::anUnloadedLibraryIsForgotten()
{
    Program program(m_scene->path("loader"));
    program.tell("load " + m_scene->path("libloadee.so"));
    m_scene->sources.pid = program.pid();
    m_scene->note();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    install(*m_scene, LOADEE_2, "libloadee.so");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(program.tell("unload"), "0");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    letFilesSettle(); // what changed shortly before a look that comes after its loading cannot be told from what
                      // changed later
    m_scene->verdict();
    QCOMPARE(program.tell("load " + m_scene->path("libloadee.so")), "2");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestCodeOfProcess::aRebuiltExecutableIsStale()
{
    Program program(m_scene->path("loader"));
    m_scene->sources.pid = program.pid();
    m_scene->note();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    install(*m_scene, LOADEE_1, "loader");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(), QStringList{u"executable modified loader"_s});
}

void TestCodeOfProcess::anExecutableBuiltTheSameIsFresh()
{
    Program program(m_scene->path("loader"));
    install(*m_scene, LOADER, "loader"); // even before it was noted: /proc/PID/exe is what runs
    m_scene->sources.pid = program.pid();
    m_scene->note();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    install(*m_scene, LOADER, "loader");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestCodeOfProcess::theBuildThatRunsAndTheOneOnDiskAreTold()
{
    const auto told = [this] {
        const BuildIds ids = m_scene->look().buildIds;
        return QString(ids.running + u' ' + ids.onDisk);
    };
    Program program(m_scene->path("loader"));
    install(*m_scene, LOADER_2, "loader"); // even before it was noted
    m_scene->sources.pid = program.pid();
    m_scene->note();
    QCOMPARE(told(), u"1111aaaa 2222bbbb"_s);
    QCOMPARE(m_scene->report.verdict, CodeVerdict::Stale);
    install(*m_scene, LOADER, "loader");
    QCOMPARE(told(), u"1111aaaa 1111aaaa"_s);
    QCOMPARE(m_scene->report.verdict, CodeVerdict::Fresh);
    QCOMPARE(::unlink(m_scene->path("loader").constData()), 0);
    QCOMPARE(told(), u"1111aaaa "_s);
    install(*m_scene, LOADER_2, "loader");
    QCOMPARE(program.tell("exec " + m_scene->path("loader")), "ready");
    QCOMPARE(told(), u"2222bbbb 2222bbbb"_s);
}

void TestCodeOfProcess::whatALinkLeadsToCounts_data()
{
    QTest::addColumn<QByteArray>("program");
    QTest::addColumn<QByteArray>("library");
    QTest::addColumn<QByteArray>("stale");
    QTest::newRow("the same release") << QByteArray(LOADER) << QByteArray(LOADEE_1) << QByteArray();
    QTest::newRow("another program") << QByteArray(LOADEE_2) << QByteArray(LOADEE_1)
                                     << QByteArray("current/bin/loader");
    QTest::newRow("another library") << QByteArray(LOADER) << QByteArray(LOADEE_2)
                                     << QByteArray("current/lib/libloadee.so");
}

/// `current` of releases: the process shows the folder, not the link that it was started by.
void TestCodeOfProcess::whatALinkLeadsToCounts()
{
    QFETCH(QByteArray, program);
    QFETCH(QByteArray, library);
    QFETCH(QByteArray, stale);
    const auto makeRelease = [this](const QByteArray &name, const QByteArray &program, const QByteArray &library) {
        install(*m_scene, program.constData(), name + "/bin/loader");
        install(*m_scene, library.constData(), name + "/lib/libloadee.so");
    };
    makeRelease("r1", LOADER, LOADEE_1);
    makeRelease("r2", program, library);
    QCOMPARE(::symlink("r1", m_scene->path("current").constData()), 0);
    letFilesSettle();
    Program running(m_scene->path("current/bin/loader"));
    QCOMPARE(running.tell("load " + m_scene->path("current/lib/libloadee.so")), "1");
    m_scene->sources.pid = running.pid();
    m_scene->begin();
    QCOMPARE(m_scene->manifest->find(m_scene->path("current/bin/loader")), CodeKind::Executable);
    QCOMPARE(::symlink("r2", m_scene->path("next").constData()), 0);
    QCOMPARE(::rename(m_scene->path("next").constData(), m_scene->path("current").constData()), 0);
    const CodeReport report = m_scene->look();
    QCOMPARE(report.verdict, stale.isEmpty() ? CodeVerdict::Fresh : CodeVerdict::Stale);
    QCOMPARE(report.changed.size(), stale.isEmpty() ? 0 : 1);
    if (!stale.isEmpty()) {
        QCOMPARE(report.changed[0].path, QString::fromUtf8(m_scene->path(stale)));
        QCOMPARE(report.changed[0].pids, QList<qint64>{running.pid()});
    }
}

void TestCodeOfProcess::aDeletedExecutableIsStale()
{
    Program program(m_scene->path("loader"));
    QCOMPARE(::unlink(m_scene->path("loader").constData()), 0);
    m_scene->sources.pid = program.pid();
    m_scene->note();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(), QStringList{u"executable removed loader"_s});
}

void TestCodeOfProcess::aProgramThatReplacedItselfIsNotedAfresh()
{
    Program program(m_scene->path("loader"));
    m_scene->sources.pid = program.pid();
    m_scene->note();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    QFile built(QString::fromUtf8(LOADER));
    QVERIFY(built.open(QIODevice::ReadOnly));
    m_scene->replace("loader", built.readAll() + "another build");
    QCOMPARE(::chmod(m_scene->path("loader").constData(), 0755), 0);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    letFilesSettle();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(program.tell("exec " + m_scene->path("loader")), "ready");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestCodeOfProcess::theEnvironmentOfAnotherProcessIsRecorded()
{
    QVERIFY(::setenv("ONLY_THE_PROGRAM_HAS_IT", "1", 1) == 0); // in the child's, not in /proc/self/environ
    Program program(m_scene->path("loader"));
    ::unsetenv("ONLY_THE_PROGRAM_HAS_IT");
    m_scene->sources.pid = program.pid();
    m_scene->note();
    QVERIFY(m_scene->manifest->environment());
    const QByteArray given = *ProcessOrigin::environmentOf(program.pid());
    QVERIFY(given.contains(QByteArray("ONLY_THE_PROGRAM_HAS_IT=1\0", 26)));
    QCOMPARE(*m_scene->manifest->environment(), ProcessOrigin::environmentHash(given));
    QVERIFY(*m_scene->manifest->environment()
            != ProcessOrigin::environmentHash(*ProcessOrigin::environmentOf(::getpid())));
}

void TestCodeOfProcess::aProcessThatIsGoneIsUnknown()
{
    m_scene->write("a.py", "1");
    {
        Program program(m_scene->path("loader"));
        m_scene->sources.pid = program.pid();
    }
    m_scene->sources.watch = {"*.py"};
    m_scene->note();
    m_scene->verdict();
    m_scene->sources.since.reset();
    CodeManifest manifest([&] {
        CodeSources sources = m_scene->sources;
        sources.since.reset();
        return sources;
    }());
    CodeComparison comparison(manifest);
    QCOMPARE(comparison.compare(m_scene->throttle).verdict, CodeVerdict::Unknown);
}

void TestCodeOfProcess::aPathOfManyKindsIsReadFromMaps()
{
    const QList<MappedFile> files =
        parseMaps("5583e0a00000-5583e0a02000 r--p 00000000 fe:00 100                /usr/bin/prog\n"
                  "5583e0a02000-5583e0a07000 r-xp 00002000 fe:00 100                /usr/bin/prog\n"
                  "7f0000000000-7f0000001000 rwxp 00000000 00:00 0 \n"
                  "7f0000001000-7f0000002000 r-xp 00000000 00:01 5                  /memfd:jit (deleted)\n"
                  "7f0000002000-7f0000003000 rwxs 00000000 fe:00 6                  /tmp/ffiAbCdEf (deleted)\n"
                  "7f0000003000-7f0000004000 r-xp 00000000 00:05 7                  /dev/zero (deleted)\n"
                  "7f0000003000-7f0000004000 r-xp 00000000 00:05 8                  /dev/shm/build/prog\n"
                  "7f0000004000-7f0000005000 r-xp 00000000 fe:00 200                /opt/a b/lib x.so (deleted)\n"
                  "7f0000005000-7f0000006000 r-xp 00001000 fe:00 200                /opt/a b/lib x.so (deleted)\n"
                  "7f0000006000-7f0000007000 r-xp 00000000 103:02 300               /opt/two\\012lines.so\n"
                  "7f0000007000-7f0000008000 r--p 00000000 fe:00 400                /usr/lib/locale/locale-archive\n"
                  "7fff00000000-7fff00001000 r-xp 00000000 00:00 0                  [vdso]\n"
                  "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0          [vsyscall]");
    QCOMPARE(files.size(), 4);
    QCOMPARE(files[0], (MappedFile{"/usr/bin/prog", "map_files/5583e0a02000-5583e0a07000", 0xfe00, 100, false, false}));
    QCOMPARE(files[1].path, "/dev/shm/build/prog");
    QCOMPARE(files[2],
             (MappedFile{"/opt/a b/lib x.so", "map_files/7f0000004000-7f0000005000", 0xfe00, 200, true, false}));
    QCOMPARE(files[3].path, "/opt/two\nlines.so");
    QVERIFY(!files[3].deleted);
}

/// Not every build folder lets ordinary users in (one below /root): root runs a copy from where they come.
void TestCodeOfProcess::whatAShellReadsWithoutBeingToldCounts_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("variable");
    QTest::addColumn<QByteArray>("edited");
    const QStringList file{u"bash"_s, u"app.sh"_s};
    QTest::newRow("its script") << file << QString() << QByteArray("app.sh");
    QTest::newRow("its input") << QStringList{u"bash"_s, u"-s"_s} << QString() << QByteArray("app.sh");
    QTest::newRow("a variable") << file << u"BASH_ENV"_s << QByteArray("more.sh");
}

void TestCodeOfProcess::aShellThatReadsAPipeIsUnknown_data()
{
    QTest::addColumn<QString>("command");
    QTest::addColumn<bool>("isChild");
    QTest::addColumn<QByteArrayList>("reporters");
    QTest::newRow("the first process") << u"bash -s"_s << false << QByteArrayList();
    QTest::newRow("another process") << u"bash -s; true"_s << true << QByteArrayList();
    QTest::newRow("with an adapter") << u"bash -s"_s << false << QByteArrayList{"bash"};
}

void TestCodeOfProcess::aShellThatReadsAPipeIsUnknown()
{
    QFETCH(QString, command);
    QFETCH(bool, isChild);
    QFETCH(QByteArrayList, reporters);
    QProcess process;
    process.start(u"sh"_s, {u"-c"_s, isChild ? command : u"exec "_s + command});
    process.write("echo $$\n");
    const pid_t reading = nextLine(process).toInt();
    m_scene->sources.pid = pid_t(process.processId());
    QCOMPARE(reading != m_scene->sources.pid, isChild);
    m_scene->sources.directory = m_scene->path("");
    m_scene->sources.passing = {};
    m_scene->sources.reporters = reporters;
    if (!reporters.isEmpty())
        m_scene->sources.moduleReport = m_scene->path("report");
    if (isChild)
        m_scene->sources.family = [&] { return QList<ProcessEntry>{*readProcess(reading)}; };
    m_scene->note();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Unknown);
    QVERIFY2(m_scene->report.reasons.join(u' ').contains(u"takes its commands from a pipe"_s),
             qPrintable(m_scene->report.reasons.join(u' ')));
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
}

void TestCodeOfProcess::aFolderStandsForItsScript()
{
    m_scene->write("app/__main__.py", "print('up', flush=True); input()\n");
    letFilesSettle();
    QProcess process;
    process.setWorkingDirectory(m_scene->directory.path());
    process.start(u"python3"_s, {u"app"_s});
    QVERIFY(process.waitForReadyRead());
    m_scene->sources.pid = pid_t(process.processId());
    m_scene->sources.directory = m_scene->path("");
    m_scene->begin();
    m_scene->replace("app/__main__.py", "print('another')\n");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(), QStringList{u"source modified app/__main__.py"_s});
    process.write("\n");
    QVERIFY(process.waitForFinished());
}

void TestCodeOfProcess::whatAShellReadsWithoutBeingToldCounts()
{
    QFETCH(QStringList, arguments);
    QFETCH(QString, variable);
    QFETCH(QByteArray, edited);
    m_scene->write("app.sh", "echo up; read -u 3 line\n");
    m_scene->write("more.sh", "more=1\n");
    letFilesSettle();
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    if (!variable.isEmpty())
        environment.insert(variable, QFile::decodeName(m_scene->path("more.sh")));
    process.setProcessEnvironment(environment);
    process.setWorkingDirectory(m_scene->directory.path());
    const QString input = arguments.size() > 1 && arguments[1] == u"-s"_s ? u" < app.sh"_s : QString();
    process.start(u"sh"_s, {u"-c"_s, u"exec 3<&0; exec "_s + arguments.join(u' ') + input});
    QVERIFY(process.waitForReadyRead());
    m_scene->sources.pid = pid_t(process.processId());
    m_scene->sources.directory = m_scene->path("");
    m_scene->begin();
    m_scene->replace(edited, "echo another\n");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(), QStringList{u"source modified "_s + QString::fromUtf8(edited)});
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
}

void TestCodeOfProcess::aScriptBehindMountsOfItsOwnIsUnknown()
{
    m_scene->write("app/run.sh", "echo ours; read line\n");
    m_scene->write("other/run.sh", "echo its; read line\n");
    letFilesSettle();
    QProcess process;
    process.setChildProcessModifier([app = m_scene->path("app"), other = m_scene->path("other")] {
        if (::unshare(::getuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) != 0
            || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0
            || ::mount(other.constData(), app.constData(), nullptr, MS_BIND, nullptr) != 0)
            ::_exit(1);
    });
    process.setWorkingDirectory(m_scene->directory.path());
    process.start(u"sh"_s, {u"app/run.sh"_s});
    QCOMPARE(nextLine(process), "its");
    m_scene->sources.pid = pid_t(process.processId());
    m_scene->note();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Unknown);
    QVERIFY2(m_scene->report.reasons.value(0).contains(u"mounts of its own"_s),
             qPrintable(m_scene->report.reasons.join(u' ')));
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
}

void TestCodeOfProcess::aProgramWithPythonInItIsUnknown()
{
    install(*m_scene, LOADEE_1, "libpython3.99.so");
    letFilesSettle();
    Program program(m_scene->path("loader"));
    m_scene->sources.pid = program.pid();
    m_scene->begin();
    program.tell("load " + m_scene->path("libpython3.99.so"));
    QCOMPARE(m_scene->verdict(), CodeVerdict::Unknown);
    QVERIFY2(m_scene->report.reasons.value(0).contains(u"has Python in it (libpython3.99.so)"_s),
             qPrintable(m_scene->report.reasons.join(u' ')));
    m_scene->sources.watch = {m_scene->path("loader")}; // the user says what matters
    m_scene->note();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestCodeOfProcess::aJarThatAJavaMachineHasOpenCounts()
{
    install(*m_scene, LOADEE_1, "libjvm.so");
    m_scene->replace("dep.jar", "1");
    letFilesSettle();
    Program program(m_scene->path("loader"));
    QCOMPARE(program.tell("load " + m_scene->path("libjvm.so")), "1");
    QCOMPARE(program.tell("open " + m_scene->path("dep.jar")), "1");
    m_scene->sources.pid = program.pid();
    m_scene->note();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    m_scene->replace("dep.jar", "2");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(), QStringList{u"library modified dep.jar"_s});
    m_scene->replace("dep.jar", "1");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    QCOMPARE(program.tell("close"), "0"); // its classes stay
    m_scene->replace("dep.jar", "3");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
}

void TestCodeOfProcess::aJarThatAnotherProgramHasOpenDoesNotCount()
{
    m_scene->replace("dep.jar", "1");
    letFilesSettle();
    Program program(m_scene->path("loader"));
    QCOMPARE(program.tell("open " + m_scene->path("dep.jar")), "1");
    m_scene->sources.pid = program.pid();
    m_scene->note();
    m_scene->replace("dep.jar", "2");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestCodeOfProcess::aJarUnpackedForOneRunDoesNotCount()
{
    install(*m_scene, LOADEE_1, "libjvm.so");
    m_scene->replace("unpacked.jar", "1");
    letFilesSettle();
    Program program(m_scene->path("loader"));
    QCOMPARE(program.tell("load " + m_scene->path("libjvm.so")), "1");
    QCOMPARE(program.tell("open " + m_scene->path("unpacked.jar")), "1");
    QVERIFY(QFile::remove(QFile::decodeName(m_scene->path("unpacked.jar"))));
    m_scene->sources.pid = program.pid();
    m_scene->note();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    if (::geteuid() == 0 && !qEnvironmentVariableIsSet("HEPHAESTUS_TEST_COPY")) {
        const QTemporaryDir directory;
        const QString copy = directory.filePath(u"tst_codeofprocess"_s);
        ::chmod(QFile::encodeName(directory.path()).constData(), 0755);
        if (!QFile::copy(QCoreApplication::applicationFilePath(), copy))
            qFatal("this program cannot be copied to %ls", qUtf16Printable(copy));
        ::chmod(QFile::encodeName(copy).constData(), 0755);
        qputenv("HEPHAESTUS_TEST_COPY", "1");
        return QProcess::execute(copy, QCoreApplication::arguments().mid(1));
    }
    TestCodeOfProcess test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_codeofprocess.moc"
