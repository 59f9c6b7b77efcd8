// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/programpages.h"

#include <QFile>
#include <QTest>

#include <atomic>
#include <memory>
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

} // namespace

class TestProgramPages : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void codeIsUnmappedAndWhatWasWrittenIsKept();
    void othersRunMeanwhile();
};

void TestProgramPages::codeIsUnmappedAndWhatWasWrittenIsKept()
{
    memory();
    const Memory before = memory();
    QVERIFY(before.code > 0);
    releaseProgramPages();
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
        releaseProgramPages();
    isOver = true;
    other.join();
    QCOMPARE(sorted, rounds);
}

QTEST_GUILESS_MAIN(TestProgramPages)
#include "tst_programpages.moc"
