// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/fleetview.h"
#include "dashboard/ui/servicecommands.h"
#include "tests/dashboard/app/hands.h"

#include <QAction>
#include <QDialog>
#include <QLabel>
#include <QLineEdit>
#include <QSettings>
#include <QStandardPaths>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

/// Everything that can be done to services, by clicks and keys, on real ones: `hephaestus serve` and the FastAPI
/// example.
class TestActs : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void bothAreMarkedAndStarted();
    void theKeyboardAloneRestartsOne();
    void whatIsTypedIntoTheTableOnlyFilters();
    void aRestartByAKeyIsTakenBackByEscape();
    void aClickRestartsThePythonService();
    void dependenciesAreCheckedNow();
    void aScheduledShutdownCountsDownAndIsCancelled();
    void bothAreRestartedAfterOneQuestion();
    void aRestartOfSeveralIsCalledOffByEnter();
    void aShutdownStopsOneAndItIsStartedAgain();
    void aFailedRestartNamesTheStepAndWhoHoldsThePort();
    void readOnlySaysWhyNothingIsDone();

private:
    Hands hands() { return Hands(*m_window); }
    void key(const QString &name, Qt::Key key, Qt::KeyboardModifiers modifiers = {})
    {
        hands().key(name, key, modifiers);
    }
    FleetView *table() { return m_window->findChild<FleetView *>(); }
    const ServiceRow &row(int line) { return m_session->fleet().row(line); }
    bool isHealthy(int line)
    {
        return row(line).observed == ServiceState::Healthy && !row(line).activity && row(line).isCurrent();
    }
    QString instance(int line)
    {
        return row(line).report ? row(line).report->instanceId + row(line).report->startTime.toString(Qt::ISODateWithMs)
                                : QString();
    }
    QString lastEvent(ServiceId id);
    void goTo(int line);
    /// Says yes in the dialog that is open, by keys.
    void accept(const QString &button);

    QTemporaryDir m_directory;
    std::unique_ptr<LiveWindow> m_live;
    FleetSession *m_session = nullptr; ///< the live one's
    MainWindow *m_window = nullptr;
};

static quint16 freePort()
{
    QTcpServer server;
    return server.listen(QHostAddress::LocalHost) ? server.serverPort() : 0;
}

void TestActs::initTestCase()
{
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(u"hephaestus-test"_s);
    QSettings().clear();
    QFile fleet(m_directory.filePath(u"fleet.toml"_s));
    QVERIFY(fleet.open(QIODevice::WriteOnly));
    const QString entry = u"[[service]]\nname = \"%1\"\nurl = \"http://127.0.0.1:%2\"\ninterval = \"200ms\"\n"
                          "restart = { method = \"command\", command = [%3] }\n"_s;
    const QString mcp = QString::number(freePort());
    const QString python = QString::number(freePort());
    fleet.write(entry
                    .arg(u"mcp"_s, mcp,
                         u"\"%1\", \"serve\", \"--name\", \"mcp\", \"--listen\", \"127.0.0.1:%2\""_s.arg(
                             QStringLiteral(HEPHAESTUS), mcp))
                    .toUtf8());
    fleet.write(
        entry
            .arg(u"python"_s, python,
                 u"\"/usr/bin/python3\", \"%1\", \"--port\", \"%2\""_s.arg(QStringLiteral(PYTHON_SERVICE), python))
            .toUtf8());
    fleet.close();
    qputenv("XDG_STATE_HOME", m_directory.filePath(u"state"_s).toUtf8());

    m_live = std::make_unique<LiveWindow>(fleet.fileName(), m_directory.path());
    m_session = &m_live->session;
    m_window = &m_live->window;
    QVERIFY(QTest::qWaitForWindowExposed(m_window));
    table()->setFocus();
    QTRY_COMPARE(m_session->fleet().rowCount(), 2);
}

