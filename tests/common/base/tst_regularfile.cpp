// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/regularfile.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/socket.h>
#include <sys/un.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestRegularFile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void onlyARegularFileIsOpened_data();
    void onlyARegularFileIsOpened();
    void aLinkOfOthersIsNotFollowed_data();
    void aLinkOfOthersIsNotFollowed();
    void aNewFileIsPrivate();
    void whatOthersMayWriteIsNotTrusted_data();
    void whatOthersMayWriteIsNotTrusted();
    void whatBelongsToAnotherIsNotTrusted();

private:
    static QByteArray made(const QTemporaryDir &directory, const QString &name)
    {
        QFile file(directory.filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write("content") != 7)
            qFatal("not written");
        return QFile::encodeName(file.fileName());
    }
};

void TestRegularFile::onlyARegularFileIsOpened_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("found"); // empty: it is opened
    QTest::newRow("a file") << u"file"_s << u""_s;
    QTest::newRow("a link to a file") << u"link"_s << u""_s;
    QTest::newRow("a FIFO, which nobody writes to") << u"fifo"_s << u"found a FIFO"_s;
    QTest::newRow("a link to a FIFO") << u"link to fifo"_s << u"found a FIFO"_s;
    QTest::newRow("a directory") << u"directory"_s << u"found a directory"_s;
    QTest::newRow("a device") << u"device"_s << u"found a device"_s;
    QTest::newRow("a socket") << u"socket"_s << u"found a FIFO or a socket"_s;
    QTest::newRow("nothing") << u"nothing"_s << u"No such file"_s;
    QTest::newRow("in a file") << u"in file"_s << u"Not a directory"_s;
    QTest::newRow("a circle") << u"circle"_s << u"symbolic links"_s;
}

void TestRegularFile::onlyARegularFileIsOpened()
{
    QFETCH(QString, kind);
    QFETCH(QString, found);
    const QTemporaryDir directory;
    const QByteArray file = made(directory, u"file"_s);
    QByteArray path = QFile::encodeName(directory.filePath(u"path"_s));
    const QByteArray fifo = QFile::encodeName(directory.filePath(u"fifo"_s));
    QCOMPARE(::mkfifo(fifo.constData(), 0600), 0);
    if (kind == u"file"_s)
        path = file;
    else if (kind == u"link"_s)
        QCOMPARE(::symlink(file.constData(), path.constData()), 0);
    else if (kind == u"fifo"_s)
        path = fifo;
    else if (kind == u"link to fifo"_s)
        QCOMPARE(::symlink(fifo.constData(), path.constData()), 0);
    else if (kind == u"directory"_s)
        path = QFile::encodeName(directory.path());
    else if (kind == u"device"_s)
        QCOMPARE(::symlink("/dev/zero", path.constData()), 0);
    else if (kind == u"circle"_s)
        QCOMPARE(::symlink(path.constData(), path.constData()), 0);
    else if (kind == u"in file"_s)
        path = file + "/path";
    const FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (kind == u"socket"_s) {
        sockaddr_un name{};
        name.sun_family = AF_UNIX;
        qstrncpy(name.sun_path, path.constData(), sizeof name.sun_path);
        QCOMPARE(::bind(socket.number(), reinterpret_cast<const sockaddr *>(&name), sizeof name), 0);
    }
    for (const int flags : {O_RDONLY, O_RDWR | O_APPEND}) {
        const Result<FileDescriptor> opened = openRegularFile(path, flags);
        QVERIFY2(opened.ok() == found.isEmpty(), opened ? "opened" : qPrintable(opened.problem().text()));
        if (kind == u"directory"_s && flags != O_RDONLY)
            continue; // the kernel refuses it with words of its own
        if (kind == u"fifo"_s || kind == u"link to fifo"_s || kind == u"device"_s || !opened)
            QVERIFY2(!opened && opened.problem().what.contains(found), qPrintable(opened.problem().text()));
    }
    QFile reading;
    QCOMPARE(openRegularFile(reading, QFile::decodeName(path)).has_value(), !found.isEmpty());
    QCOMPARE(reading.isOpen() ? reading.readAll() : QByteArray(),
             found.isEmpty() ? QByteArray("content") : QByteArray());
}

void TestRegularFile::aLinkOfOthersIsNotFollowed_data()
{
    QTest::addColumn<uint>("mode"); // of the folder
    QTest::addColumn<bool>("follows");
    QTest::newRow("mine") << 0700U << true;
    QTest::newRow("others may read") << 0755U << true;
    QTest::newRow("others may write") << 0777U << false;
    QTest::newRow("others may write, sticky") << 01777U << false;
}

