// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/linering.h"

#include <QTest>

#include <thread>

using namespace Hephaestus;
using namespace std::chrono_literals;

class TestLineRing : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theLastLinesAreKept();
    void bytesAreBoundedToo();
    void oneLineAlwaysStays();
    void anyThreadMayRead();
    void eachLineHasItsPositionTimeAndStream();
    void aFloodIsCountedAndItsEndKept();
    void whatIsUnfinishedIsShownUntilItsLineComes();
    void whatWasSavedIsRestored();
};

void TestLineRing::theLastLinesAreKept()
{
    LineRing ring(3);
    QCOMPARE(ring.tail(10), "");
    ring.append(OutputStream::Stdout, "one\ntwo\n", {});
    ring.append(OutputStream::Stdout, "three\nfour\n", {});
    QCOMPARE(ring.tail(10), "two\nthree\nfour\n");
    QCOMPARE(ring.tail(1), "four\n");
    QCOMPARE(ring.tail(0), "");
    QCOMPARE(ring.tail(-1), "");
    QCOMPARE(ring.lineCount(), 4);
}

void TestLineRing::bytesAreBoundedToo()
{
    LineRing ring(1000, 100);
    for (int i = 0; i < 1000; ++i)
        ring.append(OutputStream::Stdout, QByteArray(9, 'x') + '\n', {});
    QCOMPARE(ring.tail(1000).size(), 100);
}

void TestLineRing::oneLineAlwaysStays()
{
    LineRing ring(10, 5);
    ring.append(OutputStream::Stdout, "short\n", {});
    ring.append(OutputStream::Stdout, "much longer than the ring\n", {});
    QCOMPARE(ring.tail(10), "much longer than the ring\n");
}

void TestLineRing::anyThreadMayRead()
{
    LineRing ring(100);
    std::thread writer([&] {
        for (int i = 0; i < 20'000; ++i)
            ring.append(OutputStream::Stdout, "line\nline\n", {});
    });
    bool whole = true;
    for (int i = 0; i < 500; ++i)
        whole = whole && ring.tail(50).size() % 5 == 0;
    writer.join();
    QVERIFY(whole);
    QCOMPARE(ring.lineCount(), 40'000);
}

void TestLineRing::eachLineHasItsPositionTimeAndStream()
{
    LineRing ring(3);
    const OutputLine::Time early(1s);
    const OutputLine::Time late(2s);
    ring.append(OutputStream::Stdout, "one\ntwo\n", early);
    ring.append(OutputStream::Stderr, "three\n", late);
    ring.append(OutputStream::Event, "four\n", late);
    QCOMPARE(ring.lines(),
             (QList<OutputLine>{{1, early, OutputStream::Stdout, "two\n"},
                                {2, late, OutputStream::Stderr, "three\n"},
                                {3, late, OutputStream::Event, "four\n"}}));
}

void TestLineRing::aFloodIsCountedAndItsEndKept()
{
    LineRing ring(3);
    ring.append(OutputStream::Stdout, QByteArray("x\n").repeated(1000) + "last\n", {});
    QCOMPARE(ring.tail(10), "x\nx\nlast\n");
    QCOMPARE(ring.lineCount(), 1001);
    QCOMPARE(ring.lines().last().position, 1000);
}

void TestLineRing::whatIsUnfinishedIsShownUntilItsLineComes()
{
    LineRing ring;
    ring.append(OutputStream::Stdout, "one\n", {});
    ring.setUnfinished(OutputStream::Stderr, "warn");
    ring.setUnfinished(OutputStream::Stdout, "50%");
    QCOMPARE(ring.tail(10), "one\n50%\nwarn");
    QCOMPARE(ring.lineCount(), 1);
    ring.setUnfinished(OutputStream::Stdout, "60%");
    QCOMPARE(ring.tail(10), "one\n60%\nwarn");
    ring.append(OutputStream::Stdout, "100%\n", {});
    QCOMPARE(ring.tail(10), "one\n100%\nwarn");
}

void TestLineRing::whatWasSavedIsRestored()
{
    LineRing ring(3);
    for (const char *line : {"dropped\n", "one\n", " two 2 \n", "\n"})
        ring.append(OutputStream::Stderr, line, OutputLine::Time(1'700'000'000'123ms));
    LineRing next(3);
    next.append(OutputStream::Event, "before\n", {});
    next.restore(ring.save());
    QCOMPARE(next.tail(10), ring.tail(10));
    QCOMPARE(next.lines().first().time, ring.lines().first().time);
    QCOMPARE(next.lines().first().stream, OutputStream::Stderr);
    QCOMPARE(next.lines().first().position, 1); // it is counted on
    next.restore("no line\n1 9 no stream\n");
    QCOMPARE(next.tail(10), ring.tail(10));
}

QTEST_GUILESS_MAIN(TestLineRing)
#include "tst_linering.moc"