void TestActs::cleanupTestCase()
{
    if (m_session)
        m_session->bulk().perform(m_session->fleet().ids(), ServiceAction::ShutDown);
    QTRY_COMPARE_WITH_TIMEOUT(m_session ? m_session->bulk().progress().total : 0, 0, 40'000);
    m_live.reset();
}

QString TestActs::lastEvent(ServiceId id)
{
    for (int each = 0; each < m_session->journal().rowCount(); ++each) {
        if (m_session->journal().event(each).service == id
            && m_session->journal().event(each).kind == EventKind::Action)
            return m_session->journal().event(each).text;
    }
    return {};
}

void TestActs::goTo(int line)
{
    m_window->activateWindow();
    table()->setFocus();
    for (int each = 0; each < m_session->fleet().rowCount(); ++each)
        key(u"Up"_s, Qt::Key_Up);
    for (int each = 0; each < line; ++each)
        key(u"Down"_s, Qt::Key_Down);
    QTRY_COMPARE(table()->currentService(), row(line).id);
}

void TestActs::accept(const QString &button)
{
    QTRY_VERIFY(hands().inDialog(button));
    QTRY_VERIFY(hands().inDialog(u"Cancel"_s)->hasFocus()); // nothing dangerous by Enter alone
    key(u"shift+Tab"_s, Qt::Key_Backtab, Qt::ShiftModifier);
    QTRY_VERIFY(hands().inDialog(button)->hasFocus());
    key(u"space"_s, Qt::Key_Space);
    QTRY_VERIFY(!hands().inDialog(button));
}

void TestActs::bothAreMarkedAndStarted()
{
    QTRY_COMPARE(row(1).observed, ServiceState::Unreachable);
    QCOMPARE(stateText(row(0)), u"unreachable: refused"_s);
    goTo(0);
    key(u"space"_s, Qt::Key_Space);
    key(u"Down"_s, Qt::Key_Down);
    key(u"space"_s, Qt::Key_Space);
    QTRY_COMPARE(table()->selectedServices().size(), 2);
    QTRY_COMPARE(m_window->commands().action(ServiceAction::Start)->text().remove(u'&'), u"Start 2"_s);
    key(u"s"_s, Qt::Key_S);
    // The first time it is shown what the fleet file runs.
    QVERIFY(!m_session->isTrusted(row(0).id) && !m_session->isTrusted(row(1).id));
    accept(u"Start 2"_s);
    QVERIFY(m_session->isTrusted(row(0).id) && m_session->isTrusted(row(1).id));
    QTRY_COMPARE(m_session->bulk().progress().total, 2);
    QTRY_VERIFY_WITH_TIMEOUT(isHealthy(0) && isHealthy(1), 40'000);
    QTRY_COMPARE(m_session->bulk().progress().total, 0);
    key(u"Escape"_s, Qt::Key_Escape); // no longer marked
    QTRY_COMPARE(table()->selectedServices().size(), 1);
    QTRY_VERIFY(!m_window->commands().action(ServiceAction::Start)->isEnabled());
    QVERIFY(m_window->commands().action(ServiceAction::Start)->toolTip().contains(u"runs already"_s));
}

void TestActs::theKeyboardAloneRestartsOne()
{
    const QString before = instance(0);
    goTo(0);
    key(u"ctrl+k"_s, Qt::Key_K, Qt::ControlModifier); // through the palette
    QTRY_VERIFY(QApplication::activeWindow() && QApplication::activeWindow() != m_window);
    hands().type(u"rest"_s);
    key(u"Return"_s, Qt::Key_Return);
    QTRY_VERIFY(m_session->actions().isRunning(row(0).id)); // idle: it does not ask
    QStringList seen;
    QTRY_VERIFY_WITH_TIMEOUT(
        [&] {
            if (const QString step = stateText(row(0)); seen.isEmpty() || seen.last() != step)
                seen << step;
            return isHealthy(0) && instance(0) != before;
        }(),
        40'000);
    QVERIFY2(seen.size() >= 2, qPrintable(seen.join(u"; "_s))); // the steps were to be seen in its row
    const Receipt *const receipt = m_session->actions().receipt(row(0).id);
    QVERIFY(receipt && receipt->ok);
}

void TestActs::whatIsTypedIntoTheTableOnlyFilters()
{
    const QString before = instance(0);
    goTo(0);
    QLineEdit *filter = nullptr;
    for (QLineEdit *const edit : m_window->findChildren<QLineEdit *>()) {
        if (edit->accessibleName() == "Filter"_L1)
            filter = edit;
    }
    QVERIFY(filter);
    hands().type(u"orders"_s); // o opens, r restarts, d, e, r, s starts
    QTRY_COMPARE(filter->text(), u"orders"_s);
    key(u"Escape"_s, Qt::Key_Escape);
    QTRY_COMPARE(filter->text(), QString());
    QTRY_VERIFY(table()->hasFocus());
    QVERIFY(!row(0).activity && !row(1).activity);
    QCOMPARE(instance(0), before);
}

void TestActs::aRestartByAKeyIsTakenBackByEscape()
{
    const QString before = instance(0);
    goTo(0);
    QTRY_VERIFY(m_window->commands().action(ServiceAction::Restart)->isEnabled());
    key(u"r"_s, Qt::Key_R);
    QTRY_VERIFY2(stateText(row(0)).startsWith(u"restart in "_s), qPrintable(stateText(row(0))));
    key(u"Escape"_s, Qt::Key_Escape);
    QTRY_VERIFY(!row(0).activity);
    QVERIFY(!m_session->actions().isRunning(row(0).id));
    QCOMPARE(instance(0), before);
}

void TestActs::aClickRestartsThePythonService()
{
    const QString before = instance(1);
    goTo(1);
    QTRY_VERIFY(hands().tool(u"Restart…"_s) && hands().tool(u"Restart…"_s)->isEnabled());
    hands().click(hands().tool(u"Restart…"_s));
    QTRY_VERIFY(hands().inDialog(u"Restart"_s) || m_session->actions().isRunning(row(1).id));
    if (hands().inDialog(u"Restart"_s))
        hands().click(hands().inDialog(u"Restart"_s));
    QTRY_VERIFY_WITH_TIMEOUT(isHealthy(1) && instance(1) != before, 40'000);
}

void TestActs::dependenciesAreCheckedNow()
{
    goTo(0);
    QTRY_VERIFY(m_window->commands().action(ServiceAction::CheckNow)->isEnabled());
    key(u"c"_s, Qt::Key_C);
    QTRY_COMPARE(lastEvent(row(0).id), u"all dependencies checked"_s);
    const qint64 before = row(0).report->dependencies.first().successCount;
    key(u"F5"_s, Qt::Key_F5);
    QTRY_VERIFY(row(0).report->dependencies.first().successCount > before);
}

void TestActs::aScheduledShutdownCountsDownAndIsCancelled()
{
    goTo(0);
    QTRY_VERIFY(m_window->commands().action(ServiceAction::ScheduleShutDown)->isEnabled());
    key(u"shift+x"_s, Qt::Key_X, Qt::ShiftModifier);
    QTRY_VERIFY(hands().inDialog(u"Schedule"_s));
    QTRY_VERIFY(qobject_cast<QLineEdit *>(QApplication::focusWidget()));
    hands().type(u"40s"_s);
    hands().click(hands().inDialog(u"Schedule"_s));
    QTRY_COMPARE(row(0).observed, ServiceState::ShuttingDown);
    QTRY_VERIFY2(stateText(row(0)).startsWith(u"shutdown in "_s), qPrintable(stateText(row(0))));
    const QString first = stateText(row(0));
    QTRY_VERIFY_WITH_TIMEOUT(stateText(row(0)) != first, 60'000); // it counts
    m_window->activateWindow();
    table()->setFocus();
    QTRY_VERIFY(m_window->commands().action(ServiceAction::CancelShutDown)->isEnabled());
    key(u"u"_s, Qt::Key_U);
    QTRY_VERIFY_WITH_TIMEOUT(isHealthy(0), 60'000);
}

void TestActs::bothAreRestartedAfterOneQuestion()
{
    const QString before[] = {instance(0), instance(1)};
    goTo(0);
    key(u"ctrl+a"_s, Qt::Key_A, Qt::ControlModifier);
    QTRY_COMPARE(table()->selectedServices().size(), 2);
    QTRY_VERIFY(m_window->commands().action(ServiceAction::Restart)->isEnabled());
    key(u"r"_s, Qt::Key_R);
    QTRY_VERIFY(hands().inDialog(u"Restart 2"_s));
    const QString question = hands().inDialog(u"Restart 2"_s)->window()->findChild<QLabel *>()->text();
    QVERIFY2(question.contains(u"mcp on 127.0.0.1:"_s) && question.contains(u"python on 127.0.0.1:"_s),
             qPrintable(question));
    QCOMPARE(m_session->bulk().progress().total, 0); // not yet
    accept(u"Restart 2"_s);
    QTRY_VERIFY_WITH_TIMEOUT(isHealthy(0) && isHealthy(1) && instance(0) != before[0] && instance(1) != before[1],
                             60'000);
    QTRY_COMPARE(m_session->bulk().summary(), u"2 restarted"_s); // it stays until somebody dismisses it
    QTRY_VERIFY(hands().tool(u"Dismiss"_s));
    hands().click(hands().tool(u"Dismiss"_s));
    QTRY_VERIFY(!hands().tool(u"Dismiss"_s));
}

void TestActs::aRestartOfSeveralIsCalledOffByEnter()
{
    goTo(0);
    key(u"ctrl+a"_s, Qt::Key_A, Qt::ControlModifier);
    QTRY_VERIFY(m_window->commands().action(ServiceAction::ShutDown)->isEnabled());
    key(u"x"_s, Qt::Key_X);
    QTRY_VERIFY(hands().inDialog(u"Cancel"_s) && hands().inDialog(u"Cancel"_s)->hasFocus());
    key(u"Return"_s, Qt::Key_Return);
    QTRY_VERIFY(!hands().inDialog(u"Cancel"_s));
    QVERIFY(isHealthy(0) && isHealthy(1));
    QCOMPARE(m_session->bulk().progress().total, 0);
}

void TestActs::aShutdownStopsOneAndItIsStartedAgain()
{
    goTo(1);
    QTRY_VERIFY(m_window->commands().action(ServiceAction::ShutDown)->isEnabled());
    key(u"ctrl+d"_s, Qt::Key_D, Qt::ControlModifier);
    accept(u"Shut down"_s);
    QTRY_VERIFY_WITH_TIMEOUT(row(1).state() == ServiceState::Stopped && !row(1).activity, 40'000);
    QTRY_VERIFY(hands().tool(u"Start"_s) && hands().tool(u"Start"_s)->isEnabled());
    hands().click(hands().tool(u"Start"_s));
    QTRY_VERIFY_WITH_TIMEOUT(isHealthy(1), 40'000);
}

void TestActs::aFailedRestartNamesTheStepAndWhoHoldsThePort()
{
    goTo(1);
    key(u"x"_s, Qt::Key_X);
    accept(u"Shut down"_s);
    QTRY_VERIFY_WITH_TIMEOUT(row(1).state() == ServiceState::Stopped && !row(1).activity, 40'000);
    QTcpServer intruder; // another program, that knows nothing of the protocol
    connect(&intruder, &QTcpServer::newConnection, &intruder, [&intruder] {
        QTcpSocket *const caller = intruder.nextPendingConnection();
        caller->write("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        caller->disconnectFromHost();
    });
    QVERIFY(intruder.listen(QHostAddress::LocalHost, quint16(QUrl(row(1).entry.url).port())));
    QTRY_VERIFY(row(1).observed != ServiceState::Stopped
                || m_window->commands().action(ServiceAction::Start)->isEnabled());
    m_window->activateWindow();
    table()->setFocus();
    key(u"s"_s, Qt::Key_S);
    QTRY_VERIFY_WITH_TIMEOUT(m_session->actions().receipt(row(1).id) && !m_session->actions().receipt(row(1).id)->ok
                                 && !m_session->actions().isRunning(row(1).id),
                             60'000);
    const QString failure = m_session->actions().receipt(row(1).id)->failure;
    QVERIFY2(failure.contains(QString::number(QCoreApplication::applicationPid())), qPrintable(failure));
    intruder.close();
    QTRY_VERIFY_WITH_TIMEOUT(m_window->commands().action(ServiceAction::Start)->isEnabled(), 60'000);
    key(u"s"_s, Qt::Key_S);
    QTRY_VERIFY_WITH_TIMEOUT(isHealthy(1), 40'000);
}

void TestActs::readOnlySaysWhyNothingIsDone()
{
    m_session->actions().setReadOnly(true);
    goTo(0);
    QTRY_VERIFY(!m_window->commands().action(ServiceAction::Restart)->isEnabled());
    const QString before = instance(0);
    key(u"r"_s, Qt::Key_R);
    QTRY_VERIFY(m_window->commands().action(ServiceAction::Restart)->statusTip().contains(u"--read-only"_s));
    QVERIFY(!m_session->actions().isRunning(row(0).id));
    QCOMPARE(instance(0), before);
    m_session->actions().setReadOnly(false);
}

QTEST_MAIN(TestActs)
#include "tst_acts.moc"
