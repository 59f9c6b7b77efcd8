// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/writewithoutblocking.h"
#include "server/supervisor/outputreader.h"
#include "server/supervisor/outputsink.h"

#include <QSignalSpy>
#include <QTest>

#include <fcntl.h>

using namespace Hephaestus;

class TestOutputReader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void onlyWholeLinesAreTold();
    void theLastLineNeedsNoEnd();
    void aLineWithoutEndIsBroken();
    void aLineThatDoesNotEndIsToldSoon();
    void aLineThatBeginsAnewIsToldAsItsLatestState_data();
    void aLineThatBeginsAnewIsToldAsItsLatestState();
    void aSinkGetsEveryByteAsItCame();
    void aFullSinkMakesTheProgramWait();
    void anyBytesPass();
    void aFloodIsReadInPortions();
    void thePipesOtherEndMayStayOpen();
    void whatAReaderDoesNotTakeIsNotWaitedFor();

private:
    void write(const QByteArray &bytes)
    {
        QCOMPARE(::write(writing.number(), bytes.constData(), std::size_t(bytes.size())), bytes.size());
    }
    QByteArray told() const
    {
        QByteArray all;
        for (const QList<QVariant> &arguments : *spy)
            all += arguments.first().toByteArray();
        return all;
    }

    std::unique_ptr<OutputReader> reader;
    std::unique_ptr<QSignalSpy> spy;
    FileDescriptor writing;
};

void TestOutputReader::init()
{
    int ends[2];
    QCOMPARE(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    writing.reset(ends[1]);
    reader = std::make_unique<OutputReader>(FileDescriptor(ends[0]));
    spy = std::make_unique<QSignalSpy>(reader.get(), &OutputReader::linesRead);
}

void TestOutputReader::onlyWholeLinesAreTold()
{
    write("one\ntw");
    QTRY_COMPARE(told(), "one\n");
    write("o\n");
    QTRY_COMPARE(told(), "one\ntwo\n");
}

void TestOutputReader::theLastLineNeedsNoEnd()
{
    write("first\nlast");
    writing.reset();
    QTRY_VERIFY(!reader->isOpen());
    QCOMPARE(told(), "first\nlast\n");
}

void TestOutputReader::aLineWithoutEndIsBroken()
{
    const QByteArray longest(OutputReader::LongestLine, 'x');
    QCOMPARE_GE(::fcntl(writing.number(), F_SETPIPE_SZ, 1 << 20), 1 << 20);
    write(longest + longest + "y\n");
    const QByteArray all(2 * OutputReader::LongestLine + 1, 'x');
    QTRY_VERIFY(told().endsWith("y\n"));
    QCOMPARE(told().replace('\n', "").size(), all.size()); // whole, in pieces
    for (const QByteArray &piece : told().split('\n'))
        QCOMPARE_LE(piece.size(), OutputReader::LongestLine);
}

void TestOutputReader::aLineThatDoesNotEndIsToldSoon()
{
    QSignalSpy unfinished(reader.get(), &OutputReader::unfinishedRead);
    write("Password: ");
    QTRY_COMPARE(unfinished.count(), 1);
    QCOMPARE(unfinished.takeFirst().first().toByteArray(), "Password: ");
    QCOMPARE(told(), "");
    write("\n");
    QTRY_COMPARE(told(), "Password: \n");
    write("10%\r20%");
    write("\r30%\r");
    QTRY_COMPARE(unfinished.count(), 1);
    QCOMPARE(unfinished.takeFirst().first().toByteArray(), "30%");
}

void TestOutputReader::aLineThatBeginsAnewIsToldAsItsLatestState_data()
{
    QTest::addColumn<QByteArrayList>("writes");
    QTest::addColumn<QByteArray>("lines");
    QTest::newRow("a bar") << QByteArrayList{"10%\r20%\r100%\n"} << QByteArray("100%\n");
    QTest::newRow("in pieces") << QByteArrayList{"10%\r2", "0%\r", "30%", "\n"} << QByteArray("30%\n");
    QTest::newRow("the return first") << QByteArrayList{"\r10%", "\r20%\n"} << QByteArray("20%\n");
    QTest::newRow("the return last") << QByteArrayList{"10%\r", "20%\r", "\n"} << QByteArray("20%\n");
    QTest::newRow("line ends of Windows")
        << QByteArrayList{"one\r\ntwo\r", "\nthree\r\n"} << QByteArray("one\ntwo\nthree\n");
}

void TestOutputReader::aLineThatBeginsAnewIsToldAsItsLatestState()
{
    QFETCH(QByteArrayList, writes);
    for (const QByteArray &bytes : writes) {
        write(bytes);
        reader->read();
    }
    QTEST(told(), "lines");
}

namespace {

/// A pipe with its near end passed on to by a sink, and its far one read here.
struct SlowReader
{
    explicit SlowReader(WhenSlow whenSlow = WhenSlow::Wait)
    {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) == 0) {
            far.reset(ends[0]);
            near.reset(ends[1]);
            ::fcntl(far.number(), F_SETFL, O_NONBLOCK);
        }
        sink = std::make_unique<OutputSink>(near.number(), whenSlow);
    }
    void read()
    {
        QByteArray bytes(1 << 20, Qt::Uninitialized);
        bytes.truncate(std::max<qsizetype>(::read(far.number(), bytes.data(), std::size_t(bytes.size())), 0));
        got += bytes;
    }

    FileDescriptor far;
    FileDescriptor near;
    std::unique_ptr<OutputSink> sink;
    QByteArray got;
};

} // namespace

