// SPDX-License-Identifier: GPL-3.0-or-later
//
// Files that change, and what is then said of the process that loaded them. Fresh must never be wrong, nor stale.
#include "server/code/processorigin.h"
#include "tests/server/code/codescene.h"
#include "tests/support/processend.h"

#include <QProcess>
#include <QSet>

#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

namespace {

/// By how much the clocks of this program are wrong, in seconds; the kernel's, which file times are from, is not.
qint64 clockMoved = 0;

const QByteArray Source("src/manager.py");
const QByteArray Code("def run():\n    return 1\n");
const QByteArray OtherCode("def run():\n    return 2\n"); // of the same size

CodeScene *makeScene()
{
    auto *scene = new CodeScene;
    scene->write(Source, Code);
    scene->sources.watch = {"src/**/*.py"};
    return scene;
}

void git(const CodeScene &scene, const QStringList &arguments)
{
    QProcess process;
    process.setWorkingDirectory(scene.directory.path());
    process.start(u"git"_s,
                  QStringList{u"-c"_s, u"user.name=t"_s, u"-c"_s, u"user.email=t@example.org"_s, u"-c"_s,
                              u"commit.gpgsign=false"_s}
                      + arguments);
    QVERIFY(hasEnded(process));
    QVERIFY2(process.exitCode() == 0, process.readAllStandardError().constData());
}

} // namespace

/// Takes the C library's place.
extern "C" int clock_gettime(clockid_t clock, timespec *time) noexcept
{
    const auto result = int(::syscall(SYS_clock_gettime, clock, time));
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
        time->tv_sec += clockMoved;
    return result;
}

class TestCodeManifest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_scene.reset(makeScene()); }
    void cleanup()
    {
        clockMoved = 0;
        m_scene.reset();
    }

    void whatIsNotTouchedIsFresh();
    void aTouchedFileIsFresh();
    void timesDecideNothing_data();
    void timesDecideNothing();
    void theSameBytesAgainAreFresh();
    void theSameBytesInANewFileAreFresh();
    void anEditIsStale();
    void anEditOfTheSameSizeIsStale();
    void anEditThatKeepsTheTimeIsStale();
    void anEditTakenBackIsFreshAgain();
    void aFileReplacedByRenameIsStale();
    void aLongerFileIsStale();
    void aTruncatedFileIsStale();
    void aDeletedFileIsStaleUntilItIsBack();
    void aFileThatBecameADirectoryIsStale();
    void aNewFileUnderAPatternIsStaleUntilItIsGone();
    void aNewFileInANewDirectoryIsStale();
    void aNewFileThatNoPatternMatchesIsNothing();
    void aMovedFileIsNamedTwice();
    void aRenamedDirectoryIsStaleUntilItIsBack();
    void anEditedConfigurationIsStale();
    void aFileNamedByTheConfigurationCounts();
    void aConfigurationFileThatAppearsIsStale();
    void aLockFileCounts();
    void theEnvironmentIsRecordedAsAHash_data();
    void theEnvironmentIsRecordedAsAHash();
    void aBranchSwitchedAndBackIsFresh();
    void aDirtyTreeIsStale();
    void aCommitOfWhatIsLoadedIsFresh();
    void aSwitchedBranchIsNamedBesideTheFiles();
    void aRetargetedLinkIsStale();
    void aLinkRetargetedToTheSameBytesIsFresh();
    void aDanglingLinkIsStale();
    void aReadOnlyTreeIsReadAsAnyOther();
    void tenThousandFilesTouchedAtOnceAreFreshAndChangedAreCounted();
    void anUnreadableFileIsUnknownAndSaidSo();
    void aFileThatBecomesUnreadableIsUnknown();
    void anUnreadableDirectoryIsUnknown();
    void staleOutweighsUnknown();
    void aPathWithANewlineIsNamedInOneLine();
    void aNameThatIsNotUtf8IsNamed();
    void aBigFileGoesBySizeInodeAndTime();
    void aBigFileIsHashedWhenAsked();
    void aFileChangedBeforeItWasHashedIsNeverFresh_data();
    void aFileChangedBeforeItWasHashedIsNeverFresh();
    void aFileChangedBeforeItWasNotedIsUnknown();
    void aFileOfTheFutureIsFresh();
    void aMovedClockDecidesNothing_data();
    void aMovedClockDecidesNothing();
    void anEditBeforeTheClockWasSetBackIsNeverFresh_data();
    void anEditBeforeTheClockWasSetBackIsNeverFresh();
    void aBindMountedTreeIsReadAsAnyOther();
    void twoEditsWithinOneTickAreSeen();
    void aFifoIsNotOpened();
    void aStoppedLookSaysNothing();
    void theReportIsSortedByKind();
    void aLoadedFileIsFoundByPathAndByLink();
    void aPatternThatMatchesNothingIsUnknown_data();
    void aPatternThatMatchesNothingIsUnknown();
    void aDirectoryIsWatchedWithAllThatIsInIt();
    void aSourceThatIsNewerThanTheProgramIsNotBuilt();
    void aSourceThatIsEditedWhileTheProgramRunsIsNotBuilt_data();
    void aSourceThatIsEditedWhileTheProgramRunsIsNotBuilt();

