// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/fileclock.h"
#include "server/code/changebound.h"
#include "server/code/filestamp.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace Hephaestus;

class TestChangeBound : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatMayHaveChangedAfterwards_data();
    void whatMayHaveChangedAfterwards();
    void noFileIsWrittenBeforeTheClockOfFiles();
    void aFileOfAnEarlierTickIsProven();
};

namespace {

constexpr qint64 Second = 1'000'000'000;
constexpr qint64 Start = 1'700'000'000 * Second + 345'678'901;

qint64 timeOf(const QString &path)
{
    struct stat status = {};
    return ::stat(QFile::encodeName(path).constData(), &status) == 0 ? FileStamp::of(status).changed : 0;
}

void write(const QString &path)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("text");
}

} // namespace

void TestChangeBound::whatMayHaveChangedAfterwards_data()
{
    QTest::addColumn<qint64>("time");
    QTest::addColumn<bool>("mayBeLater");
    QTest::newRow("a nanosecond later") << Start + 1 << true;
    QTest::newRow("just before") << Start - 20'002 << false; // clocks that are corrected differ by less
    QTest::newRow("a tick earlier") << Start - 4'000'000 << false;
    QTest::newRow("an hour earlier") << Start - 3600 * Second - 7 << false;
    QTest::newRow("cut to microseconds") << Start - 901 << true;
    QTest::newRow("cut to microseconds, a tick earlier") << Start - 4'000'901 << false;
    QTest::newRow("cut to 10 ms") << Start - 5'678'901 << true;
    QTest::newRow("cut to a second") << Start - 345'678'901 << true;
    QTest::newRow("cut to two seconds") << Start - Second - 345'678'901 << true;
    QTest::newRow("cut to a second, long ago") << Start - 2 * Second - 345'678'901 << false;
}

void TestChangeBound::whatMayHaveChangedAfterwards()
{
    QFETCH(qint64, time);
    QFETCH(bool, mayBeLater);
    QCOMPARE(ChangeBound(Start).mayPrecede(time), mayBeLater);
}

void TestChangeBound::noFileIsWrittenBeforeTheClockOfFiles()
{
    const QTemporaryDir directory;
    for (int i = 0; i < 200; ++i) {
        const qint64 before = fileClock().count();
        write(directory.filePath(QStringLiteral("file")));
        const qint64 time = timeOf(directory.filePath(QStringLiteral("file")));
        QVERIFY2(latestTime(time) >= before, qPrintable(QString::number(time - before)));
        QVERIFY(ChangeBound(before - 1).mayPrecede(time));
    }
}

void TestChangeBound::aFileOfAnEarlierTickIsProven()
{
    const QTemporaryDir directory;
    write(directory.filePath(QStringLiteral("file")));
    const qint64 time = timeOf(directory.filePath(QStringLiteral("file")));
    if (latestTime(time) > time + 1000)
        QSKIP("this file system keeps no nanoseconds");
    while (fileClock().count() <= latestTime(time)) { // a tick at most
    }
    QVERIFY(!ChangeBound(fileClock().count() - 1).mayPrecede(time));
}

QTEST_GUILESS_MAIN(TestChangeBound)
#include "tst_changebound.moc"
