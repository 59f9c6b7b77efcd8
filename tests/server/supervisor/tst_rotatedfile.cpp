// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/rotatedfile.h"

#include <QDir>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <sys/resource.h>
#include <sys/stat.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

namespace {

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QFile::ReadOnly) ? file.readAll() : QByteArray("unreadable");
}

} // namespace

class TestRotatedFile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void aFullFileMakesRoom();
    void whatIsThereIsContinued();
    void onlyItsUserMayReadIt();
    void moreThanAFileHoldsIsCut();
    void aPlaceThatCannotBeWrittenIsTold_data();
    void aPlaceThatCannotBeWrittenIsTold();
    void aFullDiskCostsTextOnlyAndIsForgottenWhenThereIsRoom();
    void whereItCannotBeRotatedItStartsAgain();
    void oneThatIsTakenAwayIsMadeAnew_data();
    void oneThatIsTakenAwayIsMadeAnew();
    void oneThatWasCutHasRoomAgain();
    void aPlaceThatIsGoneForGoodIsToldUntilItIsBack();

private:
    std::unique_ptr<QTemporaryDir> directory;
    QString path;
};

void TestRotatedFile::init()
{
    directory = std::make_unique<QTemporaryDir>();
    path = directory->filePath(u"out.log"_s);
}

void TestRotatedFile::aFullFileMakesRoom()
{
    RotatedFile file(path, 10, 2);
    for (const char *line : {"1111\n", "2222\n", "3333\n", "4444\n", "5555\n", "6666\n", "7777\n"})
        file.write(line);
    QCOMPARE(contentOf(path), "7777\n");
    QCOMPARE(contentOf(path + u".1"_s), "5555\n6666\n");
    QCOMPARE(contentOf(path + u".2"_s), "3333\n4444\n");
    QCOMPARE(QDir(directory->path()).entryList(QDir::Files).size(), 3);
    QCOMPARE(file.error(), QString());
    QCOMPARE(file.droppedBytes(), 0);
}

void TestRotatedFile::whatIsThereIsContinued()
{
    RotatedFile(path, 10).write("1111\n");
    RotatedFile file(path, 10);
    file.write("2222\n");
    QCOMPARE(contentOf(path), "1111\n2222\n");
    file.write("3333\n");
    QCOMPARE(contentOf(path), "3333\n");
    QCOMPARE(file.flush(), QString());
}

void TestRotatedFile::onlyItsUserMayReadIt()
{
    const auto before = ::umask(0);
    RotatedFile(path).write("secret\n");
    ::umask(before);
    QCOMPARE(QFileInfo(path).permissions()
                 & (QFile::ReadGroup | QFile::ReadOther | QFile::WriteGroup | QFile::WriteOther),
             QFile::Permissions());
}

void TestRotatedFile::moreThanAFileHoldsIsCut()
{
    RotatedFile file(path, 10, 1);
    file.write("0123456789abcdef");
    QCOMPARE(contentOf(path), "6789abcdef");
    QCOMPARE(file.droppedBytes(), 6);
}

void TestRotatedFile::aPlaceThatCannotBeWrittenIsTold_data()
{
    QTest::addColumn<QString>("where");
    QTest::addColumn<QString>("why");
    QTest::newRow("no such directory") << directory->filePath(u"none/out.log"_s) << "No such file or directory";
    QTest::newRow("a file for a directory") << u"/proc/self/stat/out.log"_s << "Not a directory";
    QTest::newRow("read-only") << u"/proc/self/out.log"_s << "No such file or directory";
    QTest::newRow("a device") << u"/dev/full"_s << "is not a regular file";
    QTest::newRow("a directory") << u"/tmp"_s << "Is a directory";
}

void TestRotatedFile::aPlaceThatCannotBeWrittenIsTold()
{
    QFETCH(QString, where);
    QFETCH(QString, why);
    RotatedFile file(where);
    file.write("text\n");
    QVERIFY2(file.error().startsWith(where) && file.error().endsWith(why), qPrintable(file.error()));
    QCOMPARE(file.droppedBytes(), 5);
}