private:
    std::unique_ptr<CodeScene> m_scene;
};

void TestCodeManifest::whatIsNotTouchedIsFresh()
{
    m_scene->begin();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    QVERIFY(m_scene->report.changed.isEmpty());
    QVERIFY(m_scene->report.checked.has_value());
}

void TestCodeManifest::aTouchedFileIsFresh()
{
    m_scene->begin();
    m_scene->setTimes(Source, 0);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestCodeManifest::timesDecideNothing_data()
{
    QTest::addColumn<qint64>("seconds");
    QTest::newRow("an hour ago") << qint64(-3600);
    QTest::newRow("in an hour") << qint64(3600);
    QTest::newRow("in 1980") << qint64(-1'400'000'000);
}

void TestCodeManifest::timesDecideNothing()
{
    QFETCH(qint64, seconds);
    m_scene->begin();
    m_scene->setTimes(Source, seconds);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    m_scene->write(Source, OtherCode);
    m_scene->setTimes(Source, seconds);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    m_scene->write(Source, Code);
    m_scene->setTimes(Source, -seconds);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestCodeManifest::theSameBytesAgainAreFresh()
{
    m_scene->begin();
    m_scene->write(Source, Code);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestCodeManifest::theSameBytesInANewFileAreFresh()
{
    m_scene->begin();
    m_scene->replace(Source, Code);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestCodeManifest::anEditIsStale()
{
    m_scene->begin();
    m_scene->write(Source, Code + "# more\n");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(), QStringList{u"source modified src/manager.py"_s});
}

void TestCodeManifest::anEditOfTheSameSizeIsStale()
{
    m_scene->begin();
    m_scene->write(Source, OtherCode);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
}

void TestCodeManifest::anEditThatKeepsTheTimeIsStale()
{
    struct stat before = {};
    QCOMPARE(::stat(m_scene->path(Source).constData(), &before), 0);
    m_scene->begin();
    m_scene->write(Source, OtherCode);
    const timespec times[2]{before.st_atim, before.st_mtim};
    QCOMPARE(::utimensat(AT_FDCWD, m_scene->path(Source).constData(), times, 0), 0);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
}

void TestCodeManifest::anEditTakenBackIsFreshAgain()
{
    m_scene->begin();
    for (int i = 0; i < 20; ++i) {
        m_scene->write(Source, OtherCode);
        QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
        m_scene->write(Source, Code);
        QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    }
}

void TestCodeManifest::aFileReplacedByRenameIsStale()
{
    m_scene->begin();
    m_scene->replace(Source, OtherCode);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(), QStringList{u"source modified src/manager.py"_s});
    m_scene->replace(Source, Code);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestCodeManifest::aLongerFileIsStale()
{
    m_scene->begin();
    m_scene->write(Source, Code + Code);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
}

void TestCodeManifest::aTruncatedFileIsStale()
{
    m_scene->begin();
    m_scene->write(Source, "");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
}

void TestCodeManifest::aDeletedFileIsStaleUntilItIsBack()
{
    m_scene->begin();
    QCOMPARE(::unlink(m_scene->path(Source).constData()), 0);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(), QStringList{u"source removed src/manager.py"_s});
    m_scene->write(Source, Code);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestCodeManifest::aFileThatBecameADirectoryIsStale()
{
    m_scene->begin();
    QCOMPARE(::unlink(m_scene->path(Source).constData()), 0);
    QCOMPARE(::mkdir(m_scene->path(Source).constData(), 0755), 0);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
}

void TestCodeManifest::aNewFileUnderAPatternIsStaleUntilItIsGone()
{
    m_scene->begin();
    m_scene->write("src/new.py", Code);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(), QStringList{u"source added src/new.py"_s});
    QCOMPARE(::unlink(m_scene->path("src/new.py").constData()), 0);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestCodeManifest::aNewFileInANewDirectoryIsStale()
{
    m_scene->begin();
    m_scene->write("src/deep/er/new.py", Code);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(), QStringList{u"source added src/deep/er/new.py"_s});
}

void TestCodeManifest::aNewFileThatNoPatternMatchesIsNothing()
{
    m_scene->begin();
    m_scene->write("src/notes.txt", Code);
    m_scene->write("src/.hidden.py", Code);
    m_scene->write("src/__pycache__/manager.cpython-311.pyc", Code);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestCodeManifest::aMovedFileIsNamedTwice()
{
    m_scene->begin();
    QCOMPARE(::rename(m_scene->path(Source).constData(), m_scene->path("src/boss.py").constData()), 0);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(), (QStringList{u"source removed src/manager.py"_s, u"source added src/boss.py"_s}));
}

void TestCodeManifest::aRenamedDirectoryIsStaleUntilItIsBack()
{
    m_scene->begin();
    QCOMPARE(::rename(m_scene->path("src").constData(), m_scene->path("old").constData()), 0);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(::rename(m_scene->path("old").constData(), m_scene->path("src").constData()), 0);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestCodeManifest::anEditedConfigurationIsStale()
{
    m_scene->write("hephaestus.toml", "[service]\n");
    m_scene->sources.configurationFiles = {m_scene->path("hephaestus.toml")};
    m_scene->begin();
    m_scene->write("hephaestus.toml", "[service]\nname = 'x'\n");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(), QStringList{u"configuration modified hephaestus.toml"_s});
}

void TestCodeManifest::aFileNamedByTheConfigurationCounts()
{
    m_scene->write("hephaestus.toml", "token_file = 'token'\n");
    m_scene->write("token", "0123");
    m_scene->sources.configurationFiles = {m_scene->path("hephaestus.toml"), m_scene->path("token")};
    m_scene->begin();
    m_scene->write("token", "4567");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(), QStringList{u"configuration modified token"_s});
}

void TestCodeManifest::aConfigurationFileThatAppearsIsStale()
{
    m_scene->sources.configurationFiles = {m_scene->path("local.toml")};
    m_scene->begin();
    m_scene->write("local.toml", "");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(), QStringList{u"configuration added local.toml"_s});
}

void TestCodeManifest::aLockFileCounts()
{
    m_scene->write("uv.lock", "version = 1\n");
    m_scene->sources.lockFiles = lockFilesIn(m_scene->path(""));
    QCOMPARE(m_scene->sources.lockFiles, QByteArrayList{m_scene->path("uv.lock")});
    m_scene->begin();
    m_scene->write("uv.lock", "version = 2\n");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(), QStringList{u"lock_file modified uv.lock"_s});
}

