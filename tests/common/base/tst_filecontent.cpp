// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/filecontent.h"

#include <QTemporaryFile>
#include <QTest>

#include <cerrno>
#include <csignal>

#include <sys/resource.h>

using namespace Hephaestus;

/// A disk that is full for this process: no file gets longer.
class FullDisk
{
public:
    explicit FullDisk(rlim_t bytes)
    {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &m_before);
        const rlimit limit{bytes, m_before.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &m_before); }

private:
    rlimit m_before = {};
};

class TestFileContent : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void contentIsReplacedOrStays_data();
    void contentIsReplacedOrStays();
    void whatIsNoRecordIsReplaced();
};

void TestFileContent::contentIsReplacedOrStays_data()
{
    QTest::addColumn<QByteArray>("before");
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<int>("room"); // bytes
    QTest::addColumn<bool>("isReplaced");
    const QByteArray text(3'000, 'a');
    const QByteArray longer(5'000, 'b');
    QTest::newRow("a first") << QByteArray() << text << 100'000 << true;
    QTest::newRow("a longer one") << text << longer << 100'000 << true;
    QTest::newRow("a shorter one") << longer << text << 100'000 << true;
    QTest::newRow("nothing") << longer << QByteArray() << 100'000 << true;
    QTest::newRow("a shorter one, on a full disk") << longer << text << 5'000 << true;
    QTest::newRow("a longer one, on a full disk") << text << longer << 4'000 << false;
    QTest::newRow("a first, on a full disk") << QByteArray() << text << 100 << false;
    QTest::newRow("not a byte more") << text << text + 'b' << 3'000 << false;
}

void TestFileContent::contentIsReplacedOrStays()
{
    QFETCH(QByteArray, before);
    QFETCH(QByteArray, content);
    QFETCH(int, room);
    QFETCH(bool, isReplaced);
    QTemporaryFile file;
    QVERIFY(file.open());
    QVERIFY(replaceContent(file.handle(), before));
    bool done = false;
    int error = 0;
    {
        const FullDisk full{rlim_t(room)};
        errno = 0;
        done = replaceContent(file.handle(), content);
        error = errno;
    }
    QCOMPARE(done, isReplaced);
    QCOMPARE(error != 0, !isReplaced);
    QFile read(file.fileName());
    QVERIFY(read.open(QIODevice::ReadOnly));
    QCOMPARE(read.readAll(), isReplaced ? content : before);
}

void TestFileContent::whatIsNoRecordIsReplaced()
{
    QTemporaryFile file;
    QVERIFY(file.open());
    QVERIFY(file.resize(qint64(1) << 40)); // a hole
    QVERIFY(replaceContent(file.handle(), "small"));
    QFile read(file.fileName());
    QVERIFY(read.open(QIODevice::ReadOnly));
    QCOMPARE(read.readAll(), "small");
}

QTEST_APPLESS_MAIN(TestFileContent)
#include "tst_filecontent.moc"
