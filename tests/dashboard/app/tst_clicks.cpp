// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/displaytext.h"
#include "dashboard/ui/confirmation.h"
#include "dashboard/ui/detailpane.h"
#include "dashboard/ui/eventlist.h"
#include "dashboard/ui/fleetview.h"
#include "dashboard/ui/servicecommands.h"
#include "tests/dashboard/app/hands.h"
#include "tests/support/fakehttpserver.h"
#include "tests/support/processend.h"
#include "tests/support/processline.h"

#include <QDialog>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QScreen>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>

#include <csignal>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

namespace {

/// What a program said on its standard output.
QString outputOf(const QString &program, const QStringList &arguments)
{
    QProcess process;
    process.start(program, arguments);
    if (!process.waitForFinished(60'000))
        process.kill();
    return QString::fromUtf8(process.readAllStandardOutput()).trimmed();
}

/// How many pixels of the area differ from that at its lower corners.
int drawnIn(const QImage &image, const QRect &area)
{
    const QRgb ground = image.pixel(area.bottomLeft());
    int drawn = 0;
    for (int y = area.top(); y <= area.bottom(); ++y) {
        for (int x = area.left(); x <= area.right(); ++x)
            drawn += image.pixel(x, y) != ground;
    }
    return drawn;
}

} // namespace

/// What once went wrong at the window, by clicks and keys that come through a display with a window manager.
class TestClicks : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void init();
    void cleanup();
    void aRestartThatIsNotWaitedForEndsWithAService();
    void whoQuitsIsToldWhatBecomesOfARestart();
    void whoStopsWaitingTwiceIsToldThatItStaysStopped();
    void beforeAnythingWasAskedTheButtonIsUndo();
    void aShutdownThatIsNotWaitedForGoesOn();
    void aFailedRestartIsToldUntilItIsLookedAt();
    void aDependencyNotCheckedYetHasNotFailed();
    void aHangInCleanUpIsNoDraining();
    void rowsAreDragged();
    void aRowThatGoesWhileItIsDraggedIsLeftOut();
    void aDragIsCalledOffByEscape();
    void enterPressesTheButtonsOfTheFirstPage_data();
    void enterPressesTheButtonsOfTheFirstPage();
    void aWordAtThePlaceOfOurStatusIsUnderstood();
    void whatCannotBeKeptIsSaid();
    void aWindowOfALargerScreenIsAllOnThisOne();
    void allHelpOpensNoWindow();
    void fromRightToLeft_data();
    void fromRightToLeft();

private:
    Hands hands() { return Hands(*m_window); }
    void key(const QString &name, Qt::Key key, Qt::KeyboardModifiers modifiers = {})
    {
        hands().key(name, key, modifiers);
    }
    FleetView *table() { return m_window->findChild<FleetView *>(); }
    const ServiceRow &row() { return m_session->fleet().row(0); }
    bool isHealthy() { return row().state() == ServiceState::Healthy && !row().activity; }
    QString instance() { return row().report ? row().report->instanceId : QString(); }
    void open(const QString &fleet = {});
    void openFake(const QStringList &faults, const QStringList &laterFaults);
    void openFour();
    QStringList names();
    QPoint placeOf(int row, double down = 0.5);
    void setBusy(bool busy);
    void clickRestart();
    void clickShutDown();
    void clickStopWaiting();
    QString below(); ///< what is said under the buttons of the details

    QProcess m_manager;
    QTemporaryDir m_directory;
    std::unique_ptr<LiveWindow> m_live;
    FleetSession *m_session = nullptr; ///< the live one's
    MainWindow *m_window = nullptr;
    qint64 m_fake = 0; ///< pid of what runs; 0: none
};

void TestClicks::initTestCase()
{
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(u"hephaestus-test"_s);
    QCoreApplication::setApplicationName(u"tst_clicks"_s);
    m_manager.start(u"openbox"_s, {u"--config-file"_s, u"/dev/null"_s});
    QVERIFY2(m_manager.waitForStarted(), qPrintable(m_manager.errorString()));
    QTRY_VERIFY_WITH_TIMEOUT(outputOf(u"xprop"_s, {u"-root"_s, u"_NET_SUPPORTING_WM_CHECK"_s}).contains(u"window id"_s),
                             60'000);
}

void TestClicks::cleanupTestCase()
{
    m_manager.terminate();
    QVERIFY(hasEnded(m_manager));
}

void TestClicks::init() { QSettings().clear(); }

void TestClicks::cleanup()
{
    const QList<ServiceId> ids = m_session ? m_session->fleet().ids() : QList<ServiceId>();
    if (m_fake != 0 && !ids.isEmpty() && row().report && row().report->pid)
        ::kill(pid_t(*row().report->pid), SIGKILL);
    m_fake = 0;
    m_live.reset();
    m_session = nullptr;
}

void TestClicks::open(const QString &fleet)
{
    m_live = std::make_unique<LiveWindow>(fleet, m_directory.path());
    m_session = &m_live->session;
    m_window = &m_live->window;
    QVERIFY(QTest::qWaitForWindowActive(m_window));
}

/// On a service that runs with some faults, and with others when it is started anew.
void TestClicks::openFake(const QStringList &faults, const QStringList &laterFaults)
{
    setBusy(faults.contains(u"busy"_s));
    QProcess first;
    first.setWorkingDirectory(m_directory.path());
    first.setProgram(QStringLiteral(FAKESERVICE));
    // The port is given out by the system once; the service binds it again.
    first.start(QStringLiteral(FAKESERVICE), {u"0"_s});
    const QByteArray line = nextLine(first);
    const QString port = QString::fromLatin1(line.mid(line.lastIndexOf(':') + 1));
    first.kill();
    QVERIFY(hasEnded(first));
    first.setArguments(QStringList{port} + faults);
    first.setStandardOutputFile(QProcess::nullDevice());
    QVERIFY(first.startDetached(&m_fake));

    QStringList command{QStringLiteral(FAKESERVICE), port};
    command += laterFaults;
    QFile fleet(m_directory.filePath(u"fleet.toml"_s));
    QVERIFY(fleet.open(QIODevice::WriteOnly));
    fleet.write(u"[[service]]\nname = \"fake\"\nurl = \"http://127.0.0.1:%1\"\ninterval = \"200ms\"\n"
                "restart = { method = \"command\", command = [\"%2\"] }\n"_s.arg(port, command.join(u"\", \""_s))
                    .toUtf8());
    fleet.close();
    open(fleet.fileName());
    m_session->trust(row().id);
    QTRY_VERIFY_WITH_TIMEOUT(isHealthy(), 60'000);
}

/// Nobody answers, and nothing sorts: the order is the file's.
void TestClicks::openFour()
{
    QFile fleet(m_directory.filePath(u"four.toml"_s));
    QVERIFY(fleet.open(QIODevice::WriteOnly));
    for (int each = 1; each <= 4; ++each)
        fleet.write(
            u"[[service]]\nname = \"s%1\"\nurl = \"http://127.0.0.1:1/%1\"\ninterval = \"1h\"\n"_s.arg(each).toUtf8());
    fleet.close();
    open(fleet.fileName());
    QTRY_COMPARE(names(), QStringList({u"s1"_s, u"s2"_s, u"s3"_s, u"s4"_s}));
}

/// Of the rows, from above.
QStringList TestClicks::names()
{
    QStringList names;
    for (int line = 0; line < table()->rows().rowCount(); ++line)
        names << table()->model()->index(line, FleetModel::Service).data().toString();
    return names;
}

/// In the viewport; `down`: of the row's height.
QPoint TestClicks::placeOf(int row, double down)
{
    const QRect cell = table()->visualRect(table()->model()->index(row, FleetModel::Service));
    return {cell.center().x(), cell.top() + int(down * cell.height())};
}

/// Whether the requests that a shutdown waits for are still there.
void TestClicks::setBusy(bool busy)
{
    QFile file(m_directory.filePath(u"busy"_s));
    QVERIFY(busy ? file.open(QIODevice::WriteOnly) : !file.exists() || file.remove());
}

void TestClicks::clickRestart()
{
    QTRY_VERIFY(hands().tool(u"Restart…"_s) && hands().tool(u"Restart…"_s)->isEnabled());
    hands().click(hands().tool(u"Restart…"_s));
    QTRY_VERIFY(hands().inDialog(u"Restart"_s));
    hands().click(hands().inDialog(u"Restart"_s));
    QTRY_VERIFY(m_session->actions().isRunning(row().id));
}

void TestClicks::clickShutDown()
{
    QTRY_VERIFY(hands().tool(u"Shut down…"_s) && hands().tool(u"Shut down…"_s)->isEnabled());
    hands().click(hands().tool(u"Shut down…"_s));
    QTRY_VERIFY(hands().inDialog(u"Shut down"_s));
    hands().click(hands().inDialog(u"Shut down"_s));
    QTRY_VERIFY(m_session->actions().isRunning(row().id));
}

void TestClicks::clickStopWaiting()
{
    QTRY_VERIFY(hands().tool(u"Stop waiting"_s) && hands().tool(u"Stop waiting"_s)->isEnabled());
    hands().click(hands().tool(u"Stop waiting"_s));
}

QString TestClicks::below()
{
    for (const QLabel *const label : m_window->findChild<DetailPane *>()->findChildren<QLabel *>()) {
        if (label->isVisible() && label->accessibleName().startsWith("If you stop waiting"_L1))
            return label->accessibleName();
    }
    return {};
}

// ---- what the button leaves -------------------------------------------------------------------------------------

void TestClicks::aRestartThatIsNotWaitedForEndsWithAService()
{
    openFake({u"drain"_s, u"busy"_s}, {});
    const QString before = instance();
    clickRestart();
    QTRY_VERIFY2(stateText(row()).startsWith(u"draining 3"_s), qPrintable(stateText(row())));
    QTRY_COMPARE(below(), u"If you stop waiting: fake is stopping already, and is started again first."_s);
    QCOMPARE(m_window->commands().cancel()->statusTip(), below());
    clickStopWaiting();
    QTRY_VERIFY2(below().contains(u"is not started again"_s), qPrintable(below())); // if it is pressed again
    QTRY_COMPARE(m_window->commands().cancel()->statusTip(), below());
    setBusy(false);
    QTRY_VERIFY_WITH_TIMEOUT(isHealthy() && instance() != before, 60'000);
    QVERIFY(!m_session->actions().isRunning(row().id));
}

void TestClicks::whoQuitsIsToldWhatBecomesOfARestart()
{
    openFake({u"drain"_s, u"busy"_s}, {});
    clickRestart();
    m_window->quit();
    Confirmation *question = nullptr;
    QTRY_VERIFY((question = m_window->findChild<Confirmation *>()) && question->isVisible());
    QCOMPARE(question->windowTitle(), u"Quit"_s);
    QVERIFY2(question->accessibleDescription().contains(u"is brought to its end first"_s),
             qPrintable(question->accessibleDescription()));
    setBusy(false);
    QTRY_VERIFY_WITH_TIMEOUT(!m_session->actions().isRunning(row().id), 60'000);
    QCOMPARE(question->accessibleDescription(), u"What was under way has ended. Quit?"_s);
    question->reject();
}

void TestClicks::whoStopsWaitingTwiceIsToldThatItStaysStopped()
{
    openFake({u"drain"_s, u"busy"_s}, {});
    const QString before = instance();
    clickRestart();
    QTRY_COMPARE(below(), u"If you stop waiting: fake is stopping already, and is started again first."_s);
    clickStopWaiting();
    QTRY_VERIFY2(below().contains(u"is not started again"_s), qPrintable(below()));
    clickStopWaiting();
    QTRY_VERIFY(!m_session->actions().isRunning(row().id));
    QVERIFY2(m_session->actions().receipt(row().id)->failure.contains(u"is not started again"_s),
             qPrintable(m_session->actions().receipt(row().id)->failure));
    setBusy(false);
    QTRY_COMPARE_WITH_TIMEOUT(row().state(), ServiceState::Stopped, 60'000); // as was asked
    QCOMPARE(stateText(row()), stateWord(ServiceState::Stopped));
    QTRY_VERIFY2_WITH_TIMEOUT(!row().answered && hands().tool(u"Start"_s) && hands().tool(u"Start"_s)->isEnabled(),
                              qPrintable(stateText(row())), 60'000);
    hands().click(hands().tool(u"Start"_s)); // it offers to finish
    QTRY_VERIFY_WITH_TIMEOUT(isHealthy() && instance() != before, 60'000);
}

void TestClicks::beforeAnythingWasAskedTheButtonIsUndo()
{
    openFake({u"idle"_s}, {});
    const QString before = instance();
    table()->setFocus();
    QTRY_VERIFY(m_window->commands().action(ServiceAction::Restart)->isEnabled());
    key(u"r"_s, Qt::Key_R);
    QTRY_VERIFY2(stateText(row()).startsWith(u"restart in "_s), qPrintable(stateText(row())));
    QTRY_VERIFY(hands().tool(u"Undo"_s));
    hands().click(hands().tool(u"Undo"_s));
    QTRY_VERIFY(!row().activity);
    QVERIFY(!m_session->actions().isRunning(row().id) && isHealthy());
    QCOMPARE(instance(), before);
}

void TestClicks::aShutdownThatIsNotWaitedForGoesOn()
{
    openFake({u"drain"_s, u"busy"_s}, {});
    clickShutDown();
    QTRY_COMPARE(below(), u"If you stop waiting: fake goes on with its shutdown."_s);
    clickStopWaiting();
    QTRY_VERIFY(!m_session->actions().isRunning(row().id));
    QVERIFY(m_session->actions().receipt(row().id)->failure.contains(u"goes on with its shutdown"_s));
    QTRY_COMPARE(row().observed, ServiceState::ShuttingDown); // as was said
    setBusy(false);
    QTRY_VERIFY_WITH_TIMEOUT(row().state() == ServiceState::Stopped, 60'000); // nobody calls it a death
}

// ---- what a row tells -------------------------------------------------------------------------------------------

void TestClicks::aFailedRestartIsToldUntilItIsLookedAt()
{
    openFake({}, {u"exit-at-once"_s});
    clickRestart();
    QTRY_VERIFY_WITH_TIMEOUT(!m_session->actions().isRunning(row().id), 60'000);
    QVERIFY(!m_session->actions().receipt(row().id)->ok);
    for (int polls = 0; polls < 3; ++polls) { // it stays so, whatever they find
        QSignalSpy answered(&m_session->fleet(), &FleetModel::answered);
        QTRY_VERIFY(!answered.isEmpty());
        QCOMPARE(stateText(row()), u"restart failed"_s);
        QCOMPARE(row().state(), ServiceState::Unreachable); // not as if it had been meant to be gone
    }
    hands().click(table()->viewport(), placeOf(0));
    QTRY_COMPARE(stateText(row()), u"unreachable: refused"_s);
}

void TestClicks::aDependencyNotCheckedYetHasNotFailed()
{
    openFake({}, {u"checked-late"_s});
    clickRestart();
    QTRY_VERIFY_WITH_TIMEOUT(
        row().observed == ServiceState::Starting && stateReason(row()) == "database: not checked yet"_L1, 60'000);
    QTRY_VERIFY_WITH_TIMEOUT(isHealthy() && !row().report->dependencies.isEmpty(), 60'000);
    for (int line = 0; line < m_session->journal().rowCount(); ++line) {
        const Event &event = m_session->journal().event(line);
        QVERIFY2(event.kind != EventKind::Trouble, qPrintable(event.text));
    }
}

void TestClicks::aHangInCleanUpIsNoDraining()
{
    openFake({u"drain"_s, u"hang-in-cleanup"_s}, {});
    clickShutDown();
    QTRY_VERIFY2(stateText(row()).startsWith(u"cleaning up: database"_s), qPrintable(stateText(row())));
    for (int polls = 0; polls < 5; ++polls) {
        QSignalSpy answered(&m_session->fleet(), &FleetModel::answered);
        QTRY_VERIFY(!answered.isEmpty());
        QVERIFY2(stateText(row()).startsWith(u"cleaning up: database"_s), qPrintable(stateText(row())));
    }
    clickStopWaiting(); // it is told so by the service itself, too
    QTRY_VERIFY(!m_session->actions().isRunning(row().id));
    QTRY_VERIFY2(stateText(row()).startsWith(u"cleaning up"_s), qPrintable(stateText(row())));
}

// ---- rows by the mouse ------------------------------------------------------------------------------------------

void TestClicks::rowsAreDragged()
{
    openFour();
    QWidget *const viewport = table()->viewport();
    hands().drag(viewport, placeOf(0), placeOf(2, 0.8)); // below the third
    QTRY_COMPARE(names(), QStringList({u"s2"_s, u"s3"_s, u"s1"_s, u"s4"_s}));
    QCOMPARE(table()->selectedServices().size(), 1); // the rows that it passed are not marked
    hands().drag(viewport, placeOf(3), placeOf(0, 0.2));
    QTRY_COMPARE(names(), QStringList({u"s4"_s, u"s2"_s, u"s3"_s, u"s1"_s}));
    table()->selectRow(0);
    table()->selectionModel()->select(table()->model()->index(2, 0),
                                      QItemSelectionModel::Select | QItemSelectionModel::Rows);
    hands().drag(viewport, placeOf(0), placeOf(3, 3)); // both, below all
    QTRY_COMPARE(names(), QStringList({u"s2"_s, u"s1"_s, u"s4"_s, u"s3"_s}));
    table()->sortByColumn(FleetModel::Service, Qt::AscendingOrder);
    hands().drag(viewport, placeOf(0), placeOf(2, 0.8)); // a column sorts: rows are marked
    QTRY_COMPARE(table()->selectedServices().size(), 3);
    QCOMPARE(names(), QStringList({u"s1"_s, u"s2"_s, u"s3"_s, u"s4"_s}));
    table()->sortByColumn(-1, Qt::AscendingOrder);
    QCOMPARE(names(), QStringList({u"s2"_s, u"s1"_s, u"s4"_s, u"s3"_s}));
}

void TestClicks::aRowThatGoesWhileItIsDraggedIsLeftOut()
{
    openFour();
    QWidget *const viewport = table()->viewport();
    table()->selectRow(0);
    table()->selectionModel()->select(table()->model()->index(1, 0),
                                      QItemSelectionModel::Select | QItemSelectionModel::Rows);
    hands().drag(viewport, placeOf(0), placeOf(3, 0.8), [&] {
        QTRY_COMPARE(viewport->cursor().shape(), Qt::ClosedHandCursor);
        m_session->fleet().remove(m_session->fleet().row(1).id); // as a file that was edited does
    });
    QTRY_COMPARE(names(), QStringList({u"s3"_s, u"s4"_s, u"s1"_s}));
}

void TestClicks::aDragIsCalledOffByEscape()
{
    openFour();
    QWidget *const viewport = table()->viewport();
    const auto isHolding = [&] { return viewport->cursor().shape() == Qt::ClosedHandCursor; };
    table()->setFocus();
    hands().drag(viewport, placeOf(0), placeOf(2, 0.8), [&] {
        QTRY_VERIFY(isHolding());
        key(u"Escape"_s, Qt::Key_Escape);
        QTRY_VERIFY(!isHolding());
    });
    hands().click(viewport, placeOf(1)); // whatever came before it has been seen by then
    QTRY_COMPARE(table()->currentService(), m_session->fleet().row(1).id);
    QCOMPARE(names(), QStringList({u"s1"_s, u"s2"_s, u"s3"_s, u"s4"_s}));
    QCOMPARE(table()->selectedServices().size(), 1);
}

// ---- the first start --------------------------------------------------------------------------------------------

void TestClicks::enterPressesTheButtonsOfTheFirstPage_data()
{
    QTest::addColumn<QString>("button");
    QTest::addColumn<QString>("opens");
    QTest::newRow("add") << u"Add a service…"_s << u"Add a service"_s;
    QTest::newRow("open") << u"Open a fleet file…"_s << u"Open a fleet file"_s;
    QTest::newRow("find") << u"Find services on this machine…"_s << u"Services on this machine"_s;
}

void TestClicks::enterPressesTheButtonsOfTheFirstPage()
{
    QFETCH(QString, button);
    QFETCH(QString, opens);
    open();
    QTRY_VERIFY(hands().tool(button));
    hands().tool(button)->setFocus();
    QTRY_VERIFY(hands().tool(button)->hasFocus());
    key(u"Return"_s, Qt::Key_Return);
    QTRY_VERIFY(QApplication::activeModalWidget());
    QCOMPARE(QApplication::activeModalWidget()->windowTitle(), opens);
    qobject_cast<QDialog *>(QApplication::activeModalWidget())->reject();
}

void TestClicks::aWordAtThePlaceOfOurStatusIsUnderstood()
{
    FakeHttpServer server;
    server.setAnswer("/health/status", FakeAnswer::json(R"({"status":"UP"})"));
    open();
    key(u"ctrl+n"_s, Qt::Key_N, Qt::ControlModifier);
    QTRY_VERIFY(qobject_cast<QLineEdit *>(QApplication::focusWidget()));
    hands().type(server.url());
    key(u"Return"_s, Qt::Key_Return);
    QTRY_COMPARE(m_session->fleet().rowCount(), 1);
    QTRY_COMPARE(row().observed, ServiceState::Healthy);
    server.setAnswer("/health/status", FakeAnswer::json(R"({"status":"DOWN"})", 503));
    QTRY_COMPARE_WITH_TIMEOUT(row().observed, ServiceState::DependencyError, 20'000);
}

void TestClicks::whatCannotBeKeptIsSaid()
{
    const QString home = QFileInfo(QSettings().fileName()).dir().filePath(u".."_s);
    QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, u"/proc/nowhere"_s); // not even root writes there
    openFour();
    table()->setFocus();
    key(u"f"_s, Qt::Key_F);
    QTRY_VERIFY(row().favourite);
    const auto *const events = m_window->findChild<EventList *>();
    QVERIFY(events->isVisible());
    QString said;
    for (int line = 0; line < events->model()->rowCount(); ++line) {
        for (int column = 0; column < events->model()->columnCount(); ++column)
            said += events->model()->index(line, column).data().toString() + u'\n';
    }
    QVERIFY2(said.contains(u"favourites, views, services and preferences are lost at the end: /proc/nowhere/"_s),
             qPrintable(said));
    QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, QDir(home).absolutePath());
}

void TestClicks::aWindowOfALargerScreenIsAllOnThisOne()
{
    QWidget before;
    before.setGeometry(900, 300, 1380, 860);
    QSettings().setValue(u"window/geometry"_s, before.saveGeometry());
    open();
    const QRect free = m_window->screen()->availableGeometry();
    QTRY_VERIFY2(free.contains(m_window->frameGeometry()),
                 qPrintable(u"%1 %2 %3 %4"_s.arg(m_window->frameGeometry().left())
                                .arg(m_window->frameGeometry().top())
                                .arg(m_window->frameGeometry().width())
                                .arg(m_window->frameGeometry().height())));
}

// ---- the program's options --------------------------------------------------------------------------------------

void TestClicks::allHelpOpensNoWindow()
{
    QProcess program;
    program.start(QStringLiteral(DASHBOARD), {u"--help-all"_s});
    QVERIFY2(program.waitForFinished(60'000), "it opened a window");
    QCOMPARE(program.exitCode(), 0);
    QVERIFY(program.readAllStandardOutput().contains("--fleet"));
}

void TestClicks::fromRightToLeft_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<bool>("isMirrored");
    QTest::newRow("as it is") << QStringList{u"--colors"_s, u"light"_s} << false;
    QTest::newRow("one dash") << QStringList{u"--colors"_s, u"light"_s, u"-reverse"_s} << true;
    QTest::newRow("two dashes") << QStringList{u"--colors"_s, u"light"_s, u"--reverse"_s} << true;
}

void TestClicks::fromRightToLeft()
{
    QFETCH(QStringList, arguments);
    QFETCH(bool, isMirrored);
    const QTemporaryDir home;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"XDG_CONFIG_HOME"_s, home.path());
    environment.insert(u"XDG_STATE_HOME"_s, home.path());
    QProcess program;
    program.setProcessEnvironment(environment);
    program.start(QStringLiteral(DASHBOARD), arguments);
    QString window;
    QTRY_VERIFY_WITH_TIMEOUT(
        !(window = outputOf(u"xdotool"_s,
                            {u"search"_s, u"--onlyvisible"_s, u"--pid"_s, QString::number(program.processId()),
                             u"--name"_s, u"^Hephaestus$"_s}))
             .isEmpty(),
        60'000);
    const auto isMenuDrawn = [&](bool atRight) { // in that third of the menu bar
        const QImage image = QGuiApplication::primaryScreen()->grabWindow(window.toULongLong()).toImage();
        const int third = image.width() / 3;
        return drawnIn(image, {atRight ? image.width() - third - 2 : 2, 2, third, 16}) > 100;
    };
    QTRY_VERIFY(isMenuDrawn(isMirrored));
    QVERIFY(!isMenuDrawn(!isMirrored));
    program.terminate();
    QVERIFY(hasEnded(program));
    QCOMPARE(program.exitCode(), 0);
}

QTEST_MAIN(TestClicks)
#include "tst_clicks.moc"