void TestOutputReader::aSinkGetsEveryByteAsItCame()
{
    SlowReader slow;
    reader = std::make_unique<OutputReader>(reader->release(), slow.sink.get());
    QByteArray sent("no line end");
    for (int i = 0; i < 256; ++i)
        sent += char(i);
    sent += QByteArray(3000, '\r') + "last";
    write(sent);
    reader->read();
    slow.read();
    QCOMPARE(slow.got, sent); // and nothing waits for a line end
}

void TestOutputReader::aFullSinkMakesTheProgramWait()
{
    SlowReader slow;
    reader = std::make_unique<OutputReader>(reader->release(), slow.sink.get());
    QByteArray sent;
    const auto writeAll = [&] {
        for (ssize_t count = 1; count > 0;) {
            const QByteArray bytes(4000, char('a' + sent.size() / 4000 % 26));
            count = ::write(writing.number(), bytes.constData(), std::size_t(bytes.size()));
            sent += bytes.first(std::max<qsizetype>(count, 0));
            QCoreApplication::processEvents();
        }
    };
    writeAll();
    const qsizetype held = sent.size();
    QCOMPARE_LE(held, 3 * 64 * 1024 + 64 * 1024); // two pipes, and what was read between them
    writeAll();
    QCOMPARE(sent.size(), held);
    writing.reset();
    const auto isAllRead = [&] {
        slow.read();
        return !reader->isOpen() && slow.got.size() == sent.size();
    };
    QTRY_VERIFY(isAllRead());
    QCOMPARE(slow.got, sent);
    QCOMPARE(slow.sink->droppedBytes(), 0);
}

void TestOutputReader::anyBytesPass()
{
    QByteArray bytes;
    for (int i = 0; i < 256; ++i) {
        if (i != '\r') // which begins the line anew
            bytes += char(i);
    }
    write(bytes + '\n');
    reader->read();
    QCOMPARE(told(), bytes + '\n');
}

void TestOutputReader::aFloodIsReadInPortions()
{
    QCOMPARE_GE(::fcntl(writing.number(), F_SETPIPE_SZ, 1 << 20), 1 << 20);
    write(QByteArray(1 << 20, '\n'));
    reader->read();
    QCOMPARE(told().size(), OutputReader::Portion);
    QTRY_COMPARE(told().size(), 1 << 20);
}

void TestOutputReader::thePipesOtherEndMayStayOpen()
{
    write("text");
    reader->finish();
    QCOMPARE(told(), "text\n");
    QVERIFY(!reader->isOpen());
}

void TestOutputReader::whatAReaderDoesNotTakeIsNotWaitedFor()
{
    int ends[2];
    QCOMPARE(::pipe2(ends, O_CLOEXEC), 0); // blocking, as a terminal's reader would have it
    const FileDescriptor far(ends[0]);
    const FileDescriptor near(ends[1]);
    const qsizetype capacity = ::fcntl(near.number(), F_GETPIPE_SZ);
    QCOMPARE(writeWithoutBlocking(near.number(), QByteArray(4 << 20, 'x')), capacity);
    QCOMPARE(writeWithoutBlocking(near.number(), "more"), 0);
}

QTEST_GUILESS_MAIN(TestOutputReader)
#include "tst_outputreader.moc"
