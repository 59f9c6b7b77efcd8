// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/outputsink.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <fcntl.h>
#include <pty.h>
#include <sys/socket.h>
#include <termios.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

enum class Kind { Pipe, Socket, File, Terminal };

class TestOutputSink : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { std::signal(SIGPIPE, SIG_IGN); } // as every process with a sink has it
    void whatIsPassedOnArrivesUnchanged_data();
    void whatIsPassedOnArrivesUnchanged();
    void whatMayBeDroppedIsCounted();
    void aReaderThatIsGoneIsToldOnce_data();
    void aReaderThatIsGoneIsToldOnce();
    void aFullDiskIsToldUntilThereIsRoom();
    void whoGivesUpSaysHowMuch();
    void theWaitingIsBounded();

private:
    void open(Kind kind);
    QByteArray read() const;

    QTemporaryDir directory;
    FileDescriptor far;
    FileDescriptor near;
};

void TestOutputSink::open(Kind kind)
{
    int ends[2] = {-1, -1};
    switch (kind) {
    case Kind::Pipe: QCOMPARE(::pipe2(ends, O_CLOEXEC), 0); break;
    case Kind::Socket: QCOMPARE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0); break;
    case Kind::File:
        ends[1] = ::open(qPrintable(directory.filePath(u"out"_s)), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        ends[0] = ::open(qPrintable(directory.filePath(u"out"_s)), O_RDONLY | O_CLOEXEC);
        break;
    case Kind::Terminal: {
        QCOMPARE(::openpty(&ends[0], &ends[1], nullptr, nullptr, nullptr), 0);
        termios raw = {};
        ::tcgetattr(ends[1], &raw);
        ::cfmakeraw(&raw);
        ::tcsetattr(ends[1], TCSANOW, &raw);
        break;
    }
    }
    far.reset(ends[0]);
    near.reset(ends[1]);
    ::fcntl(far.number(), F_SETFL, ::fcntl(far.number(), F_GETFL) | O_NONBLOCK);
}

QByteArray TestOutputSink::read() const
{
    QByteArray bytes(64 * 1024, Qt::Uninitialized);
    bytes.truncate(std::max<qsizetype>(::read(far.number(), bytes.data(), std::size_t(bytes.size())), 0));
    return bytes;
}

void TestOutputSink::whatIsPassedOnArrivesUnchanged_data()
{
    QTest::addColumn<Kind>("kind");
    QTest::newRow("pipe") << Kind::Pipe;
    QTest::newRow("socket") << Kind::Socket;
    QTest::newRow("file") << Kind::File;
    QTest::newRow("terminal") << Kind::Terminal;
}

void TestOutputSink::whatIsPassedOnArrivesUnchanged()
{
    QFETCH(Kind, kind);
    open(kind);
    const int flags = ::fcntl(near.number(), F_GETFL);
    OutputSink sink(near.number(), WhenSlow::Wait);
    QSignalSpy emptied(&sink, &OutputSink::emptied);
    QByteArray sent;
    const qsizetype size = kind == Kind::Terminal ? 64 * 1024 : 1 << 20; // a terminal is slow
    for (int i = 0; sent.size() < size; ++i) {
        const QByteArray bytes = QByteArray::number(i) + QByteArray(i % 70, char(i));
        sink.write(bytes);
        sent += bytes;
    }
    QCOMPARE(sink.isFull(), kind != Kind::File);
    QByteArray got;
    const auto isAllRead = [&] {
        got += read();
        return got.size() == sent.size();
    };
    QTRY_VERIFY(isAllRead());
    QVERIFY(got == sent);
    QTRY_VERIFY(sink.isEmpty());
    QCOMPARE(emptied.count(), kind == Kind::File ? 0 : 1);
    QCOMPARE(sink.droppedBytes(), 0);
    QCOMPARE(::fcntl(near.number(), F_GETFL), flags); // which others share
}

