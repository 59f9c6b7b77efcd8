// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/gitstate.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>
#include <unistd.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

static const QByteArray Packed(40, 'a');
static const QByteArray Loose(64, 'b');

class TestGitState : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aWorkTreeIsRead();
    void onlyReferencesAreRead_data();
    void onlyReferencesAreRead();
    void aRepositoryOfAnotherIsNone_data();
    void aRepositoryOfAnotherIsNone();
    void aHugeFileIsNotRead_data();
    void aHugeFileIsNotRead();
    void whatIsNoFileIsNotWaitedFor_data();
    void whatIsNoFileIsNotWaitedFor();

private:
    static void write(const QString &path, const QByteArray &content)
    {
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            qFatal("not written");
    }
    static QByteArray workTree(const QTemporaryDir &directory)
    {
        if (!QDir(directory.path()).mkpath(u".git/refs/heads"_s) || !QDir(directory.path()).mkpath(u"src/deep"_s))
            qFatal("not made");
        write(directory.filePath(u".git/HEAD"_s), "ref: refs/heads/main\n");
        write(directory.filePath(u".git/packed-refs"_s), "# pack-refs\n" + Packed + " refs/heads/main\n");
        return QFile::encodeName(directory.filePath(u"src/deep"_s));
    }
};

void TestGitState::aWorkTreeIsRead()
{
    const QTemporaryDir directory;
    const QByteArray below = workTree(directory);
    QCOMPARE(GitState::of(below).branch, "refs/heads/main");
    QCOMPARE(GitState::of(below).commit, Packed);
    write(directory.filePath(u".git/refs/heads/main"_s), Loose + '\n');
    QCOMPARE(GitState::of(below).commit, Loose);
}

void TestGitState::onlyReferencesAreRead_data()
{
    QTest::addColumn<QByteArray>("head");
    QTest::addColumn<QByteArray>("branch");
    QTest::newRow("above the repository") << QByteArray("ref: ../secret") << QByteArray();
    QTest::newRow("above it, by a reference") << QByteArray("ref: refs/../../secret") << QByteArray();
    QTest::newRow("no reference") << QByteArray("ref: secret") << QByteArray();
    QTest::newRow("absolute") << QByteArray("ref: /secret") << QByteArray();
    QTest::newRow("a hidden name, as of another format") << QByteArray("ref: refs/heads/.invalid") << QByteArray();
    QTest::newRow("a control character") << QByteArray("ref: refs/heads/\x1b[2J") << QByteArray();
    QTest::newRow("no commit in it") << QByteArray("ref: refs/heads/words") << QByteArray("refs/heads/words");
    QTest::newRow("no commit") << QByteArray("some words") << QByteArray();
}

void TestGitState::onlyReferencesAreRead()
{
    QFETCH(QByteArray, head);
    QFETCH(QByteArray, branch);
    const QTemporaryDir directory;
    const QByteArray below = workTree(directory);
    write(directory.filePath(u"secret"_s), Loose + '\n');
    write(directory.filePath(u".git/secret"_s), Loose + '\n');
    write(directory.filePath(u".git/refs/heads/.invalid"_s), Loose + '\n');
    write(directory.filePath(u".git/refs/heads/words"_s), "some words\n");
    write(directory.filePath(u".git/HEAD"_s), head + '\n');
    QCOMPARE(GitState::of(below).branch, branch);
    QCOMPARE(GitState::of(below).commit, "");
}

void TestGitState::aRepositoryOfAnotherIsNone_data()
{
    QTest::addColumn<QStringList>("others"); // the paths that belong to another user
    QTest::addColumn<bool>("isKnown");
    QTest::addColumn<QByteArray>("commit");
    QTest::newRow("the repository") << QStringList{u".git"_s} << false << QByteArray();
    QTest::newRow("all, with the folder one works in")
        << QStringList{u".git"_s, u".git/HEAD"_s, u".git/packed-refs"_s, u"src/deep"_s} << true << Packed;
    QTest::newRow("what a link of theirs names is ours")
        << QStringList{u".git"_s, u".git/HEAD"_s, u"src/deep"_s} << true << QByteArray();
    QTest::newRow("a file in ours") << QStringList{u".git/packed-refs"_s} << true << QByteArray();
}

void TestGitState::aRepositoryOfAnotherIsNone()
{
    if (::geteuid() != 0)
        return; // only root can give a file away
    QFETCH(QStringList, others);
    QFETCH(bool, isKnown);
    QFETCH(QByteArray, commit);
    const QTemporaryDir directory;
    const QByteArray below = workTree(directory);
    for (const QString &path : others)
        QCOMPARE(::chown(QFile::encodeName(directory.filePath(path)).constData(), 65533, 65533), 0);
    QCOMPARE(!GitState::of(below).worktree.isEmpty(), isKnown);
    QCOMPARE(GitState::of(below).commit, commit);
}

void TestGitState::aHugeFileIsNotRead_data()
{
    QTest::addColumn<QString>("path");
    for (const char *const path : {".git/HEAD", ".git/packed-refs", ".git/refs/heads/main"})
        QTest::newRow(path) << QString::fromLatin1(path);
}

void TestGitState::aHugeFileIsNotRead()
{
    QFETCH(QString, path);
    const QTemporaryDir directory;
    const QByteArray below = workTree(directory);
    QFile file(directory.filePath(path));
    QVERIFY(file.open(QIODevice::ReadWrite));
    QVERIFY(file.resize(1LL << 42)); // all holes: reading it to its end would take an hour
    QCOMPARE(GitState::of(below).commit, "");
}

void TestGitState::whatIsNoFileIsNotWaitedFor_data()
{
    QTest::addColumn<QString>("path"); // where a FIFO is that nobody writes to, or a device that never ends
    QTest::addColumn<bool>("isDevice");
    for (const char *const path : {".git", ".git/HEAD", ".git/packed-refs", ".git/refs/heads/main", ".git/commondir"}) {
        QTest::newRow(path) << QString::fromLatin1(path) << false;
        QTest::addRow("%s, a device", path) << QString::fromLatin1(path) << true;
    }
}

void TestGitState::whatIsNoFileIsNotWaitedFor()
{
    QFETCH(QString, path);
    QFETCH(bool, isDevice);
    const QTemporaryDir directory;
    const QByteArray below = workTree(directory);
    if (path == u".git"_s)
        QVERIFY(QDir(directory.filePath(path)).removeRecursively());
    QFile::remove(directory.filePath(path));
    const QByteArray file = QFile::encodeName(directory.filePath(path));
    QCOMPARE(isDevice ? ::symlink("/dev/zero", file.constData()) : ::mkfifo(file.constData(), 0600), 0);
    const GitState state = GitState::of(below);
    QCOMPARE(state.commit, path.endsWith(u"commondir"_s) ? Packed : QByteArray());
}

QTEST_APPLESS_MAIN(TestGitState)
#include "tst_gitstate.moc"
