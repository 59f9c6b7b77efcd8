// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/fleetview.h"
#include "dashboard/ui/logspage.h"
#include "dashboard/ui/servicecommands.h"
#include "tests/dashboard/app/hands.h"
#include "tests/dashboard/model/reports.h"
#include "tests/support/fakehttpserver.h"
#include "tests/support/processend.h"
#include "tests/support/processline.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialog>
#include <QLineEdit>
#include <QSettings>
#include <QStandardPaths>
#include <QTabWidget>
#include <QTemporaryDir>

#include <csignal>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

/// One day at the window without a mouse: add, rename, group, filter, restart, read the receipt, follow the log,
/// acknowledge, mute.
class TestKeyboard : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void aServiceIsAdded();
    void itIsRenamedAndPutIntoAGroup();
    void theFilterIsCompletedAndLeft();
    void oneIsRestarted();
    void itsReceiptIsRead();
    void itsLogIsFollowed();
    void whatIsAmissIsAcknowledgedAndMuted();

private:
    Hands hands() { return Hands(*m_window); }
    void key(const QString &name, Qt::Key key, Qt::KeyboardModifiers modifiers = {})
    {
        hands().key(name, key, modifiers);
    }
    FleetView *table() { return m_window->findChild<FleetView *>(); }
    QTabWidget *tabs() { return m_window->findChild<QTabWidget *>(); }
    const ServiceRow &row(ServiceId id) { return *m_session->fleet().find(id); }
    QStringList names();
    void goTo(ServiceId id);
    template <typename Widget>
    Widget *named(const QString &name)
    {
        for (Widget *const each : m_window->findChildren<Widget *>()) {
            if (each->accessibleName() == name)
                return each;
        }
        return nullptr;
    }

    QTemporaryDir m_directory;
    FakeHttpServer m_server;
    std::unique_ptr<LiveWindow> m_live;
    FleetSession *m_session = nullptr;
    MainWindow *m_window = nullptr;
    ServiceId m_first = NoService; ///< of the fleet file: it can be restarted
    ServiceId m_added = NoService;
};

