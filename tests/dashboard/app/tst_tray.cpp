// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/fleetsession.h"
#include "dashboard/ui/desktoppresence.h"
#include "dashboard/ui/mainwindow.h"
#include "tests/support/processend.h"

#include <QAction>
#include <QApplication>
#include <QProcess>
#include <QSettings>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

namespace {

/// What Qt embeds into a tray on X11.
bool hasIcon()
{
    const QWidgetList widgets = QApplication::allWidgets();
    return std::ranges::any_of(
        widgets, [](const QWidget *widget) { return widget->inherits("QSystemTrayIconSys") && widget->isVisible(); });
}

} // namespace

/// The icon in a real tray, on a display of its own.
class TestTray : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theIconComesWithATrayThatComesLater();
};

void TestTray::theIconComesWithATrayThatComesLater()
{
    QCoreApplication::setOrganizationName(u"hephaestus-test"_s);
    QSettings().clear();
    QSettings().setValue(u"preferences/closeToTray"_s, true);
    FleetSession session;
    MainWindow window(session, {});
    QAction restartStale(u"Restart all stale"_s);
    const DesktopPresence presence(window, session.fleet(), &restartStale);
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    QVERIFY(!hasIcon());
    QSignalSpy closed(&window, &MainWindow::closed);
    window.close();
    QCOMPARE(closed.count(), 1); // hidden, it would be found nowhere

    QProcess tray;
    tray.start(u"trayer"_s, {u"--SetDockType"_s, u"true"_s});
    QVERIFY2(tray.waitForStarted(), qPrintable(tray.errorString()));
    QTRY_VERIFY(hasIcon());
    window.show();
    window.close();
    QCOMPARE(closed.count(), 1);
    QVERIFY(!window.isVisible());
    tray.terminate();
    QVERIFY(hasEnded(tray));
}

QTEST_MAIN(TestTray)
#include "tst_tray.moc"
