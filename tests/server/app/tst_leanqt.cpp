// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/eventthread.h"
#include "server/app/leanqt.h"

#include <QAbstractEventDispatcher>
#include <QTest>

using namespace Hephaestus;

class TestLeanQt : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theEnvironmentIsAsItWas_data();
    void theEnvironmentIsAsItWas();
    void aLoopThatBeginsWaitsByPoll();
};

void TestLeanQt::theEnvironmentIsAsItWas_data()
{
    QTest::addColumn<QByteArray>("before"); // null: not set
    QTest::addColumn<QByteArray>("within");
    QTest::newRow("not set") << QByteArray() << QByteArray("1");
    QTest::newRow("set by the user") << QByteArray("yes") << QByteArray("yes");
    QTest::newRow("set to nothing by the user") << QByteArray("") << QByteArray("");
}

void TestLeanQt::theEnvironmentIsAsItWas()
{
    QFETCH(QByteArray, before);
    QFETCH(QByteArray, within);
    before.isNull() ? qunsetenv("QT_NO_GLIB") : qputenv("QT_NO_GLIB", before);
    {
        const LeanQt lean;
        QCOMPARE(qgetenv("QT_NO_GLIB"), within);
    }
    QCOMPARE(qEnvironmentVariableIsSet("QT_NO_GLIB"), !before.isNull());
    QCOMPARE(qgetenv("QT_NO_GLIB"), before);
    qunsetenv("QT_NO_GLIB");
}

void TestLeanQt::aLoopThatBeginsWaitsByPoll()
{
    std::optional<EventThread> thread;
    {
        const LeanQt lean;
        thread.emplace("lean");
    }
    QCOMPARE(QAbstractEventDispatcher::instance(thread->thread())->metaObject()->className(), "QEventDispatcherUNIX");
}

QTEST_GUILESS_MAIN(TestLeanQt)
#include "tst_leanqt.moc"
