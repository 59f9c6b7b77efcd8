// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/logwriter.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// A pipe that takes 4 KiB until somebody reads.
struct Pipe
{
    explicit Pipe(int flags = 0)
    {
        if (::pipe2(ends, O_CLOEXEC | flags) != 0 || ::fcntl(ends[1], F_SETPIPE_SZ, 4096) < 0)
            qFatal("no pipe");
    }
    ~Pipe()
    {
        ::close(ends[0]);
        ::close(ends[1]);
    }

    /// Reads until `end` has arrived.
    QByteArray readUntil(const QByteArray &end)
    {
        QByteArray all;
        char buffer[4096];
        for (ssize_t size = 0; !all.endsWith(end) && (size = ::read(ends[0], buffer, sizeof buffer)) != 0;) {
            if (size > 0)
                all.append(buffer, size);
            else if (errno != EAGAIN)
                break;
        }
        return all;
    }

    int ends[2];
};

} // namespace

class TestLogWriter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { std::signal(SIGPIPE, SIG_IGN); }
    void linesAreInTheFileInTheirOrder();
    void aReaderThatDoesNotReadHoldsNobodyUp_data();
    void aReaderThatDoesNotReadHoldsNobodyUp();
    void anErrorIsToldOnce();
    void aReaderThatIsGoneIsNoError_data();
    void aReaderThatIsGoneIsNoError();
    void aWriterGoesWhileItsThreadIsStuck();
};

void TestLogWriter::linesAreInTheFileInTheirOrder()
{
    const QTemporaryDir directory;
    QFile file(directory.filePath(u"log"_s));
    QVERIFY(file.open(QIODevice::ReadWrite));
    LogWriter writer(file.handle());
    QByteArray expected;
    for (int i = 0; i < 1000; ++i) {
        const QByteArray line = "line " + QByteArray::number(i) + '\n';
        QVERIFY(writer.write(line));
        expected += line;
    }
    QCOMPARE(writer.flush(20s), QString());
    QCOMPARE(writer.takeDropped(), 0);
    QVERIFY(file.seek(0));
    QCOMPARE(file.readAll(), expected);
}

void TestLogWriter::aReaderThatDoesNotReadHoldsNobodyUp_data()
{
    QTest::addColumn<int>("flags");
    QTest::newRow("blocking") << 0;
    QTest::newRow("made non-blocking by whoever shares it") << O_NONBLOCK;
}

void TestLogWriter::aReaderThatDoesNotReadHoldsNobodyUp()
{
    QFETCH(int, flags);
    Pipe pipe(flags);
    LogWriter writer(pipe.ends[1]);
    const QByteArray line = QByteArray(1023, 'x') + '\n';
    qint64 taken = 0;
    for (int i = 0; i < 1100; ++i)
        taken += writer.write(line);
    QVERIFY(taken >= LogWriter::MostWaiting / line.size());
    QVERIFY(taken < 1100);
    QCOMPARE(writer.takeDropped(), 0); // not before there is room to tell it
    QVERIFY(writer.flush(10ms).endsWith(u"lines wait for a reader"_s));
    QByteArray read;
    std::thread reader([&] { read = pipe.readUntil("the end\n"); });
    const QString error = writer.flush(20s);
    const qint64 dropped = writer.takeDropped();
    writer.write("the end\n");
    reader.join();
    QCOMPARE(error, QString());
    QCOMPARE(dropped, 1100 - taken);
    QCOMPARE(writer.takeDropped(), 0);
    QCOMPARE(read.count('\n'), taken + 1);
}

void TestLogWriter::aReaderThatIsGoneIsNoError_data()
{
    QTest::addColumn<bool>("isTerminal");
    QTest::newRow("pipe") << false;
    QTest::newRow("terminal") << true;
}

void TestLogWriter::aReaderThatIsGoneIsNoError()
{
    QFETCH(bool, isTerminal);
    int ends[2] = {-1, -1};
    if (isTerminal) {
        ends[0] = ::posix_openpt(O_RDWR | O_NOCTTY);
        QVERIFY(::grantpt(ends[0]) == 0 && ::unlockpt(ends[0]) == 0);
        ends[1] = ::open(::ptsname(ends[0]), O_RDWR | O_NOCTTY);
    } else {
        QCOMPARE(::pipe(ends), 0);
    }
    ::close(ends[0]);
    const auto writer = std::make_unique<LogWriter>(ends[1]);
    QVERIFY(writer->write("nobody reads this\n"));
    QCOMPARE(writer->flush(20s), QString());
}

void TestLogWriter::anErrorIsToldOnce()
{
    QFile full(u"/dev/full"_s);
    QVERIFY(full.open(QIODevice::WriteOnly | QIODevice::Unbuffered));
    LogWriter writer(full.handle());
    QVERIFY(writer.write("lost\n"));
    QCOMPARE(writer.flush(20s), u"the log could not be written: No space left on device"_s);
    QCOMPARE(writer.flush(20s), QString());
}

void TestLogWriter::aWriterGoesWhileItsThreadIsStuck()
{
    Pipe pipe;
    {
        LogWriter writer(pipe.ends[1]);
        for (int i = 0; i < 100; ++i)
            writer.write(QByteArray(1023, 'x') + '\n');
        writer.write("the last\n");
    }
    // Its thread goes on with what was left to it.
    QCOMPARE(pipe.readUntil("the last\n").count('\n'), 101);
}

QTEST_APPLESS_MAIN(TestLogWriter)
#include "tst_logwriter.moc"