void TestCodeManifest::theEnvironmentIsRecordedAsAHash_data()
{
    QTest::addColumn<QByteArray>("added");
    QTest::addColumn<bool>("same");
    QTest::newRow("the same") << QByteArray() << true;
    QTest::newRow("a variable more") << QByteArray("MODEL=large\0", 12) << false;
    QTest::newRow("what every start has anew") << QByteArray("INVOCATION_ID=5\0LISTEN_PID=7\0", 29) << true;
}

void TestCodeManifest::theEnvironmentIsRecordedAsAHash()
{
    QFETCH(QByteArray, added);
    QFile environ(u"/proc/self/environ"_s);
    QVERIFY(environ.open(QIODevice::ReadOnly));
    m_scene->begin();
    QVERIFY(m_scene->manifest->environment());
    QTEST(*m_scene->manifest->environment() == ProcessOrigin::environmentHash(added + environ.readAll()), "same");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestCodeManifest::aBranchSwitchedAndBackIsFresh()
{
    git(*m_scene, {u"init"_s, u"-qb"_s, u"main"_s});
    git(*m_scene, {u"add"_s, u"."_s});
    git(*m_scene, {u"commit"_s, u"-qm"_s, u"one"_s});
    git(*m_scene, {u"checkout"_s, u"-qb"_s, u"other"_s});
    m_scene->write(Source, OtherCode);
    git(*m_scene, {u"commit"_s, u"-qam"_s, u"two"_s});
    git(*m_scene, {u"checkout"_s, u"-q"_s, u"main"_s});
    m_scene->begin();
    git(*m_scene, {u"checkout"_s, u"-q"_s, u"other"_s});
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    git(*m_scene, {u"checkout"_s, u"-q"_s, u"main"_s});
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestCodeManifest::aDirtyTreeIsStale()
{
    git(*m_scene, {u"init"_s, u"-qb"_s, u"main"_s});
    git(*m_scene, {u"add"_s, u"."_s});
    git(*m_scene, {u"commit"_s, u"-qm"_s, u"one"_s});
    m_scene->begin();
    m_scene->write(Source, OtherCode);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(), QStringList{u"source modified src/manager.py"_s});
}

void TestCodeManifest::aCommitOfWhatIsLoadedIsFresh()
{
    git(*m_scene, {u"init"_s, u"-qb"_s, u"main"_s});
    git(*m_scene, {u"commit"_s, u"--allow-empty"_s, u"-qm"_s, u"none"_s});
    m_scene->begin();
    git(*m_scene, {u"add"_s, u"."_s});
    git(*m_scene, {u"commit"_s, u"-qm"_s, u"one"_s});
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestCodeManifest::aSwitchedBranchIsNamedBesideTheFiles()
{
    git(*m_scene, {u"init"_s, u"-qb"_s, u"main"_s});
    git(*m_scene, {u"add"_s, u"."_s});
    git(*m_scene, {u"commit"_s, u"-qm"_s, u"one"_s});
    m_scene->begin();
    git(*m_scene, {u"checkout"_s, u"-qb"_s, u"other"_s});
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    m_scene->write(Source, OtherCode);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(), (QStringList{u"source modified src/manager.py"_s, u"git modified .git/HEAD"_s}));
}

void TestCodeManifest::aRetargetedLinkIsStale()
{
    m_scene->write("v1/lib.py", Code);
    m_scene->write("v2/lib.py", OtherCode);
    QCOMPARE(::symlink("../v1/lib.py", m_scene->path("src/lib.py").constData()), 0);
    m_scene->begin();
    QCOMPARE(::unlink(m_scene->path("src/lib.py").constData()), 0);
    QCOMPARE(::symlink("../v2/lib.py", m_scene->path("src/lib.py").constData()), 0);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(), QStringList{u"source modified src/lib.py"_s});
}

