// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/processusage.h"
#include "server/probes/fileprobe.h"
#include "tests/support/ask.h"
#include "tests/support/events.h"

#include <QFile>
#include <QTemporaryDir>

#include <thread>

#include <sys/stat.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestFileProbe : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatEachPathComesTo_data();
    void whatEachPathComesTo();
    void whileALookHangsNoOtherIsBegun();
    void anAnswerThatComesLateFindsNobody();
    void nothingIsLeftOverAfterManyChecks();

private:
    FileProbe::Busy busy = std::make_shared<std::atomic<bool>>(false);
    QTemporaryDir directory;
};

void TestFileProbe::whatEachPathComesTo_data()
{
    QFile file(directory.filePath(u"file"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(::mkfifo(qPrintable(directory.filePath(u"pipe"_s)), 0600), 0);
    QTest::addColumn<FileSettings>("settings");
    QTest::addColumn<QString>("message");
    QTest::newRow("empty file") << FileSettings{file.fileName(), 0} << QString();
    QTest::newRow("directory") << FileSettings{directory.path(), 0} << QString();
    QTest::newRow("pipe nobody writes") << FileSettings{directory.filePath(u"pipe"_s), 0} << QString();
    QTest::newRow("enough space") << FileSettings{directory.path(), 1} << QString();
    QTest::newRow("too little space") << FileSettings{directory.path(), 1LL << 60} << u"overloaded: "_s;
    QTest::newRow("missing") << FileSettings{directory.filePath(u"missing"_s), 0}
                             << u"unreachable: cannot be read: No such file or directory (missing)"_s;
    QTest::newRow("unreadable") << FileSettings{u"/proc/self/mem"_s, 0}
                                << u"unreachable: cannot be read: Input/output error (mem)"_s;
}

void TestFileProbe::whatEachPathComesTo()
{
    QFETCH(FileSettings, settings);
    QFETCH(QString, message);
    FileProbe probe(settings, busy, 5s);
    const Outcome outcome = ask(probe);
    QVERIFY2(outcome.ok == message.isEmpty() && outcome.message.startsWith(message), qPrintable(outcome.message));
    if (outcome.ok)
        QVERIFY(outcome.details.value(u"free_bytes"_s).toLongLong() > 0);
    QVERIFY(!*busy);
}

void TestFileProbe::whileALookHangsNoOtherIsBegun()
{
    const auto hanging = std::make_shared<std::atomic<bool>>(true);
    FileProbe probe({directory.path(), 0}, hanging, 5s);
    QVERIFY(ask(probe).message.startsWith(u"unreachable: the file system has not answered the check before"_s));
    QVERIFY(*hanging);
}

void TestFileProbe::anAnswerThatComesLateFindsNobody()
{
    for (int i = 0; i < 200; ++i) {
        const auto own = std::make_shared<std::atomic<bool>>(false);
        auto probe = std::make_unique<FileProbe>(FileSettings{directory.path(), 0}, own, 5s);
        probe->start();
        probe.reset();
        while (*own)
            std::this_thread::yield();
    }
    Test::deliverEvents();
}

void TestFileProbe::nothingIsLeftOverAfterManyChecks()
{
    const auto before = ProcessUsage::now();
    for (int i = 0; i < 1000; ++i) {
        FileProbe probe({directory.path(), 0}, busy, 5s);
        QVERIFY(ask(probe).ok);
    }
    QTRY_VERIFY(*ProcessUsage::now().openFiles <= *before.openFiles); // fewer: left by an earlier row
    QTRY_COMPARE(*ProcessUsage::now().threads, *before.threads);
}

QTEST_GUILESS_MAIN(TestFileProbe)
#include "tst_fileprobe.moc"
