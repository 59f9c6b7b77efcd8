// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/privatedirectory.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>
#include <unistd.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestPrivateDirectory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsMadeOrFoundIsPrivate();
    void aLinkInTheFoldersPlaceIsAProblem();
    void aFolderOfAnotherUserIsAProblem();
    void removingDoesNotFollowLinks();

private:
    static uint modeOf(const QString &path)
    {
        struct stat status = {};
        return ::stat(QFile::encodeName(path).constData(), &status) == 0 ? status.st_mode & 07777 : 0;
    }
    static void makeFile(const QString &path)
    {
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly))
            qFatal("not made");
    }
};

void TestPrivateDirectory::whatIsMadeOrFoundIsPrivate()
{
    const QTemporaryDir directory;
    const QString state = directory.filePath(u"state/hephaestus"_s);
    QVERIFY(!makePrivateDirectory(state));
    QCOMPARE(modeOf(state), 0700U);
    const QString file = state + u"/history.db"_s;
    QVERIFY(!makePrivateFile(file));
    QCOMPARE(modeOf(file), 0600U);
    // As an earlier version, or a looser umask, left them.
    QCOMPARE(::chmod(QFile::encodeName(state).constData(), 0755), 0);
    QCOMPARE(::chmod(QFile::encodeName(file).constData(), 0664), 0);
    QVERIFY(!makePrivateDirectory(state + u'/'));
    QVERIFY(!makePrivateFile(file));
    QCOMPARE(modeOf(state), 0700U);
    QCOMPARE(modeOf(file), 0600U);
}

void TestPrivateDirectory::aLinkInTheFoldersPlaceIsAProblem()
{
    const QTemporaryDir directory;
    const QTemporaryDir elsewhere;
    QCOMPARE(::chmod(QFile::encodeName(elsewhere.path()).constData(), 0755), 0);
    QVERIFY(QFile::link(elsewhere.path(), directory.filePath(u"link"_s)));
    makeFile(directory.filePath(u"file"_s));
    QVERIFY(makePrivateDirectory(directory.filePath(u"link"_s)));
    QVERIFY(makePrivateDirectory(directory.filePath(u"file"_s)));
    QVERIFY(makePrivateFile(directory.filePath(u"link"_s)));
    QCOMPARE(modeOf(elsewhere.path()), 0755U);
}

void TestPrivateDirectory::aFolderOfAnotherUserIsAProblem()
{
    if (::geteuid() != 0)
        QSKIP("only root can give a folder away");
    const QTemporaryDir directory;
    QCOMPARE(::chmod(QFile::encodeName(directory.path()).constData(), 0755), 0);
    const QString theirs = directory.filePath(u"theirs"_s);
    const QString roots = directory.filePath(u"roots"_s);
    for (const QString &each : {theirs, roots})
        QCOMPARE(::mkdir(QFile::encodeName(each).constData(), 0755), 0);
    QCOMPARE(::chown(QFile::encodeName(theirs).constData(), 54321, 54321), 0);
    QCOMPARE(::seteuid(12345), 0);
    const auto inTheirs = makePrivateDirectory(theirs);
    const auto inRoots = makePrivateDirectory(roots);
    QCOMPARE(::seteuid(0), 0);
    QVERIFY(inTheirs && inTheirs->what.contains(u"another user (54321)"_s));
    QVERIFY(!inRoots);
    QVERIFY(!makePrivateDirectory(theirs)); // root may
}

void TestPrivateDirectory::removingDoesNotFollowLinks()
{
    const QTemporaryDir directory;
    const QTemporaryDir elsewhere;
    makeFile(elsewhere.filePath(u"dear"_s));
    QVERIFY(QDir(directory.path()).mkpath(u"ours/deep"_s));
    QVERIFY(QFile::link(elsewhere.path(), directory.filePath(u"ours/deep/link"_s)));
    QVERIFY(QFile::link(elsewhere.path(), directory.filePath(u"link"_s)));
    removeDirectory(directory.filePath(u"link"_s));
    removeDirectory(directory.filePath(u"ours"_s));
    QVERIFY(QFile::exists(elsewhere.filePath(u"dear"_s)));
    QVERIFY(!QFileInfo::exists(directory.filePath(u"ours"_s)));
}

QTEST_APPLESS_MAIN(TestPrivateDirectory)
#include "tst_privatedirectory.moc"