void TestCodeManifest::aLinkRetargetedToTheSameBytesIsFresh()
{
    m_scene->write("v1/lib.py", Code);
    m_scene->write("v2/lib.py", Code);
    QCOMPARE(::symlink("../v1/lib.py", m_scene->path("src/lib.py").constData()), 0);
    m_scene->begin();
    QCOMPARE(::unlink(m_scene->path("src/lib.py").constData()), 0);
    QCOMPARE(::symlink("../v2/lib.py", m_scene->path("src/lib.py").constData()), 0);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestCodeManifest::aDanglingLinkIsStale()
{
    m_scene->write("v1/lib.py", Code);
    QCOMPARE(::symlink("../v1/lib.py", m_scene->path("src/lib.py").constData()), 0);
    m_scene->begin();
    QCOMPARE(::unlink(m_scene->path("v1/lib.py").constData()), 0);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(), QStringList{u"source removed src/lib.py"_s});
}

void TestCodeManifest::aReadOnlyTreeIsReadAsAnyOther()
{
    ::chmod(m_scene->path("").constData(), 0755);
    ::chmod(m_scene->path(Source).constData(), 0444);
    ::chmod(m_scene->path("src").constData(), 0555);
    QCOMPARE(asOrdinaryUser([this] {
                 m_scene->sources.pid = ::getpid();
                 m_scene->note();
                 return int(m_scene->verdict());
             }),
             int(CodeVerdict::Fresh));
    ::chmod(m_scene->path("src").constData(), 0755);
}

void TestCodeManifest::tenThousandFilesTouchedAtOnceAreFreshAndChangedAreCounted()
{
    constexpr int Count = 10'000;
    const auto name = [](int i) {
        return "src/p" + QByteArray::number(i % 100) + "/m" + QByteArray::number(i) + ".py";
    };
    for (int i = 0; i < Count; ++i)
        m_scene->write(name(i), Code);
    m_scene->begin();
    for (int i = 0; i < Count; ++i)
        m_scene->setTimes(name(i), -60);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    for (int i = 0; i < Count; ++i)
        m_scene->write(name(i), OtherCode);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->report.changed.size(), CodeComparison::Listed);
    QCOMPARE(m_scene->report.more, Count - CodeComparison::Listed);
}

