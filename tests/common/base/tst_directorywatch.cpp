// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/directorywatch.h"

#include <QElapsedTimer>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Hephaestus;
using namespace std::chrono_literals;

class TestDirectoryWatch : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void catchesUpWithAllThatHappenedSoFar();
    void whatHappensIsToldByEachNameOfADirectory();
    void whoWritesAllTheTimeHoldsNobodyUp();
};

void TestDirectoryWatch::catchesUpWithAllThatHappenedSoFar()
{
    constexpr int Files = 3000; // more events than one read takes
    const QTemporaryDir directory;
    DirectoryWatch watch;
    QVERIFY(watch.watch(directory.path().toLocal8Bit()));
    for (int i = 0; i < Files; ++i) {
        QFile file(directory.filePath(QString::number(i)));
        QVERIFY(file.open(QIODevice::WriteOnly));
    }
    QSet<QByteArray> names;
    connect(&watch, &DirectoryWatch::noticed, this,
            [&names](const QByteArray &, const QByteArray &name) { names.insert(name.constData()); });
    watch.catchUp();
    QCOMPARE(names.size(), Files);
}

void TestDirectoryWatch::whatHappensIsToldByEachNameOfADirectory()
{
    const QTemporaryDir directory;
    const QByteArray path = directory.path().toLocal8Bit();
    const QByteArray link = path + "/link";
    QCOMPARE(::symlink(path.constData(), link.constData()), 0);
    DirectoryWatch watch;
    for (const QByteArray &name : {path, link, path})
        QVERIFY(watch.watch(name));
    QByteArrayList told;
    connect(&watch, &DirectoryWatch::noticed, this,
            [&told](const QByteArray &name, const QByteArray &) { told << name; });
    QCOMPARE(::mkdir((path + "/new").constData(), 0700), 0);
    watch.catchUp();
    QCOMPARE(told, (QByteArrayList{path, link}));
}

void TestDirectoryWatch::whoWritesAllTheTimeHoldsNobodyUp()
{
    const QTemporaryDir directory;
    DirectoryWatch watch;
    QVERIFY(watch.watch(directory.path().toLocal8Bit()));
    std::atomic<bool> ended = false;
    std::atomic<int> written = 0;
    std::vector<std::thread> writers;
    for (const char *name : {"/a", "/b", "/c"}) {
        writers.emplace_back([&, path = directory.path().toLocal8Bit() + name] {
            const int file = ::open(path.constData(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
            QElapsedTimer timer;
            timer.start();
            while (!ended && !timer.hasExpired(20'000))
                written += ::write(file, "x", 1) == 1;
            ::close(file);
        });
    }
    QTRY_VERIFY(written > 1000);
    QElapsedTimer took;
    took.start();
    // As slow as whoever asks the manifest of each file.
    connect(&watch, &DirectoryWatch::noticed, this, [] { std::this_thread::sleep_for(50us); });
    watch.catchUp();
    ended = true;
    for (std::thread &writer : writers)
        writer.join();
    QVERIFY2(took.elapsed() < 10'000, qPrintable(QString::number(took.elapsed())));
}

QTEST_GUILESS_MAIN(TestDirectoryWatch)
#include "tst_directorywatch.moc"
