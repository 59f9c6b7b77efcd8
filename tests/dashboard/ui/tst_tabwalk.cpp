// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/alertmanagerline.h"
#include "dashboard/ui/detailpane.h"
#include "dashboard/ui/fleetview.h"
#include "dashboard/ui/focusoutline.h"
#include "dashboard/ui/mainwindow.h"
#include "tests/dashboard/model/reports.h"
#include "tests/support/fakehttpserver.h"

#include <QAction>
#include <QApplication>
#include <QSettings>
#include <QStandardPaths>
#include <QTabBar>
#include <QTabWidget>
#include <QTest>

#include <algorithm>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

/// Tab leads from each page of the details through the whole window, and comes round to where it began.
class TestTabWalk : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void itComesRound_data();
    void itComesRound();
    void whatTakesKeysIsSeen_data() { itComesRound_data(); }
    void whatTakesKeysIsSeen();

private:
    QTabWidget *tabs() { return m_window->findChild<QTabWidget *>(); }
    QWidgetList walk(Qt::Key key);
    QWidgetList all();

    FakeHttpServer m_server;
    std::unique_ptr<FleetSession> m_session;
    std::unique_ptr<MainWindow> m_window;
};

static QString describe(const QWidgetList &widgets)
{
    QStringList words;
    for (const QWidget *const each : widgets)
        words << QString::fromLatin1(each->metaObject()->className()) + u' ' + each->accessibleName();
    return words.join(u", "_s);
}

/// Old code, logs, and an error: every page has something to show.
static HealthReport eventful()
{
    HealthReport report = Reports::withError();
    report.capabilities << u"logs"_s;
    report.code.emplace();
    report.code->verdict = CodeVerdict::Stale;
    report.code->changed = {{u"/etc/hostname"_s, u"source"_s, u"modified"_s}};
    return report;
}

void TestTabWalk::initTestCase()
{
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(u"hephaestus-test"_s);
    QCoreApplication::setApplicationName(u"tst_tabwalk"_s);
    QSettings().clear();
    installFocusOutlines();
    m_server.setAnswer("/health/status", FakeAnswer::json(encode(eventful())));
    m_server.setAnswer("/health/logs", FakeAnswer::raw("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\none\n"));
    m_session = std::make_unique<FleetSession>();
    m_window = std::make_unique<MainWindow>(*m_session);
    const Result<PrometheusServer> alertmanager = parseAlertmanager(m_server.url());
    QVERIFY(alertmanager.ok());
    m_session->connectAlertmanagers({*alertmanager}); // so that it has its page
    FleetEntry entry = Reports::entry(u"orders"_s, m_server.url());
    entry.interval = std::chrono::hours(1); // nothing comes or goes meanwhile
    const ServiceId id = m_session->add(entry);
    m_session->start();
    m_window->show();
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    QTRY_COMPARE(m_session->fleet().find(id)->observed, ServiceState::DependencyError);
}

void TestTabWalk::cleanupTestCase()
{
    m_window.reset();
    m_session.reset();
}

/// What had the focus, from the first on, until it has it again; or so many that it never will.
QWidgetList TestTabWalk::walk(Qt::Key key)
{
    constexpr int Most = 200;
    QWidgetList seen{QApplication::focusWidget()};
    while (seen.size() < Most && seen.last()) {
        QTest::keyClick(seen.last(), key, key == Qt::Key_Backtab ? Qt::ShiftModifier : Qt::NoModifier);
        if (QApplication::focusWidget() == seen.first())
            break;
        seen << QApplication::focusWidget();
    }
    return seen;
}

/// Whatever of the window takes keys.
QWidgetList TestTabWalk::all()
{
    QWidgetList widgets = m_window->findChildren<QWidget *>();
    widgets.removeIf([this](const QWidget *each) {
        return each->window() != m_window.get() || !each->isVisible() || !each->isEnabled() || each->focusProxy()
            || (each->focusPolicy() & Qt::TabFocus) == 0;
    });
    return widgets;
}

void TestTabWalk::itComesRound_data()
{
    QTest::addColumn<int>("page");
    for (int page = 0; page < tabs()->count(); ++page)
        QTest::addRow("%s", qPrintable(tabs()->tabText(page))) << page;
}

void TestTabWalk::itComesRound()
{
    QFETCH(int, page);
    QVERIFY(tabs()->isTabVisible(page));
    QAction *const show = m_window->findChild<DetailPane *>()->pageActions()[page];
    show->trigger();
    QTRY_COMPARE(tabs()->currentIndex(), page);
    QWidget *const first = QApplication::focusWidget();
    QVERIFY(first && m_window->findChild<DetailPane *>()->isAncestorOf(first));
    const QWidgetList forward = walk(Qt::Key_Tab);
    QVERIFY2(QApplication::focusWidget() == first, qPrintable(describe(forward)));
    QVERIFY2(forward.contains(m_window->findChild<FleetView *>()), qPrintable(describe(forward)));
    QVERIFY2(forward.contains(tabs()->tabBar()), qPrintable(describe(forward)));
    for (QWidget *const each : all())
        QVERIFY2(forward.contains(each), qPrintable(describe({each}) + u" is not among "_s + describe(forward)));

    QWidgetList backward = walk(Qt::Key_Backtab);
    QVERIFY2(QApplication::focusWidget() == first, qPrintable(describe(backward)));
    std::reverse(backward.begin() + 1, backward.end());
    QCOMPARE(describe(backward), describe(forward));
    QCOMPARE(backward, forward);
}

/// Each looks otherwise while it has the focus.
void TestTabWalk::whatTakesKeysIsSeen()
{
    QFETCH(int, page);
    m_window->findChild<DetailPane *>()->pageActions()[page]->trigger();
    QTRY_COMPARE(tabs()->currentIndex(), page);
    const QWidgetList widgets = all();
    QVERIFY(widgets.size() > 5);
    for (QWidget *const each : widgets) {
        QWidget *const other = each == widgets.first() ? widgets.last() : widgets.first();
        other->setFocus(Qt::TabFocusReason);
        const QImage without = each->grab().toImage();
        each->setFocus(Qt::TabFocusReason);
        QVERIFY(each->hasFocus());
        QVERIFY2(each->grab().toImage() != without, qPrintable(describe({each})));
    }
}

QTEST_MAIN(TestTabWalk)
#include "tst_tabwalk.moc"