void TestRegularFile::aLinkOfOthersIsNotFollowed()
{
    QFETCH(uint, mode);
    QFETCH(bool, follows);
    const QTemporaryDir directory;
    const QTemporaryDir elsewhere;
    const QByteArray file = made(elsewhere, u"secret"_s);
    const QByteArray link = QFile::encodeName(directory.filePath(u"link"_s));
    QCOMPARE(::symlink(file.constData(), link.constData()), 0);
    QCOMPARE(::chmod(QFile::encodeName(directory.path()).constData(), mode), 0);
    const Result<FileDescriptor> opened = openRegularFile(link);
    QCOMPARE(opened.ok(), follows);
    if (!follows)
        QVERIFY2(opened.problem().what.contains(u"link"_s), qPrintable(opened.problem().text()));
    QVERIFY(openRegularFile(made(directory, u"plain"_s)));
}

void TestRegularFile::aNewFileIsPrivate()
{
    const QTemporaryDir directory;
    const QByteArray path = QFile::encodeName(directory.filePath(u"log"_s));
    QVERIFY(openRegularFile(path, O_WRONLY | O_APPEND | O_CREAT));
    struct stat status = {};
    QCOMPARE(::stat(path.constData(), &status), 0);
    QCOMPARE(status.st_mode & 07777U, 0600U);
}

void TestRegularFile::whatOthersMayWriteIsNotTrusted_data()
{
    QTest::addColumn<uint>("folder");
    QTest::addColumn<uint>("file");
    QTest::addColumn<bool>("linked");
    QTest::addColumn<QString>("why"); // a part; empty: trusted
    QTest::newRow("private") << 0700U << 0600U << false << u""_s;
    QTest::newRow("readable") << 0755U << 0644U << false << u""_s;
    QTest::newRow("by link") << 0755U << 0644U << true << u""_s;
    QTest::newRow("writable") << 0755U << 0646U << false << u"mode 0646"_s;
    QTest::newRow("writable, by link") << 0755U << 0646U << true << u"mode 0646"_s;
    QTest::newRow("writable folder") << 0757U << 0644U << false << u"mode 0757"_s;
    QTest::newRow("writable folder, by link") << 0757U << 0644U << true << u"mode 0757"_s;
    QTest::newRow("sticky folder") << 01777U << 0644U << false << u""_s;
    // A group of one's own is nobody else; root has none.
    QTest::newRow("writable by the group of root")
        << 0755U << 0664U << false << (::geteuid() == 0 ? u"mode 0664"_s : u""_s);
}

void TestRegularFile::whatOthersMayWriteIsNotTrusted()
{
    QFETCH(uint, folder);
    QFETCH(uint, file);
    QFETCH(bool, linked);
    QFETCH(QString, why);
    if (file == 0664 && ::geteuid() != 0)
        file = 0644; // whether the user has a group of his own is the machine's choice
    const QTemporaryDir directory;
    const QTemporaryDir links;
    const QByteArray path = made(directory, u"fleet.toml"_s);
    const QByteArray link = QFile::encodeName(links.filePath(u"fleet.toml"_s));
    QCOMPARE(::symlink(path.constData(), link.constData()), 0);
    QCOMPARE(::chmod(path.constData(), file), 0);
    QCOMPARE(::chmod(QFile::encodeName(directory.path()).constData(), folder), 0);
    const QString found = whyNotTrusted(QFile::decodeName(linked ? link : path));
    QCOMPARE(found.isEmpty(), why.isEmpty());
    QVERIFY2(found.contains(why), qPrintable(found));
}

void TestRegularFile::whatBelongsToAnotherIsNotTrusted()
{
    struct stat status = {};
    QCOMPARE(::stat("/", &status), 0);
    status.st_mode = S_IFREG | 0644;
    status.st_uid = 0;
    QVERIFY(!isWritableByOthers(status, 1000)); // root's
    status.st_uid = 1000;
    QVERIFY(!isWritableByOthers(status, 1000));
    status.st_uid = 1001;
    QVERIFY(isWritableByOthers(status, 1000));
    const QTemporaryDir directory;
    const QByteArray path = made(directory, u"fleet.toml"_s);
    const bool given = ::chown(path.constData(), 12346, 12346) == 0; // only root can give a file away
    QCOMPARE(whyNotTrusted(QFile::decodeName(path)).contains(u"another user"_s), given);
}

QTEST_APPLESS_MAIN(TestRegularFile)
#include "tst_regularfile.moc"
