// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/fleetfilewatch.h"

#include <QSaveFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestFleetFileWatch : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsNoLongerAsItWasReadIsTold_data();
    void whatIsNoLongerAsItWasReadIsTold();
};

void TestFleetFileWatch::whatIsNoLongerAsItWasReadIsTold_data()
{
    QTest::addColumn<QByteArray>("atWatch");
    QTest::addColumn<QByteArray>("later");
    QTest::addColumn<int>("told"); ///< at once
    QTest::addColumn<int>("toldInAll");
    QTest::newRow("it was written between") << QByteArray("b") << QByteArray("c") << 1 << 1; // once until it is read
    QTest::newRow("it is written later") << QByteArray("a") << QByteArray("b") << 0 << 1;
    QTest::newRow("it was removed between") << QByteArray() << QByteArray("b") << 0 << 1;
}

void TestFleetFileWatch::whatIsNoLongerAsItWasReadIsTold()
{
    QFETCH(QByteArray, atWatch);
    QFETCH(QByteArray, later);
    QFETCH(int, toldInAll);
    const QTemporaryDir directory;
    const QString path = directory.filePath(u"fleet.toml"_s);
    const auto write = [&](const QByteArray &content) {
        QSaveFile file(path); // as an editor does
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size() && file.commit());
    };
    if (!atWatch.isEmpty())
        write(atWatch);
    FleetFileWatch watch;
    const QSignalSpy changed(&watch, &FleetFileWatch::changed);
    watch.watch(path, "a");
    QTEST(int(changed.size()), "told");
    write(later);
    QTRY_COMPARE(int(changed.size()), toldInAll);
    QCOMPARE(changed[0][0].toString(), path);
    watch.watch(path, later); // it is read again
    QCOMPARE(int(changed.size()), toldInAll);
}

QTEST_GUILESS_MAIN(TestFleetFileWatch)
#include "tst_fleetfilewatch.moc"
