// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/fleetsession.h"
#include "dashboard/ui/desktoppresence.h"
#include "dashboard/ui/mainwindow.h"
#include "tests/dashboard/model/reports.h"
#include "tests/support/processend.h"

#include <QAction>
#include <QApplication>
#include <QProcess>
#include <QScreen>
#include <QSettings>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

namespace {

/// What Qt embeds into a tray on X11; null: there is none.
QWidget *icon()
{
    const QWidgetList widgets = QApplication::allWidgets();
    const auto found = std::ranges::find_if(
        widgets, [](const QWidget *widget) { return widget->inherits("QSystemTrayIconSys") && widget->isVisible(); });
    return found == widgets.end() ? nullptr : *found;
}

/// As it is seen on the screen; -1: it is not there, as while it goes from one tray to the next.
int greenPixels()
{
    QWidget *const shown = icon();
    if (!shown || shown->visibleRegion().isEmpty())
        return -1;
    const QImage image = QGuiApplication::primaryScreen()->grabWindow(shown->winId()).toImage();
    int green = 0;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            const QColor colour = image.pixelColor(x, y);
            green += colour.green() > colour.red() + 60 && colour.green() > colour.blue() + 20;
        }
    }
    return green;
}

} // namespace

/// The icon in a real tray, on a display of its own.
class TestTray : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theIconComesWithATrayThatComesLater();
    void itIsGreenOnlyWhileSomethingIsWell();
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
    QVERIFY(!icon());
    QSignalSpy closed(&window, &MainWindow::closed);
    window.close();
    QCOMPARE(closed.count(), 1); // hidden, it would be found nowhere

    QProcess tray;
    tray.start(u"trayer"_s, {u"--SetDockType"_s, u"true"_s});
    QVERIFY2(tray.waitForStarted(), qPrintable(tray.errorString()));
    QTRY_VERIFY(icon());
    window.show();
    window.close();
    QCOMPARE(closed.count(), 1);
    QVERIFY(!window.isVisible());
    tray.terminate();
    QVERIFY(hasEnded(tray));
}

void TestTray::itIsGreenOnlyWhileSomethingIsWell()
{
    QSettings().clear();
    QProcess tray;
    tray.start(u"trayer"_s, {u"--SetDockType"_s, u"true"_s});
    QVERIFY2(tray.waitForStarted(), qPrintable(tray.errorString()));
    FleetSession session;
    MainWindow window(session, {});
    QAction restartStale(u"Restart all stale"_s);
    const DesktopPresence presence(window, session.fleet(), &restartStale);
    window.show();
    QTRY_COMPARE(greenPixels(), 0);
    const ServiceId id = session.fleet().add(Reports::entry(u"orders"_s));
    session.fleet().applyAnswer(id, Reports::answer(Reports::healthy()));
    QTRY_VERIFY(greenPixels() > 10);
    session.remove(id);
    QTRY_COMPARE(greenPixels(), 0); // nothing is there, and nothing is well
    tray.terminate();
    QVERIFY(hasEnded(tray));
}

QTEST_MAIN(TestTray)
#include "tst_tray.moc"