void TestCodeManifest::anUnreadableFileIsUnknownAndSaidSo()
{
    ::chmod(m_scene->path("").constData(), 0755);
    ::chmod(m_scene->path(Source).constData(), 0000);
    QCOMPARE(asOrdinaryUser([this] {
                 m_scene->sources.pid = ::getpid();
                 m_scene->note();
                 return m_scene->verdict() == CodeVerdict::Unknown
                         && m_scene->changes() == QStringList{u"source unreadable src/manager.py"_s}
                     ? 0
                     : 1;
             }),
             0);
}

void TestCodeManifest::aFileThatBecomesUnreadableIsUnknown()
{
    ::chmod(m_scene->path("").constData(), 0755);
    int pipes[2];
    QCOMPARE(::pipe(pipes), 0);
    const QByteArray path = m_scene->path(Source);
    // the child owns nothing of the tree, so that its parent must take the permission away while it waits
    int toChild[2];
    QCOMPARE(::pipe(toChild), 0);
    const pid_t watcher = ::fork();
    if (watcher == 0) {
        char byte = 0;
        if (::read(pipes[0], &byte, 1) != 1)
            ::_exit(1);
        ::chmod(path.constData(), 0000);
        ::_exit(::write(toChild[1], &byte, 1) == 1 ? 0 : 1);
    }
    const int result = asOrdinaryUser([&] {
        m_scene->sources.pid = ::getpid();
        m_scene->note();
        char byte = 0;
        if (m_scene->verdict() != CodeVerdict::Fresh || ::write(pipes[1], &byte, 1) != 1
            || ::read(toChild[0], &byte, 1) != 1)
            return 1;
        return m_scene->verdict() == CodeVerdict::Unknown
                && m_scene->changes() == QStringList{u"source unreadable src/manager.py"_s}
            ? 0
            : 2;
    });
    for (const int descriptor : {pipes[0], pipes[1], toChild[0], toChild[1]})
        ::close(descriptor);
    int status = 0;
    ::waitpid(watcher, &status, 0);
    QCOMPARE(result, 0);
}

void TestCodeManifest::anUnreadableDirectoryIsUnknown()
{
    ::chmod(m_scene->path("").constData(), 0755);
    m_scene->write("src/secret/key.py", Code);
    ::chmod(m_scene->path("src/secret").constData(), 0000);
    const int result = asOrdinaryUser([this] {
        m_scene->sources.pid = ::getpid();
        m_scene->note();
        return m_scene->verdict() == CodeVerdict::Unknown
                && m_scene->changes() == QStringList{u"source unreadable src/secret"_s}
            ? 0
            : 1;
    });
    ::chmod(m_scene->path("src/secret").constData(), 0755);
    QCOMPARE(result, 0);
}

void TestCodeManifest::staleOutweighsUnknown()
{
    m_scene->write("src/other.py", Code);
    m_scene->sources.hashLimit = 4;
    m_scene->begin();
    m_scene->setTimes(Source, -60);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Unknown);
    m_scene->write("src/other.py", Code + Code);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(),
             (QStringList{u"source unverified src/manager.py"_s, u"source modified src/other.py"_s}));
}

void TestCodeManifest::aPathWithANewlineIsNamedInOneLine()
{
    m_scene->write("src/two\nlines.py", Code);
    m_scene->begin();
    m_scene->write("src/two\nlines.py", OtherCode);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(), QStringList{u"source modified src/two\\x0alines.py"_s});
}

void TestCodeManifest::aNameThatIsNotUtf8IsNamed()
{
    m_scene->write("src/caf\xe9 \xc3\xa9\\.py", Code);
    m_scene->begin();
    m_scene->write("src/caf\xe9 \xc3\xa9\\.py", OtherCode);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(), QStringList{u"source modified src/caf\\xe9 \u00e9\\\\.py"_s});
    QCOMPARE(::unlink(m_scene->path("src/caf\xe9 \xc3\xa9\\.py").constData()), 0); // QTemporaryDir cannot
}

void TestCodeManifest::aBigFileGoesBySizeInodeAndTime()
{
    m_scene->sources.hashLimit = Code.size() - 1;
    m_scene->begin();
    m_scene->setTimes(Source, -60);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Unknown); // it may be the same, nobody has read it
    QCOMPARE(m_scene->changes(), QStringList{u"source unverified src/manager.py"_s});
    m_scene->write(Source, Code + "#");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
}

