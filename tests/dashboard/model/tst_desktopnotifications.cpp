// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/desktopnotifications.h"
#include "tests/support/events.h"
#include "tests/support/processend.h"
#include "tests/support/processline.h"

#include <QProcess>
#include <QSignalSpy>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

/// A desktop's notification service, as far as the specification goes; remembers what it was asked to show.
class FakeDesktop : public QObject
{
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.Notifications")

public:
    struct Shown
    {
        uint replaces;
        QString title;
        QString text;
        QStringList actions;
        QVariantMap hints;
    };
    QList<Shown> shown;
    QStringList capabilities{u"body"_s, u"actions"_s, u"body-markup"_s};

public Q_SLOTS:
    QStringList GetCapabilities() { return capabilities; }
    uint Notify(const QString &, uint replaces, const QString &, const QString &title, const QString &text,
                const QStringList &actions, const QVariantMap &hints, int)
    {
        shown << Shown{replaces, title, text, actions, hints};
        return replaces ? replaces : uint(shown.size());
    }

Q_SIGNALS:
    void ActionInvoked(uint number, const QString &action);
    void NotificationClosed(uint number, uint reason);
};

class TestDesktopNotifications : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void cleanupTestCase();
    void markupIsEscapedWhereBodiesAreMarkup();
    void textStaysAsItIsWhereTheyAreNot();
    void aLaterOneAboutTheSameReplacesIt_data();
    void aLaterOneAboutTheSameReplacesIt();
    void buttonsDoWhatTheySay();
    void whatIsNotOursIsIgnored();
    void nobodyThereIsTold();

private:
    static Alert alert(Alert::Kind kind = Alert::Kind::Trouble)
    {
        return {kind, {7}, u"mcp: error"_s, u"<b>qdrant</b> & more"_s};
    }

    QProcess m_bus;
    QString m_address;
    std::unique_ptr<QDBusConnection> m_desktopSide;
    std::unique_ptr<QDBusConnection> m_ourSide;
    std::unique_ptr<FakeDesktop> m_desktop;
    std::unique_ptr<DesktopNotifications> m_notifications;
};

void TestDesktopNotifications::initTestCase()
{
    m_bus.start(u"dbus-daemon"_s, {u"--session"_s, u"--nofork"_s, u"--print-address"_s});
    m_address = QString::fromUtf8(nextLine(m_bus));
    QVERIFY2(!m_address.isEmpty(), qPrintable(m_bus.errorString()));
    m_desktopSide = std::make_unique<QDBusConnection>(QDBusConnection::connectToBus(m_address, u"desktop"_s));
    m_ourSide = std::make_unique<QDBusConnection>(QDBusConnection::connectToBus(m_address, u"ours"_s));
    QVERIFY(m_desktopSide->isConnected() && m_ourSide->isConnected());
}

void TestDesktopNotifications::cleanupTestCase()
{
    QDBusConnection::disconnectFromBus(u"desktop"_s);
    QDBusConnection::disconnectFromBus(u"ours"_s);
    m_bus.terminate();
    QVERIFY(hasEnded(m_bus));
}

void TestDesktopNotifications::init()
{
    m_desktop = std::make_unique<FakeDesktop>();
    QVERIFY(m_desktopSide->registerObject(u"/org/freedesktop/Notifications"_s, m_desktop.get(),
                                          QDBusConnection::ExportAllSlots | QDBusConnection::ExportAllSignals));
    QVERIFY(m_desktopSide->registerService(u"org.freedesktop.Notifications"_s));
    m_notifications = std::make_unique<DesktopNotifications>(*m_ourSide);
}

void TestDesktopNotifications::cleanup()
{
    m_notifications.reset();
    m_desktopSide->unregisterService(u"org.freedesktop.Notifications"_s);
    m_desktopSide->unregisterObject(u"/org/freedesktop/Notifications"_s);
}

void TestDesktopNotifications::markupIsEscapedWhereBodiesAreMarkup()
{
    m_notifications->show(alert());
    QTRY_COMPARE(m_desktop->shown.size(), 1);
    QCOMPARE(m_desktop->shown[0].title, u"mcp: error"_s);
    QCOMPARE(m_desktop->shown[0].text, u"&lt;b&gt;qdrant&lt;/b&gt; &amp; more"_s);
    QCOMPARE(m_desktop->shown[0].hints.value(u"urgency"_s).value<uchar>(), uchar(2));
}