void TestRotatedFile::aFullDiskCostsTextOnlyAndIsForgottenWhenThereIsRoom()
{
    rlimit before{};
    QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
    rlimit small = before;
    small.rlim_cur = 20;
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &small),
             0); // what the kernel then says differs from a full disk by its errno only
    RotatedFile file(path, 1000);
    file.write(QByteArray(15, 'a'));
    file.write(QByteArray(15, 'b'));
    const QString error = file.error();
    const qint64 dropped = file.droppedBytes();
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &before), 0);
    QVERIFY2(error.contains(u"File too large"_s), qPrintable(error));
    QCOMPARE(dropped, 10);
    file.write("c");
    QCOMPARE(file.error(), QString());
    QCOMPARE(contentOf(path), QByteArray(15, 'a') + QByteArray(5, 'b') + 'c');
}

void TestRotatedFile::whereItCannotBeRotatedItStartsAgain()
{
    QVERIFY(QDir().mkpath(path + u".1/full"_s)); // a directory that is not empty cannot be replaced
    RotatedFile file(path, 10, 1);
    file.write("1111\n2222\n");
    file.write("3333\n");
    QVERIFY2(file.error().contains(u"cannot be rotated"_s), qPrintable(file.error()));
    QCOMPARE(contentOf(path), "3333\n");
}

enum class Taken { Removed, Renamed, Replaced, WithItsDirectory };

void TestRotatedFile::oneThatIsTakenAwayIsMadeAnew_data()
{
    QTest::addColumn<Taken>("how");
    QTest::newRow("removed") << Taken::Removed;
    QTest::newRow("renamed") << Taken::Renamed;
    QTest::newRow("replaced by another") << Taken::Replaced;
    QTest::newRow("with its directory") << Taken::WithItsDirectory;
}

void TestRotatedFile::oneThatIsTakenAwayIsMadeAnew()
{
    QFETCH(Taken, how);
    const QString inside = directory->filePath(u"logs/out.log"_s);
    QVERIFY(QDir(directory->path()).mkdir(u"logs"_s));
    RotatedFile file(inside);
    file.write("before\n");
    switch (how) {
    case Taken::Removed: QVERIFY(QFile::remove(inside)); break;
    case Taken::Renamed: QVERIFY(QFile::rename(inside, path)); break;
    case Taken::Replaced:
        QVERIFY(QFile::rename(inside, path));
        RotatedFile(inside).write("of another\n");
        break;
    case Taken::WithItsDirectory: QVERIFY(QDir(directory->filePath(u"logs"_s)).removeRecursively()); break;
    }
    file.write("after\n");
    QCOMPARE(file.error(), QString());
    QCOMPARE(contentOf(inside), how == Taken::Replaced ? "of another\nafter\n" : "after\n");
    QCOMPARE(file.timesMadeAnew(), 1);
    file.write("more\n");
    QCOMPARE(file.timesMadeAnew(), 1);
    if (how == Taken::Renamed)
        QCOMPARE(contentOf(path), "before\n");
}

void TestRotatedFile::oneThatWasCutHasRoomAgain()
{
    RotatedFile file(path, 10, 1);
    file.write("0123456\n");
    QVERIFY(QFile::resize(path, 0));
    file.write("abcdef\n");
    QCOMPARE(contentOf(path), "abcdef\n");
    QVERIFY(!QFile::exists(path + u".1"_s));
}

void TestRotatedFile::aPlaceThatIsGoneForGoodIsToldUntilItIsBack()
{
    const QString inside = directory->filePath(u"logs/out.log"_s);
    QVERIFY(QDir(directory->path()).mkdir(u"logs"_s));
    RotatedFile file(inside);
    file.write("before\n");
    QVERIFY(QDir(directory->filePath(u"logs"_s)).removeRecursively());
    RotatedFile(directory->filePath(u"logs"_s)).write("a file in its place\n");
    file.write("lost\n");
    QVERIFY2(file.error().endsWith(u"cannot be opened: Not a directory"_s), qPrintable(file.error()));
    QVERIFY(QFile::remove(directory->filePath(u"logs"_s)));
    file.write("after\n");
    QCOMPARE(file.error(), QString());
    QCOMPARE(contentOf(inside), "after\n");
}

QTEST_GUILESS_MAIN(TestRotatedFile)
#include "tst_rotatedfile.moc"
