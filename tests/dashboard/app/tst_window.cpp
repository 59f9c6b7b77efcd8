// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/fleetfile.h"
#include "dashboard/ui/fleetview.h"
#include "dashboard/ui/killcommand.h"
#include "tests/dashboard/app/hands.h"
#include "tests/support/processend.h"
#include "tests/support/processline.h"

#include <QLabel>
#include <QProcess>
#include <QSettings>
#include <QTemporaryDir>

#include <csignal>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

/// The real window on a real service in a process of its own. On X11 the clicks and keys come from xdotool, through the
/// display; elsewhere from Qt Test.
class TestWindow : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void oneClickOnRestartBringsANewProcess();
    void aShutdownStopsItAndStartBringsItBack();
    void theKeyboardAloneRestarts();
    void killNowEndsWhatHangsInItsShutdown();

private:
    void click(QWidget *widget) { Hands(*m_window).click(widget); }
    void key(const QString &name, Qt::Key key, Qt::KeyboardModifiers modifiers = {})
    {
        Hands(*m_window).key(name, key, modifiers);
    }
    QToolButton *tool(const QString &text) { return Hands(*m_window).tool(text); }
    QPushButton *inDialog(const QString &text) { return Hands(*m_window).inDialog(text); }
    const ServiceRow &row() { return m_session->fleet().row(0); }
    bool isHealthy() { return row().state() == ServiceState::Healthy && !row().activity; }

    std::unique_ptr<QTemporaryDir> m_directory;
    std::unique_ptr<LiveWindow> m_live;
    FleetSession *m_session = nullptr; ///< the live one's
    MainWindow *m_window = nullptr;
};

void TestWindow::initTestCase()
{
    QCoreApplication::setOrganizationName(u"hephaestus-test"_s);
    QSettings().clear();
}