void TestOutputSink::whatMayBeDroppedIsCounted()
{
    open(Kind::Pipe);
    OutputSink sink(near.number(), WhenSlow::Drop);
    QSignalSpy failed(&sink, &OutputSink::failed);
    QSignalSpy told(&sink, &OutputSink::droppedSome);
    for (int i = 0; i < 50; ++i)
        sink.write(QByteArray(100'000, 'x'));
    QVERIFY(!sink.isFull());
    QCOMPARE(failed.count(), 1);
    QCOMPARE(told.count(), 0);
    qint64 got = 0;
    const auto isRead = [&] {
        got += read().size();
        return sink.isEmpty() && got + sink.droppedBytes() == 5'000'000;
    };
    QTRY_VERIFY(isRead());
    QVERIFY(sink.droppedBytes() > 3'000'000);
    QCOMPARE(told.count(), 1);
    QCOMPARE(told.first().first().toLongLong(), sink.droppedBytes());
}

void TestOutputSink::aReaderThatIsGoneIsToldOnce_data()
{
    QTest::addColumn<Kind>("kind");
    QTest::addColumn<bool>("whileItWaits");
    for (const Kind kind : {Kind::Pipe, Kind::Socket, Kind::Terminal}) {
        for (const bool whileItWaits : {false, true})
            QTest::addRow("%d%s", int(kind), whileItWaits ? ", while it waits" : "") << kind << whileItWaits;
    }
}

void TestOutputSink::aReaderThatIsGoneIsToldOnce()
{
    QFETCH(Kind, kind);
    QFETCH(bool, whileItWaits);
    open(kind);
    OutputSink sink(near.number(), WhenSlow::Wait);
    QSignalSpy failed(&sink, &OutputSink::failed);
    QSignalSpy emptied(&sink, &OutputSink::emptied);
    if (whileItWaits) {
        sink.write(QByteArray(1 << 20, 'x'));
        QVERIFY(sink.isFull());
    }
    far.reset();
    for (int i = 0; i < 10; ++i)
        sink.write("more");
    QTRY_VERIFY(sink.isEmpty());
    sink.write("more");
    QVERIFY(!sink.isFull()); // the program goes on
    QCOMPARE(failed.count(), 1);
    QCOMPARE(emptied.count(), whileItWaits ? 1 : 0);
    QVERIFY(sink.droppedBytes() >= 44);
}

void TestOutputSink::aFullDiskIsToldUntilThereIsRoom()
{
    near.reset(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    OutputSink sink(near.number(), WhenSlow::Wait);
    QSignalSpy failed(&sink, &OutputSink::failed);
    sink.write("lost");
    sink.write("lost");
    QVERIFY(sink.isEmpty());
    QCOMPARE(failed.count(), 1);
    QVERIFY(failed.first().first().toString().contains(u"No space left"_s));
    QCOMPARE(sink.droppedBytes(), 8);
}

void TestOutputSink::whoGivesUpSaysHowMuch()
{
    open(Kind::Pipe);
    OutputSink sink(near.number(), WhenSlow::Wait);
    QSignalSpy told(&sink, &OutputSink::droppedSome);
    sink.write(QByteArray(200'000, 'x'));
    const qint64 taken = ::fcntl(near.number(), F_GETPIPE_SZ);
    sink.giveUp();
    QVERIFY(sink.isEmpty());
    QCOMPARE(told.count(), 1);
    QCOMPARE(told.first().first().toLongLong(), 200'000 - taken);
    sink.giveUp();
    QCOMPARE(told.count(), 1);
}

void TestOutputSink::theWaitingIsBounded()
{
    open(Kind::Pipe);
    OutputSink sink(near.number(), WhenSlow::Wait);
    const QByteArray megabyte(1 << 20, 'x');
    for (int i = 0; i < 40; ++i)
        sink.write(megabyte);
    QCOMPARE_GE(sink.droppedBytes(), 40LL * (1 << 20) - OutputSink::MostWaiting - (1 << 20));
}

QTEST_GUILESS_MAIN(TestOutputSink)
#include "tst_outputsink.moc"