void TestKeyboard::initTestCase()
{
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(u"hephaestus-test"_s);
    QCoreApplication::setApplicationName(u"tst_keyboard"_s);
    QSettings().clear();
    m_server.setAnswer("/health/status", FakeAnswer::json(encode(Reports::withError())));
    QProcess probe; // the port is given out by the system once; the service binds it again
    probe.start(QStringLiteral(FAKESERVICE), {u"0"_s});
    const QByteArray line = nextLine(probe);
    const QString port = QString::fromLatin1(line.mid(line.lastIndexOf(':') + 1));
    probe.kill();
    QVERIFY(hasEnded(probe));
    QFile fleet(m_directory.filePath(u"fleet.toml"_s));
    QVERIFY(fleet.open(QIODevice::WriteOnly));
    fleet.write(u"[[service]]\nname = \"first\"\nurl = \"http://127.0.0.1:%1\"\ninterval = \"200ms\"\n"
                "restart = { method = \"command\", command = [\"%2\", \"%1\", \"drain\"] }\n"_s
                    .arg(port, QStringLiteral(FAKESERVICE))
                    .toUtf8());
    fleet.close();
    m_live = std::make_unique<LiveWindow>(fleet.fileName(), m_directory.path());
    m_session = &m_live->session;
    m_window = &m_live->window;
    QVERIFY(QTest::qWaitForWindowExposed(m_window));
    m_first = m_session->fleet().ids().first();
    m_session->trust(m_first);
    m_session->actions().perform(m_first, ServiceAction::Start);
    QTRY_VERIFY_WITH_TIMEOUT(row(m_first).state() == ServiceState::Healthy && !row(m_first).activity, 60'000);
}

void TestKeyboard::cleanupTestCase()
{
    if (m_session && row(m_first).report && row(m_first).report->pid)
        ::kill(pid_t(*row(m_first).report->pid), SIGKILL);
    m_live.reset();
}

/// Of the rows, from above.
QStringList TestKeyboard::names()
{
    QStringList names;
    for (int line = 0; line < table()->rows().rowCount(); ++line) {
        if (!table()->rows().isHeading(line))
            names << table()->model()->index(line, FleetModel::Service).data().toString();
    }
    return names;
}

/// By arrows alone.
void TestKeyboard::goTo(ServiceId id)
{
    m_window->activateWindow();
    key(u"Escape"_s, Qt::Key_Escape); // to the table, wherever the focus is
    table()->setFocus();
    for (int each = 0; each < table()->rows().rowCount(); ++each)
        key(u"Up"_s, Qt::Key_Up);
    for (int each = 0; each < table()->rows().rowOf(id); ++each)
        key(u"Down"_s, Qt::Key_Down);
    QTRY_COMPARE(table()->currentService(), id);
}

void TestKeyboard::aServiceIsAdded()
{
    key(u"ctrl+n"_s, Qt::Key_N, Qt::ControlModifier);
    QTRY_VERIFY(QApplication::activeWindow() && qobject_cast<QDialog *>(QApplication::activeWindow()));
    QTRY_VERIFY(qobject_cast<QLineEdit *>(QApplication::focusWidget()));
    hands().type(m_server.url());
    key(u"Return"_s, Qt::Key_Return);
    QTRY_COMPARE(m_session->fleet().rowCount(), 2);
    m_added = m_session->fleet().ids().last();
    QTRY_COMPARE(row(m_added).observed, ServiceState::DependencyError);
    QTRY_COMPARE(row(m_added).entry.name, u"mcp"_s); // as it tells
}

void TestKeyboard::itIsRenamedAndPutIntoAGroup()
{
    goTo(m_added);
    key(u"F2"_s, Qt::Key_F2);
    QTRY_VERIFY(qobject_cast<QLineEdit *>(QApplication::focusWidget()) && QApplication::activeWindow() != m_window);
    key(u"ctrl+a"_s, Qt::Key_A, Qt::ControlModifier);
    hands().type(u"other"_s);
    key(u"Return"_s, Qt::Key_Return);
    QTRY_COMPARE(row(m_added).entry.name, u"other"_s);
    QTRY_VERIFY(QApplication::activeWindow() != nullptr || QApplication::activeModalWidget() == nullptr);
    goTo(m_added);
    key(u"shift+F2"_s, Qt::Key_F2, Qt::ShiftModifier);
    QTRY_VERIFY(QApplication::activeModalWidget() && QApplication::focusWidget()
                && QApplication::focusWidget()->window() == QApplication::activeModalWidget());
    key(u"ctrl+a"_s, Qt::Key_A, Qt::ControlModifier);
    hands().type(u"shop"_s);
    key(u"Return"_s, Qt::Key_Return);
    QTRY_COMPARE(row(m_added).entry.group, u"shop"_s);
}

void TestKeyboard::theFilterIsCompletedAndLeft()
{
    goTo(m_first);
    auto *const filter = named<QLineEdit>(u"Filter"_s);
    key(u"slash"_s, Qt::Key_Slash);
    QTRY_VERIFY(filter->hasFocus());
    hands().type(u"other"_s);
    QTRY_COMPARE(names(), QStringList{u"other"_s});
    key(u"Return"_s, Qt::Key_Return);
    QTRY_VERIFY(table()->hasFocus());
    key(u"Escape"_s, Qt::Key_Escape);
    QTRY_COMPARE(filter->text(), QString());
    QTRY_COMPARE(names().size(), 2);
}

void TestKeyboard::oneIsRestarted()
{
    const QString before = row(m_first).report->instanceId;
    goTo(m_first);
    QTRY_VERIFY(m_window->commands().action(ServiceAction::Restart)->isEnabled());
    key(u"ctrl+r"_s, Qt::Key_R, Qt::ControlModifier);
    QTRY_VERIFY(hands().inDialog(u"Cancel"_s) && hands().inDialog(u"Cancel"_s)->hasFocus());
    key(u"shift+Tab"_s, Qt::Key_Backtab, Qt::ShiftModifier);
    QTRY_VERIFY(hands().inDialog(u"Restart"_s)->hasFocus());
    key(u"space"_s, Qt::Key_Space);
    QTRY_VERIFY_WITH_TIMEOUT(row(m_first).state() == ServiceState::Healthy && !row(m_first).activity
                                 && row(m_first).report->instanceId != before,
                             60'000);
}

void TestKeyboard::itsReceiptIsRead()
{
    goTo(m_first);
    key(u"ctrl+6"_s, Qt::Key_6, Qt::ControlModifier);
    QTRY_COMPARE(tabs()->tabText(tabs()->currentIndex()), u"Receipt"_s);
    QTRY_VERIFY(QApplication::focusWidget() && tabs()->currentWidget()->isAncestorOf(QApplication::focusWidget()));
    auto *steps = qobject_cast<QTableView *>(QApplication::focusWidget());
    for (int tries = 0; !steps && tries < 4; ++tries) {
        key(u"Tab"_s, Qt::Key_Tab);
        steps = qobject_cast<QTableView *>(QApplication::focusWidget());
    }
    QVERIFY(steps && tabs()->currentWidget()->isAncestorOf(steps));
    QVERIFY(steps->model()->rowCount() > 2);
    key(u"Down"_s, Qt::Key_Down);
    key(u"Down"_s, Qt::Key_Down);
    QTRY_VERIFY(steps->currentIndex().row() > 0);
}

void TestKeyboard::itsLogIsFollowed()
{
    goTo(m_first);
    key(u"ctrl+4"_s, Qt::Key_4, Qt::ControlModifier);
    QTRY_COMPARE(tabs()->tabText(tabs()->currentIndex()), u"Logs"_s);
    auto *const page = m_window->findChild<LogsPage *>();
    QTRY_VERIFY(QApplication::focusWidget() && page->isAncestorOf(QApplication::focusWidget()));
    auto *const follow = page->findChild<QCheckBox *>();
    QVERIFY(follow->isChecked());
    for (int tries = 0; !follow->hasFocus() && tries < 10; ++tries)
        key(u"shift+Tab"_s, Qt::Key_Backtab, Qt::ShiftModifier);
    QTRY_VERIFY(follow->hasFocus());
    key(u"space"_s, Qt::Key_Space);
    QTRY_VERIFY(!follow->isChecked());
    key(u"space"_s, Qt::Key_Space);
    QTRY_VERIFY(follow->isChecked());
}

void TestKeyboard::whatIsAmissIsAcknowledgedAndMuted()
{
    goTo(m_added);
    key(u"a"_s, Qt::Key_A);
    QTRY_VERIFY(row(m_added).quiet.state);
    key(u"m"_s, Qt::Key_M);
    QTRY_VERIFY(row(m_added).quiet.mutedUntil);
    QVERIFY(!row(m_first).quiet.mutedUntil);
    key(u"shift+m"_s, Qt::Key_M, Qt::ShiftModifier);
    QTRY_VERIFY(!row(m_added).quiet.mutedUntil);
    m_server.setAnswer("/health/status", FakeAnswer::json(encode(Reports::healthy())));
    QTRY_VERIFY(!row(m_added).quiet.state); // its state has changed
}

QTEST_MAIN(TestKeyboard)
#include "tst_keyboard.moc"