void TestCodeManifest::aBigFileIsHashedWhenAsked()
{
    const QByteArray path = m_scene->path("src/big.py");
    m_scene->write("src/big.py", Code);
    QCOMPARE(::truncate(path.constData(), 65 * 1024 * 1024), 0); // sparse
    m_scene->begin();
    m_scene->setTimes("src/big.py", -60);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Unknown);
    m_scene->sources.hashLimit = std::numeric_limits<qint64>::max();
    m_scene->sources.since.reset();
    m_scene->begin();
    m_scene->setTimes("src/big.py", -120);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
}

void TestCodeManifest::aFileChangedBeforeItWasHashedIsNeverFresh_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<bool>("byRename");
    QTest::addColumn<CodeVerdict>("verdict");
    QTest::newRow("same size") << OtherCode << false << CodeVerdict::Unknown;
    QTest::newRow("same size, by rename") << OtherCode << true << CodeVerdict::Unknown;
    QTest::newRow("longer") << Code + Code << false << CodeVerdict::Stale;
    QTest::newRow("the same bytes") << Code << false << CodeVerdict::Unknown; // true, but not provable
}

void TestCodeManifest::aFileChangedBeforeItWasHashedIsNeverFresh()
{
    QFETCH(QByteArray, content);
    QFETCH(bool, byRename);
    QFETCH(CodeVerdict, verdict);
    m_scene->sources.watch = {Source};
    letFilesSettle();
    m_scene->note(); // noted, not yet hashed
    if (byRename)
        m_scene->replace(Source, content);
    else
        m_scene->write(Source, content);
    QCOMPARE(m_scene->verdict(), verdict);
    m_scene->write(Source, Code);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Unknown); // and it stays so until the next start
}

void TestCodeManifest::aFileChangedBeforeItWasNotedIsUnknown()
{
    letFilesSettle();
    m_scene->sources.since = wallClock() - FileStamp::Tick;
    m_scene->write(Source, OtherCode);
    m_scene->note();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Unknown);
    QCOMPARE(m_scene->changes(), QStringList{u"source unverified src/manager.py"_s});
}

void TestCodeManifest::aFileOfTheFutureIsFresh()
{
    // as after the clock was set back an hour: the start is before the file's times, and so is the present
    m_scene->setTimes(Source, 3600);
    m_scene->begin();
    m_scene->write(Source, OtherCode);
    m_scene->setTimes(Source, 3600);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
}

void TestCodeManifest::aMovedClockDecidesNothing_data()
{
    QTest::addColumn<qint64>("seconds");
    QTest::newRow("an hour forward") << qint64(3600);
    QTest::newRow("an hour back") << qint64(-3600);
}

void TestCodeManifest::aMovedClockDecidesNothing()
{
    QFETCH(qint64, seconds);
    m_scene->begin();
    clockMoved = seconds;
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    m_scene->write(Source, OtherCode);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    clockMoved = 0;
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    m_scene->write(Source, Code);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    clockMoved = seconds; // and one that begins on the moved clock
    m_scene->sources.since.reset();
    m_scene->begin();
    m_scene->write(Source, OtherCode);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
}

void TestCodeManifest::anEditBeforeTheClockWasSetBackIsNeverFresh_data()
{
    QTest::addColumn<bool>("before");
    QTest::newRow("edited, then set back") << true;
    QTest::newRow("set back, then edited") << false;
}

void TestCodeManifest::anEditBeforeTheClockWasSetBackIsNeverFresh()
{
    QFETCH(bool, before);
    letFilesSettle();
    clockMoved = before ? 0 : 3600; // the kernel's clock cannot be moved here: it is as it is after the edit
    m_scene->sources.since = wallClock() - FileStamp::Tick;
    m_scene->note(); // the file is watched, and read at the first look
    m_scene->write(Source, OtherCode);
    clockMoved -= 3600;
    QCOMPARE(m_scene->verdict(), CodeVerdict::Unknown);
    QCOMPARE(m_scene->changes(), QStringList{u"source unverified src/manager.py"_s});
}

