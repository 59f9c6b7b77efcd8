// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/linering.h"

#include <QTest>

#include <thread>

using namespace Hephaestus;

class TestLineRing : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theLastLinesAreKept();
    void bytesAreBoundedToo();
    void oneLineAlwaysStays();
    void anyThreadMayRead();
};

void TestLineRing::theLastLinesAreKept()
{
    LineRing ring(3);
    QCOMPARE(ring.tail(10), "");
    ring.append("one\ntwo\n");
    ring.append("three\nfour\n");
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
        ring.append(QByteArray(9, 'x') + '\n');
    QCOMPARE(ring.tail(1000).size(), 100);
}

void TestLineRing::oneLineAlwaysStays()
{
    LineRing ring(10, 5);
    ring.append("short\n");
    ring.append("much longer than the ring\n");
    QCOMPARE(ring.tail(10), "much longer than the ring\n");
}

void TestLineRing::anyThreadMayRead()
{
    LineRing ring(100);
    std::thread writer([&] {
        for (int i = 0; i < 20'000; ++i)
            ring.append("line\nline\n");
    });
    bool whole = true;
    for (int i = 0; i < 500; ++i)
        whole = whole && ring.tail(50).size() % 5 == 0;
    writer.join();
    QVERIFY(whole);
    QCOMPARE(ring.lineCount(), 40'000);
}

QTEST_GUILESS_MAIN(TestLineRing)
#include "tst_linering.moc"
