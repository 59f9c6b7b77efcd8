// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/writewithoutblocking.h"
#include "server/supervisor/outputreader.h"

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
    write(longest + longest + "y\n");
    reader->read();
    QCOMPARE(told(), longest + '\n' + longest + "\ny\n");
}

void TestOutputReader::anyBytesPass()
{
    QByteArray bytes;
    for (int i = 0; i < 256; ++i)
        bytes += char(i);
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