void TestCodeManifest::aBindMountedTreeIsReadAsAnyOther()
{
    const QByteArray tree = m_scene->path("src");
    const QByteArray place = m_scene->path("mounted");
    QCOMPARE(::mkdir(place.constData(), 0755), 0);
    m_scene->sources.watch = {"mounted/**/*.py"};
    const pid_t child = ::fork(); // with mounts of its own
    if (child == 0) {
        const auto judge = [&]() -> int {
            if (::unshare(::getuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) != 0
                || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0
                || ::mount(tree.constData(), place.constData(), nullptr, MS_BIND, nullptr) != 0
                || ::mount(nullptr, place.constData(), nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) != 0)
                return 1;
            m_scene->sources.pid = ::getpid();
            m_scene->note();
            if (m_scene->verdict() != CodeVerdict::Fresh
                || m_scene->manifest->find(m_scene->path("mounted/manager.py")) != CodeKind::Source)
                return 2;
            m_scene->setTimes(Source, 0); // through the tree itself: the mount is read-only
            if (m_scene->verdict() != CodeVerdict::Fresh)
                return 3;
            m_scene->write(Source, OtherCode);
            if (m_scene->verdict() != CodeVerdict::Stale
                || m_scene->changes() != QStringList{u"source modified mounted/manager.py"_s})
                return 4;
            m_scene->write(Source, Code);
            return m_scene->verdict() == CodeVerdict::Fresh ? 0 : 5;
        };
        ::_exit(judge());
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    QVERIFY(WIFEXITED(status));
    QCOMPARE(WEXITSTATUS(status), 0);
}

void TestCodeManifest::twoEditsWithinOneTickAreSeen()
{
    for (int i = 0; i < 10; ++i) {
        m_scene->sources.since.reset();
        m_scene->write(Source, Code);
        m_scene->begin();
        m_scene->write(Source, OtherCode); // the kernel may give it the very times of the first
        QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    }
}

void TestCodeManifest::aFifoIsNotOpened()
{
    QCOMPARE(::mkfifo(m_scene->path("src/pipe.py").constData(), 0600), 0);
    m_scene->sources.configurationFiles = {m_scene->path("src/pipe.py"), "/dev/zero", "/"};
    m_scene->begin();
    QVERIFY(!m_scene->manifest->find("/dev/zero"));
}

void TestCodeManifest::aStoppedLookSaysNothing()
{
    m_scene->begin();
    m_scene->write(Source, OtherCode);
    m_scene->throttle.stop();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Unknown);
    QVERIFY(!m_scene->report.checked);
}

void TestCodeManifest::theReportIsSortedByKind()
{
    m_scene->write("a.toml", "1");
    m_scene->write("z/uv.lock", "1");
    m_scene->sources.configurationFiles = {m_scene->path("a.toml")};
    m_scene->sources.lockFiles = {m_scene->path("z/uv.lock")};
    m_scene->begin();
    m_scene->write("z/uv.lock", "2");
    m_scene->write(Source, OtherCode);
    m_scene->write("a.toml", "2");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(),
             (QStringList{u"configuration modified a.toml"_s, u"source modified src/manager.py"_s,
                          u"lock_file modified z/uv.lock"_s}));
}

void TestCodeManifest::aLoadedFileIsFoundByPathAndByLink()
{
    m_scene->begin();
    QCOMPARE(m_scene->manifest->find(m_scene->path(Source)), CodeKind::Source);
    QVERIFY(!m_scene->manifest->find(m_scene->path("src/other.txt")));
    QVERIFY(!m_scene->manifest->find(m_scene->path("nowhere")));
    QCOMPARE(m_scene->manifest->find(m_scene->path("src/other.py")), CodeKind::Source); // it will count
    QCOMPARE(m_scene->manifest->find(m_scene->path("src")), CodeKind::Source);
    QCOMPARE(m_scene->manifest->find(m_scene->path("src/")), CodeKind::Source);
    QCOMPARE(::symlink("src", m_scene->path("link").constData()), 0);
    QCOMPARE(m_scene->manifest->find(m_scene->path("link/manager.py")), CodeKind::Source);
    QCOMPARE(m_scene->manifest->find(m_scene->path("link/../src/manager.py")), CodeKind::Source);
    m_scene->replace(Source, "value = 2\n"); // another inode
    QCOMPARE(m_scene->manifest->find(m_scene->path("link/manager.py")), CodeKind::Source);
    QCOMPARE(::unlink(m_scene->path(Source).constData()), 0);
    QCOMPARE(m_scene->manifest->find(m_scene->path("link/manager.py")), CodeKind::Source);
}

void TestCodeManifest::aPatternThatMatchesNothingIsUnknown_data()
{
    QTest::addColumn<QByteArray>("pattern");
    QTest::newRow("a mistyped directory") << QByteArray("scr/**/*.py");
    QTest::newRow("another ending") << QByteArray("src/**/*.{js,ts}");
    QTest::newRow("no such file") << QByteArray("src/boss.py");
}

