// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/detailpages.h"
#include "dashboard/ui/filterbar.h"
#include "dashboard/ui/fleetview.h"
#include "dashboard/ui/logspage.h"
#include "dashboard/ui/mainwindow.h"
#include "dashboard/ui/servicecommands.h"
#include "tests/dashboard/model/reports.h"
#include "tests/support/fakehttpserver.h"

#include <QApplication>
#include <QCheckBox>
#include <QDialog>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSettings>
#include <QStandardPaths>
#include <QTabWidget>
#include <QTest>

#include <algorithm>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// A day's work without a mouse: every key goes to what has the focus, as a keyboard's does.
class TestKeyboardAlone : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void aServiceIsAdded();
    void itIsRenamed();
    void itIsFoundByTheFilter();
    void itIsRestarted();
    void theReceiptIsRead();
    void theLogIsFollowed();
    void itIsMuted();
    void cleanupTestCase();

private:
    static void press(Qt::Key key, Qt::KeyboardModifiers modifiers = {});
    static void type(const QString &text);
    void returnToTheWindow() const;
    const ServiceRow &row() const { return m_session->fleet().row(0); }
    QTabWidget *tabs() const { return m_window->findChild<QTabWidget *>(); }

    FakeHttpServer m_server;
    std::unique_ptr<FleetSession> m_session;
    std::unique_ptr<MainWindow> m_window;
};

void TestKeyboardAlone::press(Qt::Key key, Qt::KeyboardModifiers modifiers)
{
    QTRY_VERIFY(QApplication::focusWidget());
    QTest::keyClick(QApplication::focusWidget(), key, modifiers);
}

void TestKeyboardAlone::type(const QString &text)
{
    QTRY_VERIFY(QApplication::focusWidget());
    QTest::keyClicks(QApplication::focusWidget(), text);
}

/// As a window manager does when a dialog closes; here there is none.
void TestKeyboardAlone::returnToTheWindow() const
{
    QTRY_VERIFY(m_window->findChildren<QDialog *>().isEmpty());
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
}

/// What answers a restart with a process that is another one.
static HealthReport running(const QString &instance)
{
    HealthReport report = Reports::healthy(instance);
    report.pid = 4312;
    report.capabilities = {u"restart"_s, u"logs"_s};
    report.resources.inFlightRequests = 0;
    return report;
}

void TestKeyboardAlone::initTestCase()
{
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(u"hephaestus-test"_s);
    QCoreApplication::setApplicationName(u"tst_keyboardalone"_s);
    QSettings().clear();
    const auto answer = [this](const QString &instance) {
        m_server.setAnswer("/health/status", FakeAnswer::json(encode(running(instance))));
        m_server.setAnswer("/health/live", FakeAnswer::json(encode(BasicHealth(running(instance)))));
    };
    answer(u"one"_s);
    m_server.setHandler("/health/restart", [answer](const QByteArray &) {
        answer(u"two"_s);
        return FakeAnswer::json(R"({"accepted":true})", 202);
    });
    m_server.setAnswer("/health/logs", FakeAnswer::raw("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\none\n"));
    SequenceOptions options;
    options.goneTimeout = options.portTimeout = 300ms;
    m_session = std::make_unique<FleetSession>(options);
    m_window = std::make_unique<MainWindow>(*m_session);
    m_session->start();
    m_window->show();
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
}

void TestKeyboardAlone::cleanupTestCase()
{
    m_window.reset();
    m_session.reset();
    QSettings().clear();
}

void TestKeyboardAlone::aServiceIsAdded()
{
    press(Qt::Key_N, Qt::ControlModifier);
    QTRY_VERIFY(qobject_cast<QDialog *>(QApplication::activeWindow()));
    QTRY_VERIFY(qobject_cast<QLineEdit *>(QApplication::focusWidget()));
    type(m_server.url());
    press(Qt::Key_Return);
    QTRY_COMPARE(m_session->fleet().rowCount(), 1);
    QTRY_COMPARE(row().state(), ServiceState::Healthy);
    returnToTheWindow();
}

void TestKeyboardAlone::itIsRenamed()
{
    press(Qt::Key_F2);
    QTRY_VERIFY(qobject_cast<QDialog *>(QApplication::activeWindow()));
    type(u"orders"_s); // what was there is selected
    press(Qt::Key_Return);
    QTRY_COMPARE(row().entry.name, u"orders"_s);
    returnToTheWindow();
}

void TestKeyboardAlone::itIsFoundByTheFilter()
{
    press(Qt::Key_F, Qt::ControlModifier);
    type(u"ord"_s);
    press(Qt::Key_Return);
    QTRY_VERIFY(qobject_cast<FleetView *>(QApplication::focusWidget()));
    QCOMPARE(m_window->findChild<FleetView *>()->model()->rowCount(), 1);
}

void TestKeyboardAlone::itIsRestarted()
{
    const auto *const table = m_window->findChild<FleetView *>();
    QTRY_COMPARE(QApplication::focusWidget(), table);
    QTRY_VERIFY(m_window->commands().action(ServiceAction::Restart)->isEnabled());
    press(Qt::Key_R);
    QTRY_VERIFY_WITH_TIMEOUT(m_session->actions().receipt(row().id), 20'000);
    QTRY_VERIFY_WITH_TIMEOUT(!m_session->actions().isRunning(row().id), 60'000);
    const auto isRestart = [](const QByteArray &request) { return request.startsWith("POST /health/restart "); };
    QCOMPARE(std::ranges::count_if(m_server.requests(), isRestart), 1);
    QTRY_COMPARE(row().report->instanceId, u"two"_s);
}

void TestKeyboardAlone::theReceiptIsRead()
{
    press(Qt::Key_6, Qt::ControlModifier);
    QTRY_COMPARE(tabs()->tabText(tabs()->currentIndex()), u"Receipt"_s);
    QTRY_VERIFY(QApplication::focusWidget() && tabs()->isAncestorOf(QApplication::focusWidget()));
}

void TestKeyboardAlone::theLogIsFollowed()
{
    press(Qt::Key_4, Qt::ControlModifier);
    QTRY_COMPARE(tabs()->tabText(tabs()->currentIndex()), u"Logs"_s);
    const auto *const page = m_window->findChild<LogsPage *>();
    QTRY_VERIFY(page->isAncestorOf(QApplication::focusWidget()));
    QTRY_VERIFY(page->findChild<QPlainTextEdit *>()->toPlainText().contains(u"one"_s));
    const auto *const follow = page->findChild<QCheckBox *>();
    QVERIFY(follow->isChecked());
    for (const bool follows : {false, true}) {
        press(Qt::Key_O, Qt::AltModifier);
        QTRY_COMPARE(follow->isChecked(), follows);
    }
}

void TestKeyboardAlone::itIsMuted()
{
    press(Qt::Key_0, Qt::ControlModifier); // on the page Logs Ctrl+F is its own search
    const auto *const table = m_window->findChild<FleetView *>();
    QTRY_COMPARE(QApplication::focusWidget(), table);
    QCOMPARE(m_window->findChild<FilterBar *>()->filter(), u"ord"_s);
    press(Qt::Key_M);
    QTRY_VERIFY(table->model()->index(0, 0).data(FleetModel::QuietRole).value<Quiet>().mutedUntil);
    press(Qt::Key_M, Qt::ShiftModifier);
    QTRY_VERIFY(!table->model()->index(0, 0).data(FleetModel::QuietRole).value<Quiet>().mutedUntil);
}

QTEST_MAIN(TestKeyboardAlone)
#include "tst_keyboardalone.moc"
