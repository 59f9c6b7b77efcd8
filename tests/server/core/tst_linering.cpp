// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/linering.h"

#include "common/protocol/logcodec.h"

#include <QTest>

#include <thread>

using namespace Hephaestus;
using namespace std::chrono_literals;

namespace {

QList<OutputLine> linesOf(const LineRing &ring) { return ring.page({.from = 0}).lines; }

LogQuery tailOf(qint64 lines) { return {.tail = lines}; }

} // namespace

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
    void aPageGoesOnWhereTheLatestEnded();
    void aPositionOfAnotherNumberingLosesNothing();
    void whoFollowsLosesNothing();
    void nobodyFollowsForEver();
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
    QCOMPARE(linesOf(ring),
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
    QCOMPARE(linesOf(ring).last().position, 1000);
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
    next.restore(ring.save());
    QCOMPARE(next.page({}).log, ring.page({}).log);
    QCOMPARE(next.tail(10), ring.tail(10));
    QCOMPARE(linesOf(next).first().time, linesOf(ring).first().time);
    QCOMPARE(linesOf(next).first().stream, OutputStream::Stderr);
    QCOMPARE(linesOf(next).first().position, 1); // it is counted on
    next.restore("no line\n1 9 no stream\n1 x no stream\n1 0 no end");
    QCOMPARE(next.tail(10), ring.tail(10));
    QCOMPARE(next.lineCount(), ring.lineCount());
}

void TestLineRing::aPageGoesOnWhereTheLatestEnded()
{
    LineRing ring;
    QByteArray read;
    qint64 from = 0;
    for (int round = 0; round < 100; ++round) {
        for (int line = 0; line < round; ++line)
            ring.append(OutputStream::Stdout, QByteArray::number(round) + '\n' + QByteArray::number(line) + '\n', {});
        LogPage page = ring.page({.from = from, .limit = 100});
        read += encodeFitting(page, {.from = from, .limit = 100}, LogBody::Text);
        QCOMPARE(page.first(), from);
        from = page.next;
    }
    while (from < ring.lineCount()) {
        LogPage page = ring.page({.from = from, .limit = 10'000});
        read += encodeFitting(page, {.from = from, .limit = 10'000}, LogBody::Text);
        QVERIFY(page.next > from);
        from = page.next;
    }
    QCOMPARE(read, ring.tail(1'000'000));
    QByteArray backward;
    for (qint64 before = from; before > 0;) {
        LogPage page = ring.page({.before = before, .limit = 1000});
        backward.prepend(encodeFitting(page, {.before = before, .limit = 1000}, LogBody::Text));
        QCOMPARE(page.next, before);
        before = page.first();
    }
    QCOMPARE(backward, read);
}

void TestLineRing::aPositionOfAnotherNumberingLosesNothing()
{
    LineRing ring;
    ring.append(OutputStream::Stdout, "one\ntwo\n", {});
    QCOMPARE(ring.page({.from = 500}).first(), 0);
    QVERIFY(LineRing().page({}).log != ring.page({}).log);
}

void TestLineRing::whoFollowsLosesNothing()
{
    const ManualClock clock;
    LineRing ring(10, 1000, clock);
    const LogPage first = ring.page({.from = 0});
    const QByteArray thousand = QByteArray("a line of some forty characters\n").repeated(1000);
    for (int i = 0; i < 100; ++i)
        ring.append(OutputStream::Stdout, thousand, {});
    QCOMPARE(ring.page({.from = first.next}).first(), first.next);
    for (int i = 0; i < 1000; ++i)
        ring.append(OutputStream::Stdout, thousand, {});
    QVERIFY(ring.page({.from = first.next}).first() > first.next); // within limits, and it is told
    const qsizetype kept = ring.tail(10'000'000).size();
    QVERIFY2(kept <= LineRing::FollowedBytes && kept > LineRing::FollowedBytes - 100,
             QByteArray::number(kept).constData());
}

void TestLineRing::nobodyFollowsForEver()
{
    ManualClock clock;
    LineRing ring(10, 1000, clock);
    QCOMPARE(ring.page({.from = 0}).next, 0);
    ring.append(OutputStream::Stdout, QByteArray("x\n").repeated(100), {});
    clock.advance(LineRing::FollowedFor);
    ring.append(OutputStream::Stdout, "x\n", {});
    QCOMPARE(ring.page(tailOf(1000)).lines.size(), 10);
}

QTEST_GUILESS_MAIN(TestLineRing)
#include "tst_linering.moc"
