// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/programpages.h"

#include "tests/support/sanitizer.h"

#include <QFile>
#include <QTest>

#include <array>
#include <atomic>
#include <memory>
#include <numeric>
#include <thread>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

namespace {

struct Memory
{
    qint64 code = 0;  ///< KiB of mapped code
    qint64 dirty = 0; ///< KiB of pages that this process wrote
};

Memory memory()
{
    Memory found;
    QFile file(u"/proc/self/smaps"_s);
    if (!file.open(QIODevice::ReadOnly))
        return found;
    bool isCode = false;
    for (const QByteArray &line : file.readAll().split('\n')) {
        const QList<QByteArray> words = line.simplified().split(' ');
        if (!words[0].endsWith(':'))
            isCode = words.size() > 5 && words[1] == "r-xp" && words[5].startsWith('/');
        else if (words[0] == "Rss:" && isCode)
            found.code += words[1].toLongLong();
        else if (words[0] == "Private_Dirty:")
            found.dirty += words[1].toLongLong();
    }
    return found;
}

constexpr qint64 UsedStack = 1024 * 1024;

[[gnu::noinline]] int useStack()
{
    volatile char used[UsedStack];
    for (qint64 i = 0; i < UsedStack; i += 1024)
        used[i] = 1;
    return used[UsedStack / 2];
}

} // namespace

class TestProgramPages : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aStackIsGivenBackAndItsFramesAreKept_data();
    void aStackIsGivenBackAndItsFramesAreKept();
    void codeIsUnmappedAndWhatWasWrittenIsKept();
    void othersRunMeanwhile();
};

void TestProgramPages::aStackIsGivenBackAndItsFramesAreKept_data()
{
    QTest::addColumn<bool>("isMain");
    QTest::newRow("of the main thread") << true;
    QTest::newRow("of another thread") << false;
}

void TestProgramPages::aStackIsGivenBackAndItsFramesAreKept()
{
    QFETCH(bool, isMain);
    qint64 before = 0;
    qint64 after = 0;
    int kept = 0;
    const auto check = [&] {
        std::array<int, 2048> frame{};
        std::iota(frame.begin(), frame.end(), 0);
        memory();
        useStack();
        before = memory().dirty;
        releaseStackPages();
        after = memory().dirty;
        kept = std::accumulate(frame.begin(), frame.end(), 0);
        useStack(); // it grows again
    };
    if (isMain)
        check();
    else
        std::thread(check).join();
    QCOMPARE(kept, 2048 * 2047 / 2);
    if constexpr (!Test::UnderAddressSanitizer && !Test::UnderThreadSanitizer) // they write memory of their own
        QVERIFY2(after < before - UsedStack / 1024 * 3 / 4, qPrintable(u"%1 of %2 KiB"_s.arg(after).arg(before)));
}

void TestProgramPages::codeIsUnmappedAndWhatWasWrittenIsKept()
{
    memory();
    const Memory before = memory();
    QVERIFY(before.code > 0);
    release(programPages());
    const Memory after = memory();
    QVERIFY2(after.code < before.code * 3 / 4, qPrintable(u"%1 of %2"_s.arg(after.code).arg(before.code)));
    QVERIFY2(after.dirty > before.dirty * 9 / 10, qPrintable(u"%1 of %2"_s.arg(after.dirty).arg(before.dirty)));
    // By functions and tables that were relocated at the start
    const std::unique_ptr<QObject> object(new QObject);
    object->setObjectName(u"named"_s);
    QCOMPARE(object->property("objectName").toString(), u"named"_s);
}

void TestProgramPages::othersRunMeanwhile()
{
    std::atomic<bool> isOver{false};
    int rounds = 0;
    int sorted = 0;
    std::thread other([&] {
        for (; !isOver; ++rounds) {
            QStringList words = u"what the loader wrote is kept"_s.split(u' ');
            words.sort();
            sorted += words.first() == u"is"_s && words.last() == u"wrote"_s;
        }
    });
    for (int i = 0; i < 200; ++i)
        release(programPages());
    isOver = true;
    other.join();
    QCOMPARE(sorted, rounds);
}

QTEST_GUILESS_MAIN(TestProgramPages)
#include "tst_programpages.moc"