void TestCodeManifest::aPatternThatMatchesNothingIsUnknown()
{
    QFETCH(QByteArray, pattern);
    m_scene->sources.watch << pattern;
    m_scene->note();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Unknown);
    QCOMPARE(m_scene->report.reasons, QStringList{u"no file matches the pattern "_s + QString::fromUtf8(pattern)});
}

void TestCodeManifest::aDirectoryIsWatchedWithAllThatIsInIt()
{
    m_scene->write("more/one.txt", "1");
    letFilesSettle();
    m_scene->sources.watch << "more";
    m_scene->begin();
    m_scene->write("more/deep/two.txt", "2");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(), QStringList{u"source added more/deep/two.txt"_s});
}

void TestCodeManifest::aSourceThatIsEditedWhileTheProgramRunsIsNotBuilt_data()
{
    QTest::addColumn<QByteArrayList>("builtFrom");
    QTest::addColumn<QString>("change");
    QTest::newRow("a source of a compiled language") << QByteArrayList() << u"source not_built src/main.cpp"_s;
    QTest::newRow("whatever is named") << QByteArrayList{"src/*.txt"}
                                       << u"source not_built src/main.cpp, source not_built src/notes.txt"_s;
}

void TestCodeManifest::aSourceThatIsEditedWhileTheProgramRunsIsNotBuilt()
{
    QFETCH(QByteArrayList, builtFrom);
    QFETCH(QString, change);
    m_scene->write("src/main.cpp", "int main() {}\n");
    m_scene->write("src/notes.txt", "1");
    m_scene->write("src/program", "");
    QVERIFY(QFile::remove(m_scene->directory.filePath(u"src/program"_s)));
    QVERIFY(QFile::copy(u"/bin/sleep"_s, m_scene->directory.filePath(u"src/program"_s)));
    for (const char *name : {"src/program", "src/main.cpp", "src/notes.txt"})
        m_scene->setTimes(name, -100);
    m_scene->sources.builtFrom = builtFrom;
    m_scene->sources.watch << "src/*.cpp" << builtFrom;
    letFilesSettle();
    QProcess program;
    program.start(m_scene->directory.filePath(u"src/program"_s), {u"600"_s});
    QVERIFY(program.waitForStarted());
    m_scene->sources.pid = pid_t(program.processId());
    m_scene->note();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Fresh);
    m_scene->write("src/main.cpp", "int main() { return 1; }\n");
    m_scene->write("src/notes.txt", "22");
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes().join(u", "_s), change);
    QVERIFY(m_scene->report.reasons.first().contains(u"build first"_s));
    QVERIFY(QFile::copy(u"/bin/true"_s, m_scene->directory.filePath(u"src/built"_s)));
    QCOMPARE(::rename(m_scene->path("src/built").constData(), m_scene->path("src/program").constData()), 0);
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QVERIFY(!m_scene->changes().join(u", "_s).contains(u"not_built"_s));
    program.kill();
    program.waitForFinished();
}

void TestCodeManifest::aSourceThatIsNewerThanTheProgramIsNotBuilt()
{
    m_scene->write("src/program", "");
    QVERIFY(QFile::remove(m_scene->directory.filePath(u"src/program"_s)));
    QVERIFY(QFile::copy(u"/bin/sleep"_s, m_scene->directory.filePath(u"src/program"_s)));
    m_scene->write("src/main.cpp", "int main() {}\n");
    m_scene->write("src/notes.txt", "1");
    m_scene->setTimes("src/program", -100);
    m_scene->setTimes("src/main.cpp", -50);
    m_scene->sources.watch << "src/*.{cpp,txt}";
    letFilesSettle();
    QProcess program;
    program.start(m_scene->directory.filePath(u"src/program"_s), {u"600"_s});
    QVERIFY(program.waitForStarted());
    m_scene->sources.pid = pid_t(program.processId());
    m_scene->note();
    QCOMPARE(m_scene->verdict(), CodeVerdict::Stale);
    QCOMPARE(m_scene->changes(), QStringList{u"source not_built src/main.cpp"_s});
    QVERIFY(m_scene->report.reasons.first().contains(u"build first"_s));
    program.kill();
    program.waitForFinished();
}

QTEST_GUILESS_MAIN(TestCodeManifest)
#include "tst_codemanifest.moc"