void TestWindow::init()
{
    m_directory = std::make_unique<QTemporaryDir>();
    // The port is given out by the system once; the service binds it again after each restart.
    QProcess probe;
    probe.start(QStringLiteral(FAKESERVICE), {u"0"_s});
    const QByteArray line = nextLine(probe);
    const QString port = QString::fromLatin1(line.mid(line.lastIndexOf(':') + 1));
    probe.kill();
    QVERIFY(hasEnded(probe));

    QFile fleet(m_directory->filePath(u"fleet.toml"_s));
    QVERIFY(fleet.open(QIODevice::WriteOnly));
    fleet.write(u"[[service]]\nname = \"fake\"\nurl = \"http://127.0.0.1:%1\"\ninterval = \"200ms\"\n"
                "restart = { method = \"command\", command = [\"%2\", \"%1\", \"drain\"] }\n"_s
                    .arg(port, QStringLiteral(FAKESERVICE))
                    .toUtf8());
    fleet.close();

    m_live = std::make_unique<LiveWindow>(fleet.fileName(), m_directory->path());
    m_session = &m_live->session;
    m_window = &m_live->window;
    QVERIFY(QTest::qWaitForWindowExposed(m_window));
    m_session->trust(row().id);
    m_session->actions().perform(row().id, ServiceAction::Start);
    QTRY_VERIFY_WITH_TIMEOUT(isHealthy(), 60'000);
}

void TestWindow::cleanup()
{
    if (m_session && m_session->fleet().rowCount() == 1 && row().report && row().report->pid)
        ::kill(pid_t(*row().report->pid), SIGKILL);
    m_live.reset();
    m_session = nullptr;
}

void TestWindow::oneClickOnRestartBringsANewProcess()
{
    const HealthReport before = *row().report;
    QTRY_VERIFY(tool(u"Restart…"_s) && tool(u"Restart…"_s)->isEnabled());
    click(tool(u"Restart…"_s));
    QTRY_VERIFY(inDialog(u"Restart"_s));
    click(inDialog(u"Restart"_s));
    QTRY_COMPARE(row().state(), ServiceState::Restarting);
    QTRY_VERIFY(tool(u"Stop waiting"_s)); // in place of Restart, while it runs
    QVERIFY(!tool(u"Start"_s)->isEnabled());
    QTRY_VERIFY_WITH_TIMEOUT(isHealthy() && row().report->instanceId != before.instanceId, 60'000);
    QVERIFY(row().report->startTime > before.startTime);
    QVERIFY(row().report->pid != before.pid);
    const Receipt *const receipt = m_session->actions().receipt(row().id);
    QVERIFY(receipt && receipt->ok);
    QCOMPARE(receipt->newInstance, row().report->instanceId);
    QTRY_VERIFY(tool(u"Restart…"_s));
}

void TestWindow::aShutdownStopsItAndStartBringsItBack()
{
    const QString before = row().report->instanceId;
    QTRY_VERIFY(tool(u"Shut down…"_s) && tool(u"Shut down…"_s)->isEnabled());
    m_window->activateWindow();
    key(u"ctrl+d"_s, Qt::Key_D, Qt::ControlModifier);
    QTRY_VERIFY(inDialog(u"Shut down"_s));
    click(inDialog(u"Shut down"_s));
    QTRY_VERIFY_WITH_TIMEOUT(row().state() == ServiceState::Stopped && !row().activity, 60'000);
    QTRY_VERIFY(tool(u"Start"_s)->isEnabled());
    QVERIFY(!tool(u"Shut down…"_s)->isEnabled());
    click(tool(u"Start"_s));
    QTRY_VERIFY_WITH_TIMEOUT(isHealthy(), 60'000);
    QVERIFY(row().report->instanceId != before);
}

void TestWindow::theKeyboardAloneRestarts()
{
    const QString before = row().report->instanceId;
    QTRY_VERIFY(tool(u"Restart…"_s) && tool(u"Restart…"_s)->isEnabled());
    key(u"ctrl+r"_s, Qt::Key_R, Qt::ControlModifier);
    QTRY_VERIFY(inDialog(u"Cancel"_s) && inDialog(u"Cancel"_s)->hasFocus());
    key(u"shift+Tab"_s, Qt::Key_Backtab, Qt::ShiftModifier);
    QTRY_VERIFY(inDialog(u"Restart"_s)->hasFocus());
    key(u"space"_s, Qt::Key_Space);
    QTRY_VERIFY_WITH_TIMEOUT(isHealthy() && row().report->instanceId != before, 60'000);
}

void TestWindow::killNowEndsWhatHangsInItsShutdown()
{
    QProcess hanging;
    hanging.start(QStringLiteral(FAKESERVICE), {u"0"_s, u"drain"_s, u"hang-in-cleanup"_s});
    const QByteArray line = nextLine(hanging);
    FleetSession session(LiveWindow::options(m_directory->path()));
    session.keepHistory(m_directory->filePath(u"history.db"_s));
    Result<FleetEntry> entry =
        entryForUrl(u"http://127.0.0.1:"_s + QString::fromLatin1(line.mid(line.lastIndexOf(':') + 1)));
    QVERIFY(entry.ok());
    entry->interval = std::chrono::milliseconds(100);
    const ServiceId id = session.add(*entry);
    MainWindow window(session);
    session.start();
    window.show();
    window.activateWindow();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    window.findChild<FleetView *>()->select(id);
    QAction *const kill = window.findChild<KillCommand *>()->action();
    const auto state = [&] { return session.fleet().find(id)->observed; };
    QTRY_COMPARE(state(), ServiceState::Healthy);
    QTRY_VERIFY(session.history()->isLocal(id));
    QVERIFY(!kill->isEnabled() && kill->statusTip().contains(u"does not shut down"_s));
    session.actions().perform(id, ServiceAction::ShutDown);
    QTRY_VERIFY_WITH_TIMEOUT(kill->isEnabled(), 30'000);
    kill->trigger();
    const Hands hands(window);
    QTRY_VERIFY(hands.inDialog(u"Kill"_s));
    QVERIFY(hands.inDialog(u"Kill"_s)->window()->findChild<QLabel *>()->text().contains(
        u"pid %1"_s.arg(hanging.processId())));
    QCOMPARE(hanging.state(), QProcess::Running); // nobody has agreed yet
    const qint64 pid = hanging.processId();
    QTRY_COMPARE(session.fleet().find(id)->report->shutdown->phase, u"cleaning_up"_s);
    Hands(window).click(hands.inDialog(u"Kill"_s));
    QTRY_COMPARE(hanging.state(), QProcess::NotRunning);
    QCOMPARE(hanging.exitStatus(), QProcess::CrashExit);
    QTRY_VERIFY(!kill->isEnabled());
    QTRY_VERIFY(!session.actions().isRunning(id));
    const Receipt receipt = *session.actions().receipt(id);
    QVERIFY(!receipt.ok);
    QCOMPARE(receipt.failure,
             u"it was killed, as asked: its clean-up did not finish (last seen: cleaning up: "
             "database)"_s);
    for (const ReceiptStep &step : receipt.steps) {
        if (step.name == RestartStep::Cleaned)
            QCOMPARE(step.outcome, StepOutcome::Failed);
    }
    QCOMPARE(state(), ServiceState::Stopped);
    // It is told once, and is no trouble.
    const auto told = [&](const QString &words) {
        int lines = 0;
        for (int row = 0; row < session.journal().rowCount(); ++row)
            lines += session.journal().event(row).text.contains(words);
        return lines;
    };
    QTRY_COMPARE(told(u"pid %1 was killed, as asked"_s.arg(pid)), 1);
    QCOMPARE(told(u"kill"_s), 1);
    for (int row = 0; row < session.journal().rowCount(); ++row)
        QVERIFY(session.journal().event(row).kind != EventKind::Trouble);
}

QTEST_MAIN(TestWindow)
#include "tst_window.moc"