void TestDesktopNotifications::textStaysAsItIsWhereTheyAreNot()
{
    m_desktop->capabilities = QStringList{u"body"_s};
    m_notifications->show(alert());
    QTRY_COMPARE(m_desktop->shown.size(), 1);
    QCOMPARE(m_desktop->shown[0].text, u"<b>qdrant</b> & more"_s);
}

void TestDesktopNotifications::aLaterOneAboutTheSameReplacesIt_data()
{
    QTest::addColumn<Alert>("first");
    QTest::addColumn<Alert>("later");
    QTest::newRow("services") << alert() << alert(Alert::Kind::Recovery);
    QTest::newRow("cause") << Alert{Alert::Kind::Trouble, {7, 8}, u"2 do not answer"_s, {}, u"outage:1"_s}
                           << Alert{Alert::Kind::Recovery, {7}, u"1 is healthy"_s, {}, u"outage:1"_s};
}

void TestDesktopNotifications::aLaterOneAboutTheSameReplacesIt()
{
    QFETCH(Alert, first);
    QFETCH(Alert, later);
    m_notifications->show(first);
    QTRY_COMPARE(m_desktop->shown.size(), 1);
    Test::deliverEvents();
    QTRY_VERIFY([&] { // once a number has come back; that of the second, if the first was late
        m_notifications->show(later);
        return QTest::qWaitFor([&] { return m_desktop->shown.last().replaces > 0; }, 200);
    }());
    QVERIFY(!m_desktop->shown.last().actions.contains(u"restart"_s)); // it is well
}

void TestDesktopNotifications::buttonsDoWhatTheySay()
{
    QSignalSpy open(m_notifications.get(), &DesktopNotifications::openWanted);
    QSignalSpy restart(m_notifications.get(), &DesktopNotifications::restartWanted);
    QSignalSpy mute(m_notifications.get(), &DesktopNotifications::muteWanted);
    m_notifications->show(alert());
    QTRY_COMPARE(m_desktop->shown.size(), 1);
    QVERIFY(m_desktop->shown[0].actions.contains(u"restart"_s) && m_desktop->shown[0].actions.contains(u"mute"_s));
    QTRY_VERIFY(
        (Q_EMIT m_desktop->ActionInvoked(1, u"default"_s), QTest::qWaitFor([&] { return !open.isEmpty(); }, 200)));
    QCOMPARE(open.first()[0].value<ServiceId>(), ServiceId(7));
    Q_EMIT m_desktop->ActionInvoked(1, u"restart"_s);
    QTRY_COMPARE(restart.count(), 1);
    Q_EMIT m_desktop->ActionInvoked(1, u"mute"_s);
    QTRY_COMPARE(mute.count(), 1);
    QCOMPARE(mute.first().first().value<QList<ServiceId>>().size(), 1);
}

void TestDesktopNotifications::whatIsNotOursIsIgnored()
{
    QSignalSpy open(m_notifications.get(), &DesktopNotifications::openWanted);
    QSignalSpy mute(m_notifications.get(), &DesktopNotifications::muteWanted);
    m_notifications->show(alert());
    QTRY_COMPARE(m_desktop->shown.size(), 1);
    Q_EMIT m_desktop->ActionInvoked(99, u"default"_s); // another program's
    QTRY_VERIFY((Q_EMIT m_desktop->ActionInvoked(1, u"mute"_s), QTest::qWaitFor([&] { return !mute.isEmpty(); }, 200)));
    QCOMPARE(open.count(), 0);
}

void TestDesktopNotifications::nobodyThereIsTold()
{
    m_desktopSide->unregisterService(u"org.freedesktop.Notifications"_s);
    QSignalSpy unavailable(m_notifications.get(), &DesktopNotifications::unavailable);
    m_notifications->show(alert());
    QTRY_COMPARE(unavailable.count(), 1);
    QCOMPARE(unavailable[0][0].value<Alert>(), alert());

    DesktopNotifications without(QDBusConnection(u"no such bus"_s)); // a server without a screen
    QSignalSpy nowhere(&without, &DesktopNotifications::unavailable);
    without.show(alert());
    QTRY_COMPARE(nowhere.count(), 1);
}

QTEST_GUILESS_MAIN(TestDesktopNotifications)
#include "tst_desktopnotifications.moc"
