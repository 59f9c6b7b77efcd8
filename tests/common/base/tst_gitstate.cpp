// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/gitstate.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestGitState : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aWorkTreeIsRead();
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
        write(directory.filePath(u".git/packed-refs"_s), "# pack-refs\nabc refs/heads/main\n");
        return QFile::encodeName(directory.filePath(u"src/deep"_s));
    }
};

void TestGitState::aWorkTreeIsRead()
{
    const QTemporaryDir directory;
    const QByteArray below = workTree(directory);
    QCOMPARE(GitState::of(below).branch, "refs/heads/main");
    QCOMPARE(GitState::of(below).commit, "abc");
    write(directory.filePath(u".git/refs/heads/main"_s), "def\n");
    QCOMPARE(GitState::of(below).commit, "def");
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
    QCOMPARE(state.commit,
             path.endsWith(u"main"_s) || path.endsWith(u"commondir"_s) ? QByteArray("abc") : QByteArray());
}

QTEST_APPLESS_MAIN(TestGitState)
#include "tst_gitstate.moc"
