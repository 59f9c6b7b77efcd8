// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/dependencymodel.h"
#include "dashboard/model/eventjournal.h"
#include "dashboard/ui/actionbutton.h"
#include "dashboard/ui/celldelegate.h"
#include "dashboard/ui/confirmation.h"
#include "dashboard/ui/desktoppresence.h"
#include "dashboard/ui/detailpages.h"
#include "dashboard/ui/detailpane.h"
#include "dashboard/ui/elidedlabel.h"
#include "dashboard/ui/eventlist.h"
#include "dashboard/ui/fleetdelegates.h"
#include "dashboard/ui/fleetview.h"
#include "dashboard/ui/latencydelegate.h"
#include "dashboard/ui/mainwindow.h"
#include "dashboard/ui/preferencesdialog.h"
#include "dashboard/ui/servicecommands.h"
#include "dashboard/ui/tablekeys.h"
#include "dashboard/ui/theme.h"
#include "dashboard/ui/totalsstrip.h"
#include "dashboard/ui/viewsbutton.h"
#include "dashboard/ui/wallboard.h"
#include "tests/dashboard/model/reports.h"
#include "tests/support/events.h"
#include "tests/support/fakehttpserver.h"

#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDialog>
#include <QFile>
#include <QHeaderView>
#include <QHelpEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QPainter>
#include <QPushButton>
#include <QRegularExpression>
#include <QScreen>
#include <QScrollArea>
#include <QScrollBar>
#include <QSettings>
#include <QSignalSpy>
#include <QSplitter>
#include <QStandardItemModel>
#include <QStandardPaths>
#include <QStatusBar>
#include <QTabWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestMainWindow : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void theFirstRunInvites();
    void theFirstPageSaysWhatWillBeLost();
    void nothingIsShownInATrayWithoutAnIcon();
    void aServiceIsAddedByItsAddress();
    void aBrokenFleetFileIsExplained();
    void aHookIsTriedFromTheWindow();
    void theRowShowsWhatTheServiceSays();
    void theFirstOfTheServicesOfTheStartIsChosen();
    void whatIsNotUnderstoodIsSaidOnce();
    void disabledActionsSayWhy();
    void aKeyOfWhatCannotBeDoneSaysWhy();
    void theStatusBarFollowsAButtonThatBecomesAnother();
    void theManualThatIsNotThereIsSaidToBeMissing();
    void theStatusBarSaysWhatIsTrueOfTheButtonUnderThePointer();
    void theDetailsCountDownWithTheRow();
    void whatAGroupsHeadingSelectsIsCounted();
    void theSheetOfKeysNamesNoSelection();
    void whatIsPossibleForAllFollowsTheirAnswers();
    void manyAnswersUpdateTheActionsOnce();
    void theNameOfWhatIsWorstIsNotTheFaintest();
    void anEventOfManyLeadsToThem();
    void noLineIsChosenSinceAnotherGoes();
    void nothingDangerousHappensByEnterAlone();
    void aLongQuestionIsNotCut_data();
    void aLongQuestionIsNotCut();
    void aTypedDelayIsNotLost_data();
    void aTypedDelayIsNotLost();
    void aShutdownIsAskedForOnce();
    void aButtonOfTheTotalsFilters();
    void slashGoesToTheFilter();
    void whatIsTypedIntoTheTableFiltersAndDoesNothing();
    void aRestartByAKeyCanBeTakenBack();
    void keysActOnWhatTheDetailsShow();
    void theOrderHoldsUnderThePointer();
    void nothingAboveThePagesMoves();
    void theWindowKeepsItsSize();
    void theDetailsAreBelowTheTableInANarrowWindow_data();
    void theDetailsAreBelowTheTableInANarrowWindow();
    void aStartInANarrowWindowKeepsTheSizesOfAWideOne();
    void aLowWindowHasSizesOfItsOwn();
    void whatTheDetailsShowStaysInView();
    void aClickMovesNothingSideways();
    void theDemoTouchesNothingElse();
    void enterPressesTheButtonsOfTheFirstPage();
    void aHostileServiceIsDrawnLiterally();
    void aViewIsSavedUsedAndForgotten();
    void favouritesAreRemembered();
    void preferencesAreAppliedAndRemembered();
    void theLayoutIsRemembered();
    void everyPageOfWhatDoesNotAnswerSaysItsAge();
    void theLayoutIsSavedBeforeTheEnd();
    void eachViewHasItsColumns();
    void aClickOnAChipShowsItsGraph();
    void aClickOnStateSortsTroubleFirst();
    void actsAreForWhatAFilterLeaves();
    void whereThereIsLittleRoomTheChipsKeepIt();
    void noLineStandsBesideShortenedNames();
    void theFirstAnswersOfAllMakeRoomUnderThePointer();
    void whereThereIsRoomNamesGetSomeOfIt();
    void whereThereIsNoRoomForMoreTheAgeIsThere();
    void theCountsOfAHeadingAreNotCutInTheMiddleOfALetter();
    void theSecondsOfAStateAreNotCut();
    void theMenuOfServicesFitsTheSmallestWindow();
    void colorsOfTheCommandLineAreForOnce();
};

static SequenceOptions impatient()
{
    SequenceOptions options;
    options.shutdownTimeout = std::chrono::seconds(20);
    options.goneTimeout = options.portTimeout = std::chrono::milliseconds(300);
    return options;
}

/// A real window on services that a fake answers for.
struct Bench
{
    FakeHttpServer server;
    FleetSession session{impatient()};
    MainWindow window{session};

    Bench() { show(Reports::healthy()); }

    void show(const HealthReport &report) { server.setAnswer("/health/status", FakeAnswer::json(encode(report))); }

    ServiceId add(const QString &name, const RestartMethod &restart = {})
    {
        FleetEntry entry = Reports::entry(name, server.url());
        entry.interval = std::chrono::milliseconds(100);
        entry.restart = restart;
        return session.add(entry);
    }

    /// So many that answer, and can be restarted and started; none is polled before long.
    void addSome(int count)
    {
        for (int each = 0; each < count; ++each) {
            FleetEntry entry = Reports::entry(u"mcp%1"_s.arg(each), server.url() + u"/%1"_s.arg(each));
            entry.interval = std::chrono::hours(1);
            entry.restart = RestartByCommand{{u"/bin/true"_s}, {}, {}};
            session.fleet().applyAnswer(session.fleet().add(entry), Reports::answer(Reports::healthy()));
        }
    }

    bool start()
    {
        session.start();
        window.show();
        return QTest::qWaitForWindowExposed(&window);
    }

    FleetView *table() { return window.findChild<FleetView *>(); }
    QAction *action(ServiceAction action) { return window.findChild<ServiceCommands *>()->action(action); }
    QSplitter *splitter() ///< between table and details
    {
        return qobject_cast<QSplitter *>(table()->parentWidget());
    }
    QLineEdit *filter()
    {
        for (QLineEdit *const edit : window.findChildren<QLineEdit *>()) {
            if (edit->accessibleName() == "Filter"_L1)
                return edit;
        }
        return nullptr;
    }

    /// The dialog that is open; null: none.
    QDialog *dialog()
    {
        for (QDialog *const dialog : window.findChildren<QDialog *>()) {
            if (dialog->isVisible())
                return dialog;
        }
        return nullptr;
    }

    QPushButton *button(const QString &text)
    {
        for (QPushButton *const button : dialog()->findChildren<QPushButton *>()) {
            if (button->text().remove(u'&') == text)
                return button;
        }
        return nullptr;
    }

    int asked(const QByteArray &line) const
    {
        return int(std::count_if(server.requests().begin(), server.requests().end(),
                                 [&](const QByteArray &request) { return request.startsWith(line); }));
    }
};

void TestMainWindow::initTestCase()
{
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(u"hephaestus-test"_s);
    QSettings().clear();
}

void TestMainWindow::theFirstRunInvites()
{
    Bench bench;
    QVERIFY(bench.start());
    QStringList offered;
    for (const QToolButton *const button : bench.window.findChildren<QToolButton *>()) {
        if (button->isVisible() && button->isEnabled())
            offered << button->text().remove(u'&');
    }
    QVERIFY2(offered.contains(u"Add a service…"_s) && offered.contains(u"Open a fleet file…"_s),
             qPrintable(offered.join(u',')));
    bench.add(u"mcp"_s);
    QTRY_VERIFY(bench.table()->isVisible());
}

/// Nothing can be written below a file.
void TestMainWindow::theFirstPageSaysWhatWillBeLost()
{
    const auto warning = [](const MainWindow &window) {
        const QList<QLabel *> labels = window.findChildren<QLabel *>();
        const auto found = std::ranges::find_if(
            labels, [](const QLabel *label) { return label->isVisible() && label->text().contains(u" is lost "_s); });
        return found == labels.end() ? QString() : (*found)->text();
    };
    {
        FleetSession session;
        MainWindow window(session);
        window.show();
        QCOMPARE(warning(window), QString());
    }
    QTemporaryDir folder;
    QFile file(folder.filePath(u"file"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    const QString before = QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation);
    QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, file.fileName());
    FleetSession session;
    MainWindow window(session);
    QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, before);
    window.show();
    QVERIFY2(warning(window).contains(file.fileName()), qPrintable(warning(window)));
}

void TestMainWindow::nothingIsShownInATrayWithoutAnIcon()
{
    QTest::failOnWarning(QRegularExpression(u"No Icon set"_s));
    FleetSession session;
    MainWindow window(session);
    QAction restartStale(u"Restart all stale"_s);
    const DesktopPresence presence(window, session.fleet(), &restartStale);
}

void TestMainWindow::aServiceIsAddedByItsAddress()
{
    Bench bench;
    QVERIFY(bench.start());
    QTest::keyClick(&bench.window, Qt::Key_N, Qt::ControlModifier);
    QTRY_VERIFY(bench.dialog());
    auto *const url = bench.dialog()->findChild<QLineEdit *>();
    url->setText(u"not a url"_s);
    QVERIFY(!bench.button(u"Add"_s)->isEnabled());
    url->setText(bench.server.url());
    QTest::keyClick(url, Qt::Key_Return);
    QTRY_COMPARE(bench.session.fleet().rowCount(), 1);
    QTRY_COMPARE(bench.session.fleet().row(0).state(), ServiceState::Healthy);
}

void TestMainWindow::aBrokenFleetFileIsExplained()
{
    Bench bench;
    QVERIFY(bench.start());
    const QTemporaryDir directory;
    QFile file(directory.filePath(u"fleet.toml"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("[[service]]\nname = \"a\"\n");
    file.close();
    bench.window.openFleet(file.fileName());
    QTRY_VERIFY(bench.dialog());
    QString said;
    for (const QLabel *const label : bench.dialog()->findChildren<QLabel *>())
        said += label->text();
    QVERIFY2(said.contains(u"url"_s), qPrintable(said));
    QCOMPARE(bench.session.fleet().rowCount(), 0);
}

void TestMainWindow::aHookIsTriedFromTheWindow()
{
    Bench bench;
    QVERIFY(bench.start());
    const auto hooks = [&] {
        for (QAction *const action : bench.window.findChildren<QAction *>()) {
            if (action->text() == u"Hoo&ks…"_s)
                return action;
        }
        qFatal("the menu has no Hooks");
    };
    QVERIFY(!hooks()->isEnabled());
    const QTemporaryDir directory;
    QFile file(directory.filePath(u"fleet.toml"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("[[service]]\nname = \"a\"\nurl = \"" + bench.server.url().toUtf8()
               + "\"\n"
                 "[[hook]]\nname = \"good\"\non = [\"down\"]\ncommand = [\"tee\", \"told\"]\n"
                 "[[hook]]\nname = \"bad\"\non = [\"down\"]\ncommand = [\"false\"]\n"
                 "[[hook]]\nname = \"far\"\non = [\"stale\"]\nwebhook = \"https://hooks.example.org/services/T0000000/"
                 "B00000000/XXXXXXXXXXXXXXXXXXXXXXXX/of-all/who-look-after-it\"\n");
    file.close();
    bench.window.openFleet(file.fileName());
    QVERIFY(hooks()->isEnabled());
    hooks()->trigger();
    QTRY_VERIFY(bench.dialog());
    QVERIFY(QTest::qWaitForWindowExposed(bench.dialog()));
    Test::deliverEvents();
    Test::deliverEvents(); // a layout that another one caused
    const auto *const area = bench.dialog()->findChild<QScrollArea *>();
    QCOMPARE(area->horizontalScrollBar()->maximum(), 0); // all of each is seen
    const auto outcome = [&](const QString &hook) {
        bench.dialog()->findChild<QPushButton *>(u"test "_s + hook)->click();
        const auto *const label = bench.dialog()->findChild<QLabel *>(u"outcome "_s + hook);
        [[maybe_unused]] const bool isOver = QTest::qWaitFor([&] { return label->text() != "on its way"_L1; }, 30'000);
        return label->text();
    };
    QCOMPARE(outcome(u"good"_s), u"sent"_s);
    QFile told(directory.filePath(u"told"_s));
    QVERIFY(told.open(QIODevice::ReadOnly));
    QVERIFY(told.readAll().contains("\"kind\":\"test\""));
    QCOMPARE(outcome(u"bad"_s), u"false failed with exit code 1"_s);
}

void TestMainWindow::theRowShowsWhatTheServiceSays()
{
    Bench bench;
    bench.show(Reports::withError());
    bench.add(u"mcp"_s);
    QVERIFY(bench.start());
    QTRY_COMPARE(bench.table()->model()->index(0, FleetModel::State).data().toString(), u"error"_s);
    QCOMPARE(bench.table()->currentService(), bench.session.fleet().ids().first());
    QTRY_VERIFY([&] {
        for (const QLabel *const label : bench.window.findChildren<QLabel *>()) {
            if (label->isVisible() && label->text() == "qdrant: connection refused"_L1)
                return true;
        }
        return false;
    }());
}

/// Those of the command line are there before the window is.
void TestMainWindow::theFirstOfTheServicesOfTheStartIsChosen()
{
    FleetSession session;
    const ServiceId first = session.add(Reports::entry(u"one"_s, u"http://127.0.0.1:1/one"_s));
    session.add(Reports::entry(u"two"_s, u"http://127.0.0.1:1/two"_s));
    MainWindow window(session);
    window.show();
    QCOMPARE(window.findChild<FleetView *>()->currentService(), first);
    QCOMPARE(window.findChild<FleetView *>()->selectedServices(), QList<ServiceId>{first});
    const auto isShown = [&] {
        const QList<QLabel *> labels = window.findChild<DetailPane *>()->findChildren<QLabel *>();
        return std::ranges::any_of(labels,
                                   [](const QLabel *label) { return label->isVisible() && label->text() == u"one"_s; });
    };
    QTRY_VERIFY(isShown());
}

void TestMainWindow::whatIsNotUnderstoodIsSaidOnce()
{
    Bench bench;
    bench.server.setAnswer("/health/status", FakeAnswer::json(R"({"service": 1})"));
    const ServiceId id = bench.add(u"mcp"_s);
    QVERIFY(bench.start());
    QTRY_COMPARE(bench.session.fleet().find(id)->state(), ServiceState::NotUnderstood);
    const auto told = [&] {
        const EventJournal &journal = bench.session.journal();
        for (int each = 0; each < journal.rowCount(); ++each) {
            if (journal.event(each).text.startsWith(u"not understood"_s))
                return journal.event(each).text;
        }
        return QString();
    };
    QTRY_VERIFY(!told().isEmpty());
    QCOMPARE(told().count(u"not understood"_s), 1);
    QVERIFY2(told().size() > u"not understood: "_s.size(), qPrintable(told())); // why
}

void TestMainWindow::disabledActionsSayWhy()
{
    Bench bench;
    bench.add(u"mcp"_s);
    QVERIFY(bench.start());
    QTRY_VERIFY(bench.action(ServiceAction::ShutDown)->isEnabled());
    QVERIFY(!bench.action(ServiceAction::Restart)->isEnabled());
    QVERIFY(bench.action(ServiceAction::Restart)->statusTip().contains(u"no restart method"_s));
    QVERIFY(bench.action(ServiceAction::Restart)->toolTip().contains(u"no restart method"_s));
}

void TestMainWindow::aKeyOfWhatCannotBeDoneSaysWhy()
{
    const QTemporaryDir directory;
    QFile file(directory.filePath(u"fleet.toml"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("[[service]]\nname = \"mcp\"\nurl = \"http://127.0.0.1:1\"\n");
    file.close();
    Bench bench;
    QVERIFY(bench.window.openFleet(file.fileName()));
    QVERIFY(bench.start());
    const QAction *rename = nullptr;
    for (const QAction *const action : bench.window.findChildren<QAction *>()) {
        if (action->shortcut() == QKeySequence(Qt::Key_F2))
            rename = action;
    }
    QVERIFY(rename);
    QTRY_VERIFY(!rename->isEnabled()); // its name is in a file
    QVERIFY2(rename->statusTip().contains(u"fleet.toml"_s), qPrintable(rename->statusTip()));
    bench.table()->setFocus();
    QTest::keyClick(bench.table(), Qt::Key_F2);
    QCOMPARE(bench.window.statusBar()->currentMessage(), rename->statusTip());
}

void TestMainWindow::theStatusBarFollowsAButtonThatBecomesAnother()
{
    Bench bench;
    bench.addSome(1);
    QVERIFY(bench.start());
    QAction first(u"Undo"_s);
    first.setStatusTip(u"Nothing is running for it."_s);
    QAction second(u"Restart"_s);
    ActionButton button(bench.window.centralWidget());
    button.setDefaultAction(&first);
    QEnterEvent enter({1, 1}, {1, 1}, {1, 1});
    QApplication::sendEvent(&button, &enter);
    QCOMPARE(bench.window.statusBar()->currentMessage(), first.statusTip());
    button.removeAction(&first);
    button.setDefaultAction(&second);
    QTRY_COMPARE(bench.window.statusBar()->currentMessage(), QString());
}

void TestMainWindow::theManualThatIsNotThereIsSaidToBeMissing()
{
    Bench bench;
    bench.addSome(1);
    QVERIFY(bench.start());
    bench.table()->setFocus();
    QTest::keyClick(bench.table(), Qt::Key_F1);
    QCOMPARE(bench.window.statusBar()->currentMessage(), u"The manual is not installed."_s);
}

void TestMainWindow::theStatusBarSaysWhatIsTrueOfTheButtonUnderThePointer()
{
    Bench bench;
    bench.addSome(1);
    const ServiceId id = bench.session.fleet().ids().first();
    bench.session.fleet().applyAnswer(id, Reports::failure(ClientError::Refused));
    QVERIFY(bench.start());
    const QAction *const check = bench.action(ServiceAction::CheckNow);
    QTRY_VERIFY(!check->isEnabled() && !check->statusTip().isEmpty());
    ActionButton *button = nullptr;
    for (ActionButton *const each : bench.window.findChildren<ActionButton *>())
        button = each->defaultAction() == check ? each : button;
    QVERIFY(button);
    QEnterEvent enter({1, 1}, {1, 1}, {1, 1});
    QApplication::sendEvent(button, &enter);
    QCOMPARE(bench.window.statusBar()->currentMessage(), check->statusTip());
    HealthReport checking = Reports::healthy();
    checking.capabilities << u"check"_s;
    bench.session.fleet().applyAnswer(id, Reports::answer(checking));
    QTRY_VERIFY(check->isEnabled());
    QCOMPARE(bench.window.statusBar()->currentMessage(), QString()); // it can be pressed now
    QEvent leave(QEvent::Leave);
    QApplication::sendEvent(button, &leave);
    QCOMPARE(bench.window.statusBar()->currentMessage(), QString());
}

void TestMainWindow::theDetailsCountDownWithTheRow()
{
    Bench bench;
    HealthReport idle = Reports::healthy();
    idle.resources.inFlightRequests = 0;
    bench.addSome(1);
    const ServiceId id = bench.session.fleet().ids().first();
    bench.session.fleet().applyAnswer(id, Reports::answer(idle));
    QVERIFY(bench.start());
    QTRY_VERIFY(bench.action(ServiceAction::Restart)->isEnabled());
    const auto isSaid = [&bench](const QString &text) {
        const QList<QLabel *> labels = bench.window.findChild<DetailPane *>()->findChildren<QLabel *>();
        return std::ranges::any_of(
            labels, [&text](const QLabel *label) { return label->isVisible() && label->text().startsWith(text); });
    };
    bench.table()->setFocus();
    QTest::keyClick(bench.table(), Qt::Key_R);
    QTRY_VERIFY(stateText(*bench.session.fleet().find(id)).startsWith(u"restart in "_s));
    QTRY_VERIFY(isSaid(u"restart in "_s)); // no answer comes before long
    QTest::keyClick(bench.table(), Qt::Key_Escape);
    QTRY_VERIFY(isSaid(u"healthy"_s));
}

void TestMainWindow::whatAGroupsHeadingSelectsIsCounted()
{
    Bench bench;
    for (const QString &name : {u"orders"_s, u"search"_s}) {
        FleetEntry entry = Reports::entry(name, bench.server.url() + u'/' + name);
        entry.group = u"shop"_s;
        bench.session.fleet().applyAnswer(bench.session.fleet().add(entry), Reports::answer(Reports::healthy()));
    }
    QVERIFY(bench.start());
    const auto isSaid = [&bench](const QString &text) {
        const QList<QLabel *> labels = bench.window.findChildren<QLabel *>();
        return std::ranges::any_of(
            labels, [&text](const QLabel *label) { return label->isVisible() && label->text().startsWith(text); });
    };
    bench.table()->rows().setGrouped(true);
    bench.table()->setFocus();
    QTest::keyClick(bench.table(), Qt::Key_G); // the heading
    QTRY_COMPARE(bench.table()->selectedServices().size(), 2);
    QTRY_VERIFY(isSaid(u"2 services are selected."_s));
}

void TestMainWindow::theSheetOfKeysNamesNoSelection()
{
    Bench bench;
    bench.addSome(3);
    QVERIFY(bench.start());
    bench.table()->setFocus();
    QTest::keyClick(bench.table(), Qt::Key_A, Qt::ControlModifier);
    QCOMPARE(bench.action(ServiceAction::Restart)->text().remove(u'&'), u"Restart 3…"_s);
    QTest::keyClicks(bench.table(), u"?"_s);
    QTRY_VERIFY(bench.dialog());
    QStringList texts;
    for (const QLabel *const label : bench.dialog()->findChildren<QLabel *>())
        texts << label->text();
    QVERIFY(texts.contains(u"Restart"_s) && texts.contains(u"Undo, or stop waiting"_s));
    QVERIFY2(!texts.contains(u"Restart 3"_s) && !texts.contains(u"Start 3"_s), qPrintable(texts.join(u'\n')));
    // Nor a page that there is not, as nobody is asked for alerts.
    QVERIFY(texts.contains(u"Ctrl+8"_s) && !texts.contains(u"Ctrl+9"_s));
}

void TestMainWindow::whatIsPossibleForAllFollowsTheirAnswers()
{
    Bench bench;
    bench.addSome(3);
    QVERIFY(bench.start());
    QTRY_VERIFY(bench.table()->isVisible());
    bench.table()->setFocus();
    QTest::keyClick(bench.table(), Qt::Key_A, Qt::ControlModifier);
    const QAction *const restart = bench.action(ServiceAction::Restart);
    const QAction *const start = bench.action(ServiceAction::Start);
    const QAction *const cancel = bench.window.commands().cancel();
    QCOMPARE(restart->text().remove(u'&'), u"Restart 3…"_s); // a selection is seen at once
    QVERIFY(!start->isEnabled());

    const QList<ServiceId> ids = bench.session.fleet().ids();
    bench.session.fleet().applyAnswer(ids[1], Reports::failure(ClientError::Refused));
    QTRY_COMPARE(start->text().remove(u'&'), u"Start"_s);
    QVERIFY(start->isEnabled());
    const auto nameOf = [&](int each) { return bench.session.fleet().find(ids[each])->entry.name; };
    const QString left = u"2 are left out: %1 runs already. %2 runs already."_s.arg(nameOf(0), nameOf(2));
    QCOMPARE(start->statusTip(), left);
    QVERIFY2(start->toolTip().contains(left), qPrintable(start->toolTip()));
    qsizetype buttons = 0;
    for (QObject *const each : start->associatedObjects()) {
        const auto *const button = qobject_cast<ActionButton *>(each);
        buttons += button != nullptr;
        if (button)
            QCOMPARE(button->accessibleDescription(), left);
    }
    QVERIFY(buttons > 0);
    bench.session.fleet().applyAnswer(ids[1], Reports::answer(Reports::healthy()));
    QTRY_VERIFY(!start->isEnabled());

    bench.session.actions().perform(ids[2], ServiceAction::Restart);
    QCOMPARE(restart->text().remove(u'&'), u"Restart 2…"_s); // what somebody did is seen at once, too
    QVERIFY2(restart->statusTip().startsWith(u"1 is left out: %1 is busy"_s.arg(nameOf(2))),
             qPrintable(restart->statusTip()));
    QVERIFY(cancel->isEnabled());
    bench.session.actions().cancel(ids[2]);
    QTRY_COMPARE(restart->text().remove(u'&'), u"Restart 3…"_s);
    QCOMPARE(restart->statusTip(), QString());
    QVERIFY(!cancel->isEnabled());

    QTest::keyClick(bench.table(), Qt::Key_F); // all become favourites
    for (const ServiceId id : ids)
        QTRY_VERIFY(bench.session.fleet().find(id)->favourite);
    QTest::keyClick(bench.table(), Qt::Key_Down);
    QTRY_COMPARE(restart->text().remove(u'&'), u"Restart…"_s);
}

void TestMainWindow::manyAnswersUpdateTheActionsOnce()
{
    Bench bench;
    bench.addSome(20);
    bench.window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&bench.window));
    bench.table()->setFocus();
    QTest::keyClick(bench.table(), Qt::Key_A, Qt::ControlModifier);
    QCoreApplication::processEvents();
    const QSignalSpy updated(&bench.window.commands(), &ServiceCommands::changed);
    QList<Arrival> arrivals;
    for (const ServiceId id : bench.session.fleet().ids())
        arrivals << Arrival{id, Reports::failure(ClientError::Timeout), Clock::machine().now(),
                            Clock::machine().wall()};
    bench.session.fleet().applyArrivals(arrivals);
    QCOMPARE(updated.count(), 0);
    QTRY_VERIFY(bench.action(ServiceAction::Start)->isEnabled());
    QCOMPARE(bench.action(ServiceAction::Start)->text().remove(u'&'), u"Start 20"_s);
    QCOMPARE(updated.count(), 1);
}

void TestMainWindow::theNameOfWhatIsWorstIsNotTheFaintest()
{
    Bench bench;
    FleetModel &fleet = bench.session.fleet();
    QHash<ServiceState, ServiceId> ids;
    for (const ServiceState state : {ServiceState::Healthy, ServiceState::Unreachable, ServiceState::Stopped}) {
        FleetEntry entry = Reports::entry(u"worst"_s, u"http://127.0.0.1:1/%1"_s.arg(int(state)));
        entry.interval = std::chrono::hours(1);
        ids[state] = fleet.add(entry);
        fleet.applyAnswer(ids[state], Reports::answer(Reports::healthy()));
    }
    fleet.applyAnswer(ids[ServiceState::Unreachable], Reports::failure(ClientError::Refused));
    fleet.setStopped(ids[ServiceState::Stopped]);
    bench.window.resize(1200, 700);
    bench.window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&bench.window));
    /// How far its strongest pixel is from the background.
    const auto strength = [&](ServiceState state) {
        const int row = bench.table()->rows().rowOf(ids[state]);
        const QRect cell = bench.table()->visualRect(bench.table()->rows().index(row, FleetModel::Service));
        const QImage image = bench.table()->viewport()->grab(cell).toImage();
        const float ground = image.pixelColor(image.width() - 2, 2).lightnessF();
        float most = 0;
        for (int y = 0; y < image.height(); ++y) {
            for (int x = spacing(bench.table()->fontMetrics(), 2); x < image.width(); ++x)
                most = std::max(most, std::abs(image.pixelColor(x, y).lightnessF() - ground));
        }
        return most;
    };
    const float healthy = strength(ServiceState::Healthy);
    QVERIFY(healthy > 0.5F);
    QVERIFY2(strength(ServiceState::Unreachable) > 0.95F * healthy,
             qPrintable(QString::number(strength(ServiceState::Unreachable) / healthy)));
    QVERIFY(strength(ServiceState::Stopped) < 0.9F * healthy); // on purpose: nobody misses it
}

void TestMainWindow::anEventOfManyLeadsToThem()
{
    Bench bench;
    bench.addSome(5);
    bench.window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&bench.window));
    const QList<ServiceId> ids = bench.session.fleet().ids();
    for (const ServiceId id : ids.mid(1))
        bench.session.fleet().applyAnswer(id, Reports::failure(ClientError::Refused));
    auto *const events = bench.window.findChild<EventList *>();
    QTRY_COMPARE(events->model()->index(0, EventJournal::Service).data().toString(), u"4 services"_s);
    events->setFocus();
    events->setCurrentIndex(events->model()->index(0, 0));
    QTest::keyClick(events, Qt::Key_Return);
    QTRY_COMPARE(bench.table()->selectedServices(), ids.mid(1));
}

/// Two lines become one with a third: that of the older one goes.
void TestMainWindow::noLineIsChosenSinceAnotherGoes()
{
    EventJournal journal;
    const auto tell = [&](ServiceId id, const QString &text) {
        journal.append({{}, id, u"s%1"_s.arg(id), EventKind::Trouble, text});
    };
    for (int each = 0; each < 40; ++each)
        tell(100, u"event %1"_s.arg(each));
    tell(1, u"hangs"_s);
    tell(2, u"hangs"_s);
    EventList list(journal);
    list.resize(600, 200);
    list.show();
    list.setCurrentIndex(journal.index(1, 0));
    tell(3, u"hangs"_s);
    QCOMPARE(journal.index(0, EventJournal::Service).data().toString(), u"3 services"_s);
    QVERIFY(!list.selectionModel()->hasSelection());
    for (ServiceId id = 4; id < 20; ++id)
        tell(id, u"hangs"_s);
    QCOMPARE(list.indexAt({1, 1}).row(), 0); // the newest is in sight
}

void TestMainWindow::nothingDangerousHappensByEnterAlone()
{
    Bench bench;
    HealthReport busy = Reports::healthy();
    busy.resources.inFlightRequests = 3;
    bench.show(busy);
    bench.add(u"mcp"_s);
    QVERIFY(bench.start());
    QTRY_VERIFY(bench.action(ServiceAction::ShutDown)->isEnabled());
    bench.action(ServiceAction::ShutDown)->trigger();
    QTRY_VERIFY(bench.dialog());
    QDialog *const dialog = bench.dialog();
    const QString question = dialog->findChild<QLabel *>()->text();
    QVERIFY2(question.startsWith(u"Shut down mcp on 127.0.0.1:%1? 3 requests are in flight"_s.arg(bench.server.port())),
             qPrintable(question));
    QTest::keyClick(dialog->focusWidget() ? dialog->focusWidget() : dialog, Qt::Key_Return);
    QTRY_VERIFY(!bench.dialog());
    QCOMPARE(bench.asked("POST"), 0);
}

void TestMainWindow::aLongQuestionIsNotCut_data()
{
    QTest::addColumn<int>("services");
    for (const int services : {3, 38, 80})
        QTest::addRow("%d services", services) << services;
}

/// Whoever agrees has to see what it is to.
void TestMainWindow::aLongQuestionIsNotCut()
{
    QFETCH(int, services);
    QStringList lines;
    for (int each = 0; each < services; ++each)
        lines << u"service-%1 runs python3 -m service --port %1, from /srv/fleet/fleet.toml"_s.arg(each);
    auto *const dialog = new Confirmation(lines.join(u'\n'), u"&Start"_s, nullptr); // deletes itself
    dialog->open();
    QVERIFY(QTest::qWaitForWindowExposed(dialog));
    const QSize free = dialog->screen()->availableSize();
    QVERIFY2(dialog->height() <= free.height() && dialog->width() <= free.width(),
             qPrintable(QString::number(dialog->height())));
    const auto *const text = dialog->findChild<QLabel *>();
    QVERIFY2(text->height() >= text->heightForWidth(text->width()), qPrintable(QString::number(text->height())));
    for (const QPushButton *const button : dialog->findChildren<QPushButton *>())
        QVERIFY(dialog->rect().contains(button->geometry().translated(button->parentWidget()->pos())));
    QVERIFY(text->visibleRegion().contains(QPoint(5, 5)));
    if (const auto *const area = dialog->findChild<QScrollArea *>())
        area->verticalScrollBar()->setValue(area->verticalScrollBar()->maximum());
    QTRY_VERIFY(text->visibleRegion().contains(QPoint(5, text->height() - 5))); // the last line
    dialog->close();
}

void TestMainWindow::aTypedDelayIsNotLost_data()
{
    QTest::addColumn<QString>("typed");
    QTest::addColumn<bool>("stays");
    QTest::addColumn<int>("accepted");
    QTest::newRow("nothing") << QString() << false << 0; // Cancel
    QTest::newRow("a delay") << u"5min"_s << false << 1;
    QTest::newRow("what is no delay") << u"5 apples"_s << true << 0;
    QTest::newRow("too much") << u"48h"_s << true << 0;
}

void TestMainWindow::aTypedDelayIsNotLost()
{
    QFETCH(QString, typed);
    auto *const dialog = new Confirmation(u"Schedule a shutdown of mcp?"_s, u"&Schedule"_s, nullptr); // deletes itself
    dialog->askDelay();
    const QSignalSpy accepted(dialog, &QDialog::accepted);
    const QSignalSpy rejected(dialog, &QDialog::rejected);
    dialog->open();
    QVERIFY(QTest::qWaitForWindowActive(dialog));
    auto *const delay = dialog->findChild<QLineEdit *>();
    QTest::keyClicks(delay, u"1s"_s);
    delay->clear(); // what was typed before does not count
    QTest::keyClicks(delay, typed);
    QTest::keyClick(delay, Qt::Key_Return);
    QTEST(dialog->isVisible(), "stays");
    QTEST(int(accepted.count()), "accepted");
    if (dialog->isVisible())
        QTest::keyClick(delay, Qt::Key_Escape);
    QCOMPARE(rejected.count(), 1 - accepted.count());
}

void TestMainWindow::aShutdownIsAskedForOnce()
{
    Bench bench;
    bench.server.setAnswer("/health/shutdown", FakeAnswer::json(encode(ShutdownResult())));
    const ServiceId id = bench.add(u"mcp"_s);
    QVERIFY(bench.start());
    QTRY_VERIFY(bench.action(ServiceAction::ShutDown)->isEnabled());
    bench.action(ServiceAction::ShutDown)->trigger();
    QTRY_VERIFY(bench.dialog());
    QTest::mouseClick(bench.button(u"Shut down"_s), Qt::LeftButton);
    QTRY_COMPARE(bench.asked("POST /health/shutdown "), 1);
    QVERIFY(bench.session.actions().isRunning(id));
    // Everything else waits, and says so; the button that began it now cancels.
    QVERIFY(!bench.action(ServiceAction::Start)->isEnabled());
    QVERIFY(bench.window.findChild<ServiceCommands *>()->cancel()->isEnabled());
    QTRY_VERIFY_WITH_TIMEOUT(!bench.session.actions().isRunning(id), 60'000);
    QCOMPARE(bench.asked("POST"), 1);
}

void TestMainWindow::aButtonOfTheTotalsFilters()
{
    Bench bench;
    bench.add(u"mcp"_s);
    QVERIFY(bench.start());
    QTRY_COMPARE(bench.session.fleet().row(0).state(), ServiceState::Healthy);
    QToolButton *healthy = nullptr;
    for (QToolButton *const button : bench.window.findChildren<QToolButton *>()) {
        if (button->text() == "1 healthy"_L1)
            healthy = button;
    }
    QVERIFY(healthy);
    QTest::mouseClick(healthy, Qt::LeftButton);
    QCOMPARE(bench.filter()->text(), u"state:healthy"_s);
    QCOMPARE(bench.table()->model()->rowCount(), 1);
    bench.filter()->setText(u"!state:healthy"_s);
    QCOMPARE(bench.table()->model()->rowCount(), 0);
    QVERIFY(!healthy->isChecked());
    bench.filter()->setText(u"state:nonsense"_s); // explained, and the last filter stays
    QVERIFY(bench.filter()->toolTip().contains(u"no such state"_s));
    QCOMPARE(bench.table()->model()->rowCount(), 0);
}

void TestMainWindow::slashGoesToTheFilter()
{
    Bench bench;
    bench.add(u"mcp"_s);
    QVERIFY(bench.start());
    bench.window.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&bench.window));
    bench.table()->setFocus();
    QTest::keyClick(bench.table(), Qt::Key_Slash);
    QVERIFY(bench.filter()->hasFocus());
    QCOMPARE(bench.filter()->text(), QString());
}

void TestMainWindow::whatIsTypedIntoTheTableFiltersAndDoesNothing()
{
    Bench bench;
    bench.addSome(2);
    QVERIFY(bench.start());
    bench.window.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&bench.window));
    bench.table()->setFocus();
    for (const char letter : "forsco") {
        if (letter)
            QTest::keyClick(bench.window.focusWidget(), letter);
    }
    QCOMPARE(bench.filter()->text(), u"forsco"_s);
    QVERIFY(bench.filter()->hasFocus());
    bench.filter()->clear();
    bench.table()->setFocus();
    for (const char letter : {'g', 'r'}) // the first of them moves
        QTest::keyClick(bench.window.focusWidget(), letter);
    QCOMPARE(bench.filter()->text(), u"gr"_s);
    // A letter, and then something else: that was no command either.
    bench.filter()->clear();
    bench.table()->setFocus();
    QTest::keyClick(bench.table(), Qt::Key_F);
    QTest::keyClick(bench.table(), Qt::Key_Down);
    QTest::keyClick(bench.table(), Qt::Key_F); // alone
    const QList<ServiceId> ids = bench.session.fleet().ids();
    QTRY_VERIFY(bench.session.fleet().find(ids[1])->favourite);
    QVERIFY(!bench.session.fleet().find(ids[0])->favourite);
    for (const ServiceId id : ids)
        QVERIFY(!bench.session.actions().isRunning(id) && !bench.session.fleet().find(id)->activity);
    QCOMPARE(bench.asked("POST"), 0);
}

void TestMainWindow::aRestartByAKeyCanBeTakenBack()
{
    Bench bench;
    HealthReport idle = Reports::healthy();
    idle.resources.inFlightRequests = 0;
    bench.show(idle);
    const ServiceId id = bench.add(u"mcp"_s, RestartByCommand{{u"/bin/true"_s}, {}, {}});
    QVERIFY(bench.start());
    QTRY_VERIFY(bench.action(ServiceAction::Restart)->isEnabled());
    bench.window.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&bench.window));
    bench.table()->setFocus();
    for (const auto modifier : {Qt::NoModifier, Qt::ControlModifier}) {
        QTRY_VERIFY(bench.action(ServiceAction::Restart)->isEnabled());
        QTest::keyClick(bench.table(), Qt::Key_R, modifier);
        QTRY_VERIFY2(stateText(*bench.session.fleet().find(id)).startsWith(u"restart in "_s),
                     qPrintable(stateText(*bench.session.fleet().find(id))));
        QCOMPARE(bench.session.fleet().totals().states.value(ServiceState::Healthy), 1); // nothing is done yet
        QCOMPARE(bench.window.commands().cancel()->text().remove(u'&'), u"Undo"_s);
        QTest::keyClick(bench.table(), Qt::Key_Escape);
        QVERIFY(!bench.session.fleet().find(id)->activity);
        QCOMPARE(bench.window.statusBar()->currentMessage(), u"Taken back: nothing was done."_s);
    }
    QCOMPARE(bench.asked("POST"), 0);
    const QSignalSpy begun(&bench.session.actions(), &ServiceActions::begun);
    QTRY_VERIFY(bench.action(ServiceAction::Restart)->isEnabled());
    QTest::keyClick(bench.table(), Qt::Key_R);
    QTRY_COMPARE_WITH_TIMEOUT(begun.size(), 1, 20'000);
    QTRY_VERIFY_WITH_TIMEOUT(!bench.session.actions().isRunning(id), 60'000);
}

void TestMainWindow::keysActOnWhatTheDetailsShow()
{
    Bench bench;
    bench.addSome(3);
    QVERIFY(bench.start());
    bench.table()->setFocus();
    QTest::keyClick(bench.table(), Qt::Key_Down);
    for (const Qt::Key key : {Qt::Key_Home, Qt::Key_End, Qt::Key_Up}) {
        QTest::keyClick(bench.table(), key, Qt::ControlModifier);
        QCOMPARE(bench.table()->selectedServices(), QList<ServiceId>{bench.table()->currentService()});
    }
}

void TestMainWindow::theOrderHoldsUnderThePointer()
{
    Bench bench;
    bench.addSome(3);
    QVERIFY(bench.start());
    const QList<ServiceId> ids = bench.session.fleet().ids();
    bench.table()->sortByColumn(FleetModel::State, Qt::AscendingOrder);
    QEnterEvent enter(QPointF(5, 5), QPointF(5, 5), QPointF(5, 5));
    QCoreApplication::sendEvent(bench.table()->viewport(), &enter);
    bench.session.fleet().applyAnswer(ids[2], Reports::failure(ClientError::Refused));
    QCOMPARE(bench.table()->rows().rowOf(ids[2]), 2); // what is under the pointer stays there
    const auto *const anew = bench.table()->viewport()->findChild<QToolButton *>();
    QVERIFY(anew->isVisible());
    QTest::mouseClick(const_cast<QToolButton *>(anew), Qt::LeftButton);
    QCOMPARE(bench.table()->rows().rowOf(ids[2]), 0);
    QVERIFY(!anew->isVisible());
    bench.session.fleet().applyAnswer(ids[1], Reports::failure(ClientError::Refused));
    QCOMPARE(bench.table()->rows().rowOf(ids[1]), 2);
    QEvent leave(QEvent::Leave);
    QCoreApplication::sendEvent(bench.table()->viewport(), &leave);
    QCOMPARE(bench.table()->rows().rowOf(ids[1]), 0);
    QTest::keyClick(bench.table(), Qt::Key_Down); // three seconds from now on
    bench.session.fleet().applyAnswer(ids[0], Reports::failure(ClientError::Refused));
    QCOMPARE(bench.table()->rows().rowOf(ids[0]), 2);
    QTRY_COMPARE_WITH_TIMEOUT(bench.table()->rows().rowOf(ids[0]), 0, 20'000);
}

void TestMainWindow::nothingAboveThePagesMoves()
{
    Bench bench;
    bench.addSome(1);
    QVERIFY(bench.start());
    const ServiceId id = bench.session.fleet().ids().first();
    auto *const tabs = bench.window.findChild<QTabWidget *>();
    QTRY_VERIFY(tabs->isVisible());
    QCoreApplication::processEvents();
    const QPoint before = tabs->mapTo(&bench.window, QPoint());
    HealthReport failing = Reports::withError();
    failing.dependencies[1].error = QString(300, u'x').replace(20, 1, u' ');
    bench.session.fleet().applyAnswer(id, Reports::answer(failing));
    Test::deliverEvents();
    QCOMPARE(tabs->mapTo(&bench.window, QPoint()), before);
    bench.session.fleet().applyAnswer(id, Reports::failure(ClientError::Refused));
    Test::deliverEvents();
    QCOMPARE(tabs->mapTo(&bench.window, QPoint()), before);
}

void TestMainWindow::aStartInANarrowWindowKeepsTheSizesOfAWideOne()
{
    QSettings().clear();
    QList<int> sizes;
    {
        Bench bench;
        bench.add(u"mcp"_s);
        QVERIFY(bench.start());
        bench.window.resize(1380, 860);
        QTRY_COMPARE(bench.splitter()->width(), 1380);
        bench.splitter()->setSizes({700, 600});
        sizes = bench.splitter()->sizes();
        bench.window.resize(800, 500);
        QTRY_COMPARE(bench.splitter()->orientation(), Qt::Vertical);
        bench.window.close();
    }
    Bench bench;
    bench.add(u"mcp"_s);
    QVERIFY(bench.start());
    QTRY_COMPARE(bench.splitter()->orientation(), Qt::Vertical);
    bench.window.resize(1380, 860);
    QTRY_COMPARE(bench.splitter()->orientation(), Qt::Horizontal);
    QTRY_COMPARE(bench.splitter()->sizes(), sizes);
}

void TestMainWindow::aLowWindowHasSizesOfItsOwn()
{
    QSettings().clear();
    Bench bench;
    bench.addSome(12);
    QVERIFY(bench.start());
    auto *const rows = qobject_cast<QSplitter *>(bench.splitter()->parentWidget());
    const auto resizeTo = [&](const QSize &size) {
        bench.window.resize(size);
        QTRY_COMPARE(bench.window.size(), size);
        Test::deliverEvents();
    };
    resizeTo({1380, 860});
    const QList<int> tall = rows->sizes();
    const QList<int> beside = bench.splitter()->sizes();
    resizeTo({800, 500});
    const QList<int> low = rows->sizes();
    QVERIFY2(low[1] < tall[1], qPrintable(u"%1 of %2"_s.arg(low[1]).arg(tall[1])));
    resizeTo({1380, 860});
    QCOMPARE(rows->sizes(), tall);
    QCOMPARE(bench.splitter()->sizes(), beside);
}

void TestMainWindow::whatTheDetailsShowStaysInView()
{
    QSettings().clear();
    Bench bench;
    bench.addSome(12);
    QVERIFY(bench.start());
    bench.window.resize(1380, 860);
    QTRY_COMPARE(bench.window.size(), QSize(1380, 860));
    bench.table()->select(bench.session.fleet().ids().last());
    const auto isSeen = [&] {
        return bench.table()->viewport()->rect().contains(
            bench.table()->visualRect(bench.table()->currentIndex()).center());
    };
    QTRY_VERIFY(isSeen());
    bench.window.resize(800, 500);
    QTRY_COMPARE(bench.window.size(), QSize(800, 500));
    QVERIFY(bench.table()->viewport()->height() < 12 * bench.table()->rowHeight(0)); // not all of them
    QTRY_VERIFY(isSeen());
}

void TestMainWindow::aClickMovesNothingSideways()
{
    Bench bench;
    bench.addSome(3);
    QVERIFY(bench.start());
    auto *const table = bench.window.findChild<FleetView *>();
    table->setColumnWidth(FleetModel::Service, 3 * table->viewport()->width());
    QScrollBar *const side = table->horizontalScrollBar();
    QTRY_VERIFY(side->maximum() > 0);
    const QModelIndex cell = table->model()->index(1, FleetModel::Service);
    QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, table->visualRect(cell).topLeft() + QPoint(5, 5));
    QCOMPARE(table->currentIndex(), cell);
    table->scrollTo(cell); // as Qt does a while after the click
    QCOMPARE(side->value(), 0);
    QTest::keyClick(table, Qt::Key_Right); // a key goes there
    table->scrollTo(table->currentIndex());
    QVERIFY(side->value() > 0);
}

void TestMainWindow::theWindowKeepsItsSize()
{
    Bench bench;
    bench.addSome(12);
    QVERIFY(bench.start());
    QFont large = bench.window.font();
    large.setPixelSize(17); // as of a desktop
    bench.window.setFont(large);
    for (const QSize &size : {QSize(640, 400), QSize(780, 560)}) {
        bench.window.resize(size);
        QTRY_COMPARE(bench.window.size(), size);
        QCOMPARE(bench.splitter()->orientation(), Qt::Vertical); // the details are below the table
        const QList<ServiceId> ids = bench.session.fleet().ids();
        HealthReport stale = Reports::healthy();
        stale.code = CodeReport{CodeVerdict::Stale, {}, {}};
        const Answer<HealthReport> answers[] = {
            Reports::failure(ClientError::Refused),       Reports::failure(ClientError::Unauthorized),
            Reports::failure(ClientError::NotUnderstood), Reports::answer(Reports::withError()),
            Reports::answer(Reports::shuttingDown()),     Reports::answer(stale)};
        for (qsizetype each = 0; each < qsizetype(std::size(answers)); ++each)
            bench.session.fleet().applyAnswer(ids[each], answers[each]);
        Test::deliverEvents();
        QCOMPARE(bench.window.size(), size);
        for (const QToolButton *const button : bench.window.findChild<TotalsStrip *>()->findChildren<QToolButton *>()) {
            if (!button->isHidden())
                QVERIFY2(button->geometry().right() <= button->parentWidget()->width(),
                         qPrintable(button->accessibleName()));
        }
    }
}

void TestMainWindow::theDetailsAreBelowTheTableInANarrowWindow_data()
{
    QTest::addColumn<QSize>("size");
    QTest::addColumn<bool>("below");
    QTest::newRow("the smallest") << QSize(640, 400) << true;
    QTest::newRow("small") << QSize(800, 500) << true;
    QTest::newRow("just narrow") << QSize(899, 700) << true;
    QTest::newRow("just wide") << QSize(900, 700) << false;
    QTest::newRow("as at first") << QSize(1380, 860) << false;
    QTest::newRow("large") << QSize(2560, 1440) << false;
}

void TestMainWindow::theDetailsAreBelowTheTableInANarrowWindow()
{
    QFETCH(QSize, size);
    QFETCH(bool, below);
    QSettings().clear();
    Bench bench;
    bench.addSome(12);
    QFont font = bench.window.font();
    font.setPixelSize(12); // as of a desktop at 100 %
    bench.window.setFont(font);
    QVERIFY(bench.start());
    const QWidget *const detail = bench.splitter()->widget(1);
    for (const QSize &each : {QSize(below ? 1200 : 700, 600), size}) { // it comes from the other way
        bench.window.resize(each);
        QTRY_COMPARE(bench.window.size(), each);
    }
    const QRect table = bench.table()->geometry();
    if (below) {
        QVERIFY(detail->geometry().top() > table.bottom());
        QCOMPARE(detail->width(), table.width());
    } else {
        QVERIFY(detail->geometry().left() > table.right());
        QCOMPARE(detail->height(), table.height());
    }
    const int line = bench.table()->verticalHeader()->defaultSectionSize();
    const int rows = size.height() < 500 ? 2 : 4;
    QVERIFY2(table.height() >= (rows + 1) * line, qPrintable(QString::number(table.height()))); // and their header
    const auto *const events = bench.window.findChild<EventList *>();
    QVERIFY(events->isVisible() && events->height() >= events->verticalHeader()->defaultSectionSize());
    QVERIFY(bench.window.rect().contains(QRect(events->mapTo(&bench.window, QPoint()), events->size())));
    QVERIFY(bench.splitter()->rect().contains(detail->geometry()));
    QVERIFY(bench.window.rect().contains(QRect(detail->mapTo(&bench.window, QPoint()), detail->size())));
}

void TestMainWindow::theDemoTouchesNothingElse()
{
    const QTemporaryDir directory;
    QFile file(directory.filePath(u"demo.toml"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("[[service]]\nname = \"of the demo\"\nurl = \"http://127.0.0.1:2\"\n"
               "restart = { method = \"command\", command = [\"/bin/false\"] }\n");
    file.close();
    FleetSession session(impatient());
    MainWindow window(session, QFileInfo(file).canonicalFilePath());
    FleetEntry own = Reports::entry(u"of the user"_s);
    own.restart = RestartByCommand{{u"/bin/false"_s}, {}, {}};
    const ServiceId id = session.add(own);
    const auto trigger = [&](const QString &text) {
        for (QAction *const action : window.findChildren<QAction *>()) {
            if (action->text().remove(u'&') == text && action->isEnabled())
                return action->trigger();
        }
        QFAIL(qPrintable(text));
    };
    QSignalSpy begun(&session.actions(), &ServiceActions::begun);
    QSignalSpy finished(&session.actions(), &ServiceActions::finished);
    trigger(u"Try the demo"_s);
    QTRY_COMPARE(finished.size(), 1);
    QCOMPARE(begun.size(), 1);
    QVERIFY(begun[0][0].value<ServiceId>() != id);
    QCOMPARE(session.fleet().rowCount(), 2);
    trigger(u"End the demo…"_s);
    auto *const dialog = window.findChild<QDialog *>();
    QVERIFY(dialog);
    dialog->accept();
    QTRY_COMPARE(session.fleet().ids(), QList<ServiceId>{id});
}

void TestMainWindow::enterPressesTheButtonsOfTheFirstPage()
{
    Bench bench;
    QVERIFY(bench.start());
    for (QToolButton *const button : bench.window.findChildren<QToolButton *>()) {
        if (!button->isVisible() || button->text().remove(u'&') != u"Add a service…"_s)
            continue;
        button->setFocus();
        QTest::keyClick(button, Qt::Key_Return);
    }
    QTRY_VERIFY(bench.dialog());
}

void TestMainWindow::aHostileServiceIsDrawnLiterally()
{
    FakeHttpServer pictures; // must never be asked for anything
    const QString markup = u"<img src='%1/x.png'><b>bold</b>"_s.arg(pictures.url());
    Bench bench;
    HealthReport report = Reports::withError();
    report.service = markup;
    report.version = markup;
    report.dependencies[0].name = markup;
    report.dependencies[1].error = markup;
    report.code = CodeReport{CodeVerdict::Stale, {{markup, u"source"_s, u"modified"_s}}, {}};
    bench.show(report);
    FleetEntry entry = Reports::entry(markup, bench.server.url());
    entry.group = markup;
    entry.restart = RestartByCommand{{u"/bin/true"_s}, {}, {}};
    bench.session.add(entry);
    QVERIFY(bench.start());
    QTRY_COMPARE(bench.session.fleet().row(0).state(), ServiceState::DependencyError);
    // Every page, every tool tip of the table, and a confirmation.
    auto *const tabs = bench.window.findChild<QTabWidget *>();
    for (int tab = 0; tab < tabs->count(); ++tab) {
        tabs->setCurrentIndex(tab);
        bench.window.grab();
    }
    for (int column = 0; column < FleetModel::ColumnCount; ++column) {
        const QPoint at = bench.table()->visualRect(bench.table()->model()->index(0, column)).center();
        QHelpEvent help(QEvent::ToolTip, at, bench.table()->viewport()->mapToGlobal(at));
        QCoreApplication::sendEvent(bench.table()->viewport(), &help);
    }
    // What lists services elsewhere.
    bench.session.fleet().setFavourite(bench.session.fleet().ids().first(), true);
    bench.window.findChild<FleetView *>()->rows().setGrouped(true);
    bench.window.grab();
    bench.window.openPalette();
    QTRY_VERIFY(bench.dialog());
    bench.dialog()->grab();
    bench.dialog()->close();
    Wallboard board(bench.session.fleet(), nullptr);
    board.resize(800, 600);
    board.grab();
    QTRY_VERIFY(!bench.dialog());
    bench.action(ServiceAction::ShutDown)->trigger();
    QTRY_VERIFY(bench.dialog());
    bench.dialog()->grab();
    const QLabel *const question = bench.dialog()->findChild<QLabel *>();
    QVERIFY(question->text().contains(u"<img src="_s));
    QCOMPARE(question->textFormat(), Qt::PlainText);
    for (const QLabel *const label : bench.window.findChildren<QLabel *>())
        QVERIFY2(label->inherits("QTipLabel") || label->textFormat() == Qt::PlainText || !label->text().contains(u'<'),
                 qPrintable(label->text()));
    for (QWidget *const widget : QApplication::allWidgets()) {
        if (widget->inherits("QTipLabel"))
            QVERIFY2(!static_cast<QLabel *>(widget)->text().contains(u"<img"_s), "a tool tip is markup");
    }
    QCOMPARE(pictures.connections(), 0);
}

void TestMainWindow::aViewIsSavedUsedAndForgotten()
{
    QSettings().clear();
    {
        Bench bench;
        bench.add(u"mcp"_s);
        QVERIFY(bench.start());
        auto *const views = bench.window.findChild<ViewsButton *>();
        QVERIFY(!views->menu()->actions().at(2)->isEnabled()); // no filter, nothing to save
        bench.filter()->setText(u"state:down !stale"_s);
        views->menu()->actions().at(2)->trigger();
        QTRY_VERIFY(bench.dialog());
        QTest::keyClicks(bench.dialog()->findChild<QLineEdit *>(), u"in & out"_s);
        QTest::keyClick(bench.dialog(), Qt::Key_Return);
        QTRY_VERIFY(!bench.dialog());
    }
    Bench bench; // the next start
    bench.add(u"mcp"_s);
    QVERIFY(bench.start());
    auto *const views = bench.window.findChild<ViewsButton *>();
    QAction *const view = views->menu()->actions().first();
    QCOMPARE(view->text(), u"in && out"_s);
    QCOMPARE(view->shortcut(), QKeySequence(Qt::ALT | Qt::Key_1));
    QTest::keyClick(&bench.window, Qt::Key_1, Qt::AltModifier);
    QCOMPARE(bench.filter()->text(), u"state:down !stale"_s);
    QVERIFY(view->isChecked());
    QTest::keyClick(&bench.window, Qt::Key_1, Qt::AltModifier);
    QCOMPARE(bench.filter()->text(), QString());
    view->trigger();
    views->menu()->actions().last()->trigger(); // delete it
    QCOMPARE(QSettings().value(u"views/size"_s).toInt(), 0);
}

void TestMainWindow::favouritesAreRemembered()
{
    QSettings().clear();
    {
        Bench bench;
        bench.add(u"mcp"_s);
        QVERIFY(bench.start());
        bench.table()->setFocus();
        QTest::keyClick(bench.table(), Qt::Key_F);
        QTRY_VERIFY(bench.session.fleet().row(0).favourite);
        QCOMPARE(QSettings().value(u"favourites"_s).toStringList(), QStringList{bench.server.url()});
        FleetSession next; // another start, with the same service
        MainWindow window(next);
        next.add(Reports::entry(u"mcp"_s, bench.server.url()));
        QVERIFY(next.fleet().row(0).favourite);
        QTest::keyClick(bench.table(), Qt::Key_F);
        QTRY_VERIFY(QSettings().value(u"favourites"_s).toStringList().isEmpty());
    }
}

void TestMainWindow::preferencesAreAppliedAndRemembered()
{
    QSettings().clear();
    Bench bench;
    bench.add(u"mcp"_s);
    QVERIFY(bench.start());
    QSignalSpy changed(&bench.window, &MainWindow::preferencesChanged);
    QTest::keyClick(&bench.window, Qt::Key_Comma, Qt::ControlModifier);
    QTRY_VERIFY(bench.dialog());
    for (QCheckBox *const box : bench.dialog()->findChildren<QCheckBox *>()) {
        if (box->text().contains(u"Notify"_s) || box->text().contains(u"Group services"_s))
            QTest::mouseClick(box, Qt::LeftButton, {}, QPoint(8, box->height() / 2));
    }
    bench.dialog()->reject();
    QTRY_VERIFY(!bench.dialog());
    QCOMPARE(changed.count(), 0); // not accepted
    bench.window.openPreferences();
    QTRY_VERIFY(bench.dialog());
    for (QCheckBox *const box : bench.dialog()->findChildren<QCheckBox *>()) {
        if (box->text().contains(u"Notify"_s) || box->text().contains(u"Group services"_s))
            QTest::mouseClick(box, Qt::LeftButton, {}, QPoint(8, box->height() / 2));
    }
    QTest::mouseClick(bench.button(u"OK"_s), Qt::LeftButton);
    QTRY_COMPARE(changed.count(), 1);
    const Preferences kept = Preferences::read(QSettings());
    QVERIFY(!kept.notifications && !kept.grouped);
    QCOMPARE(kept, bench.window.preferences());
}

void TestMainWindow::theLayoutIsRemembered()
{
    QSettings().clear();
    QSettings().setValue(u"views/size"_s, 1);
    QSettings().setValue(u"views/1/name"_s, u"mine"_s);
    QSettings().setValue(u"views/1/filter"_s, u"!stale"_s);
    QRect geometry;
    QList<int> sizes;
    {
        Bench bench;
        bench.add(u"b"_s);
        bench.add(u"a"_s);
        QVERIFY(bench.start());
        bench.window.setGeometry(10, 30, 780, 540);
        QHeaderView *const header = bench.table()->horizontalHeader();
        header->resizeSection(FleetModel::Service, 211);
        header->moveSection(header->visualIndex(FleetModel::Latency), 2);
        bench.table()->sortByColumn(FleetModel::Service, Qt::DescendingOrder);
        QMenu columns;
        bench.table()->fillColumnsMenu(&columns);
        for (QAction *const action : columns.actions()) {
            if (action->text() == "Up"_L1 || action->text() == "Last seen"_L1)
                action->trigger();
        }
        QTest::keyClick(&bench.window, Qt::Key_E, Qt::ControlModifier);
        Test::deliverEvents();
        bench.splitter()->setSizes({120, 360});
        Test::deliverEvents();
        bench.filter()->setText(u"!stale"_s);
        QTRY_COMPARE(bench.window.geometry(), QRect(10, 30, 780, 540));
        geometry = bench.window.geometry();
        sizes = bench.splitter()->sizes();
        bench.window.close();
    }
    Bench bench; // the next start
    bench.add(u"b"_s);
    QVERIFY(bench.start());
    QTRY_COMPARE(bench.window.geometry(), geometry);
    QTRY_COMPARE(bench.splitter()->sizes(), sizes);
    const QHeaderView *const header = bench.table()->horizontalHeader();
    QCOMPARE(header->sectionSize(FleetModel::Service), 211);
    QCOMPARE(header->visualIndex(FleetModel::Latency), 2);
    QCOMPARE(header->sortIndicatorSection(), int(FleetModel::Service));
    QCOMPARE(header->sortIndicatorOrder(), Qt::DescendingOrder);
    QVERIFY(header->isSectionHidden(FleetModel::Uptime) && !header->isSectionHidden(FleetModel::LastSeen));
    bench.session.add(Reports::entry(u"c"_s, u"http://127.0.0.1:1"_s));
    QTRY_COMPARE(bench.table()->model()->index(0, FleetModel::Service).data().toString(), u"c"_s); // it sorts by it too
    QCOMPARE(bench.filter()->text(), u"!stale"_s);
    QVERIFY(!bench.window.findChild<EventList *>()->isVisible());
    QMenu columns;
    bench.table()->fillColumnsMenu(&columns);
    columns.actions().last()->trigger(); // as at first
    QVERIFY(!header->isSectionHidden(FleetModel::Uptime) && header->isSectionHidden(FleetModel::LastSeen));
    QCOMPARE(header->visualIndex(FleetModel::Latency), int(FleetModel::Latency));
    QCOMPARE(header->sortIndicatorSection(), -1);
}

void TestMainWindow::everyPageOfWhatDoesNotAnswerSaysItsAge()
{
    Bench bench;
    bench.addSome(1);
    QVERIFY(bench.start());
    auto *const tabs = bench.window.findChild<QTabWidget *>();
    const auto *const dependencies = bench.window.findChild<DependenciesPage *>()->findChild<QTableView *>()->model();
    const auto isSaid = [&](const QString &part) {
        return std::ranges::any_of(bench.window.findChildren<QLabel *>(), [&](const QLabel *label) {
            return label->isVisible() && label->text().contains(part);
        });
    };
    QTRY_COMPARE(dependencies->rowCount(), 2);
    QVERIFY(dependencies->index(0, 0).data(DependencyModel::CurrentRole).toBool());
    QVERIFY(!isSaid(u"what it last said"_s));
    bench.session.fleet().applyAnswer(bench.session.fleet().ids().first(), Reports::failure(ClientError::Refused));
    QTRY_VERIFY(!dependencies->index(0, 0).data(DependencyModel::CurrentRole).toBool());
    for (int page = 0; page < tabs->count(); ++page) {
        tabs->setCurrentIndex(page);
        QVERIFY2(isSaid(u"All below is what it last said, "_s), qPrintable(tabs->tabText(page)));
    }
    auto *const raw = bench.window.findChild<RawPage *>(); // and that is there
    tabs->setCurrentWidget(raw);
    QTRY_VERIFY2(raw->toPlainText().contains(u"\"dependencies\""_s), qPrintable(raw->toPlainText()));
}

/// The dashboard may be killed, and is not closed then.
void TestMainWindow::theLayoutIsSavedBeforeTheEnd()
{
    QSettings().clear();
    Bench bench;
    bench.add(u"a"_s);
    QVERIFY(bench.start());
    QHeaderView *const header = bench.table()->horizontalHeader();
    const QList<std::pair<const char *, std::function<void()>>> changes{
        {"a column's width", [&] { header->resizeSection(FleetModel::Service, 211); }},
        {"the order of columns", [&] { header->moveSection(header->visualIndex(FleetModel::Latency), 2); }},
        {"the order of rows", [&] { bench.table()->sortByColumn(FleetModel::Service, Qt::DescendingOrder); }},
        {"a hidden column",
         [&] {
             QMenu columns;
             bench.table()->fillColumnsMenu(&columns);
             columns.actions().at(2)->trigger();
         }},
        {"the events", [&] { QTest::keyClick(&bench.window, Qt::Key_E, Qt::ControlModifier); }},
        {"the filter", [&] { bench.filter()->setText(u"!stale"_s); }},
        {"the window's size", [&] { bench.window.resize(bench.window.size() - QSize(30, 20)); }},
    };
    for (const auto &[what, change] : changes) {
        // When the change before this one has been saved.
        QTRY_VERIFY2_WITH_TIMEOUT(QSettings().contains(u"table/columns"_s), what, 60'000);
        QSettings().remove(u"table/columns"_s);
        change();
        QTRY_VERIFY2_WITH_TIMEOUT(QSettings().value(u"table/columns"_s).toByteArray() == header->saveState(), what,
                                  60'000);
    }
    QCOMPARE(QSettings().value(u"window/geometry"_s).toByteArray(), bench.window.saveGeometry());
    QVERIFY(!QSettings().value(u"window/events"_s).toBool());
}

void TestMainWindow::eachViewHasItsColumns()
{
    QSettings().clear();
    QSettings().setValue(u"views/size"_s, 1);
    QSettings().setValue(u"views/1/name"_s, u"memory"_s);
    QSettings().setValue(u"views/1/filter"_s, u"!stale"_s);
    const auto shown = [](Bench &bench) { return !bench.table()->isColumnHidden(FleetModel::Memory); };
    {
        Bench bench;
        bench.add(u"a"_s);
        QVERIFY(bench.start());
        QVERIFY(!shown(bench)); // none is forced on anybody
        QTest::keyClick(&bench.window, Qt::Key_1, Qt::AltModifier);
        QCOMPARE(bench.filter()->text(), u"!stale"_s);
        QMenu columns;
        bench.table()->fillColumnsMenu(&columns);
        for (QAction *const action : columns.actions()) {
            if (action->text() == "Memory"_L1)
                action->trigger();
        }
        QVERIFY(shown(bench));
        bench.filter()->clear();
        QVERIFY(!shown(bench));
        bench.filter()->setText(u"!stale"_s);
        QVERIFY(shown(bench));
        bench.window.close();
    }
    Bench bench; // the next start
    bench.add(u"a"_s);
    QVERIFY(bench.start());
    QVERIFY(shown(bench));
    bench.filter()->clear();
    QVERIFY(!shown(bench));
}

void TestMainWindow::aClickOnAChipShowsItsGraph()
{
    QSettings().clear();
    Bench bench;
    HealthReport report = Reports::healthy();
    report.dependencies = {Reports::dependency(u"idle"_s, DependencyStatus::NotUsed),
                           Reports::dependency(u"database"_s), Reports::dependency(u"qdrant"_s)};
    bench.show(report);
    bench.add(u"other"_s, {});
    FleetEntry entry = Reports::entry(u"mcp"_s, bench.server.url() + u'/');
    const ServiceId id = bench.session.fleet().add(entry);
    bench.session.fleet().applyAnswer(id, Reports::answer(report));
    bench.window.resize(1300, 700);
    QVERIFY(bench.start());
    auto *const tabs = bench.window.findChild<QTabWidget *>();
    const QModelIndex cell = bench.table()->model()->index(bench.table()->rows().rowOf(id), FleetModel::Dependencies);
    QCOMPARE(cell.data().toString(), u"database working, qdrant working"_s); // what is not used is no chip
    // Somewhere in the cell each chip is.
    QStringList graphs;
    const QRect area = bench.table()->visualRect(cell);
    for (int x = area.left() + 2; x < area.right(); x += 3) {
        tabs->setCurrentIndex(0);
        QTest::mouseClick(bench.table()->viewport(), Qt::LeftButton, {}, {x, area.center().y()});
        QCOMPARE(bench.table()->currentService(), id);
        const auto *const page = tabs->currentWidget();
        if (page != tabs->widget(1))
            continue; // between two
        const QString which = page->findChild<QComboBox *>()->currentText();
        if (!graphs.contains(which))
            graphs << which;
    }
    QCOMPARE(graphs, (QStringList{u"database"_s, u"qdrant"_s}));
}

void TestMainWindow::aClickOnStateSortsTroubleFirst()
{
    QSettings().clear();
    Bench bench;
    bench.addSome(3);
    QVERIFY(bench.start());
    const QList<ServiceId> ids = bench.session.fleet().ids();
    bench.session.fleet().applyAnswer(ids[2], Reports::failure(ClientError::Refused));
    bench.session.fleet().applyAnswer(ids[1], Reports::answer(Reports::withError()));
    QHeaderView *const header = bench.table()->horizontalHeader();
    QTest::mouseClick(header->viewport(), Qt::LeftButton, {},
                      {header->sectionViewportPosition(FleetModel::State) + 20, header->height() / 2});
    QCOMPARE(bench.table()->rows().rowOf(ids[2]), 0);
    QCOMPARE(bench.table()->rows().rowOf(ids[1]), 1);
}

/// Letter by letter, a filter hides what is current, and then what became current instead.
void TestMainWindow::actsAreForWhatAFilterLeaves()
{
    FleetModel fleet;
    FleetView table(fleet);
    for (const QString &name : {u"alpha"_s, u"hephaestus-agents"_s, u"hephaestus-mcp"_s, u"hephaestus-monitor"_s})
        fleet.add(Reports::entry(name, u"http://h/"_s + name));
    QList<ServiceId> told = table.selectedServices();
    connect(&table, &FleetView::selectedServicesChanged, this,
            [&](const QList<ServiceId> &services) { told = services; });
    const auto isTrue = [&] {
        const QModelIndexList marked = table.selectionModel()->selectedRows();
        return told == QList{table.currentService()} && table.selectedServices() == told && marked.size() == 1
            && table.rows().serviceAt(marked.first().row()) == told.first();
    };
    table.show();
    for (const ServiceId first : {fleet.row(0).id, fleet.row(3).id}) {
        table.select(first);
        const QString filter = u"hephaestus-mcp"_s;
        for (qsizetype letters = 1; letters <= filter.size(); ++letters) {
            const auto query = FilterQuery::parse(filter.left(letters));
            QVERIFY(query);
            table.setQuery(*query);
            QVERIFY2(isTrue(), qPrintable(filter.left(letters)));
        }
        QCOMPARE(fleet.find(table.currentService())->entry.name, filter);
        table.setQuery({});
        QVERIFY(isTrue());
    }
    fleet.remove(table.currentService());
    QTRY_VERIFY(isTrue());
}

void TestMainWindow::whereThereIsLittleRoomTheChipsKeepIt()
{
    FleetModel fleet;
    FleetView table(fleet);
    const auto hidden = [&](int width) {
        table.resize(width, 300);
        table.show();
        Test::deliverEvents(); // the resize arrives
        return std::pair(table.isColumnHidden(FleetModel::InFlight), table.isColumnHidden(FleetModel::Version));
    };
    const int digit = table.fontMetrics().horizontalAdvance(u'0');
    QCOMPARE(hidden(digit * 160), std::pair(false, false));
    QCOMPARE(hidden(digit * 60), std::pair(true, true));
    QVERIFY(table.isColumnHidden(FleetModel::Latency) && table.isColumnHidden(FleetModel::Uptime));
    table.resize(digit * 80, 300);
    Test::deliverEvents();
    QVERIFY2(table.columnWidth(FleetModel::Dependencies) >= spacing(table.fontMetrics(), 30),
             qPrintable(QString::number(table.columnWidth(FleetModel::Dependencies))));
    QCOMPARE(hidden(digit * 160), std::pair(false, false));
    const int width = table.columnWidth(FleetModel::Version);
    table.setColumnWidth(FleetModel::Version, width + 7);
    hidden(digit * 60);
    hidden(digit * 160);
    QCOMPARE(table.columnWidth(FleetModel::Version), width + 7);
}

/// Names of dependencies need the room more than the line of the last minute beside a latency, and than the column of a
/// service's name where that is shorter.
void TestMainWindow::noLineStandsBesideShortenedNames()
{
    QSettings().clear();
    FleetModel fleet;
    HealthReport report = Reports::healthy();
    for (const QString &name : {u"embeddings"_s, u"invoices"_s, u"mailbox"_s}) {
        DependencyReport dependency;
        dependency.name = name;
        dependency.status = DependencyStatus::Working;
        report.dependencies << dependency;
    }
    FleetView table(fleet);
    const int digit = table.fontMetrics().horizontalAdvance(u'0');
    table.resize(digit * 150, 300);
    table.show();
    fleet.applyAnswer(fleet.add(Reports::entry(u"mcp"_s)), Reports::answer(report));
    const int names = static_cast<QAbstractItemView &>(table).sizeHintForColumn(FleetModel::Dependencies);
    const int number = LatencyDelegate::textWidth(table.fontMetrics());
    QTRY_VERIFY(table.columnWidth(FleetModel::Dependencies) >= names);
    bool hasYielded = false;
    for (int wide = 60; wide < 200; wide += 5) {
        table.resize(digit * wide, 300);
        Test::deliverEvents();                                      // the resize arrives
        const int latency = table.columnWidth(FleetModel::Latency); // 0: hidden
        const bool isWhole = table.columnWidth(FleetModel::Dependencies) >= names;
        const int line = std::max(latency - number - 4 * spacing(table.fontMetrics(), 2), 0);
        QVERIFY2(isWhole || line == 0, qPrintable(QString::number(wide)));
        const int name = static_cast<QAbstractItemView &>(table).sizeHintForColumn(FleetModel::Service);
        QVERIFY2(isWhole || table.columnWidth(FleetModel::Service) <= name, qPrintable(QString::number(wide)));
        hasYielded = hasYielded || (latency >= number && latency < number + 4 * spacing(table.fontMetrics(), 2));
    }
    QVERIFY(hasYielded);
    QVERIFY(table.columnWidth(FleetModel::Latency) > number + 8 * spacing(table.fontMetrics(), 2)); // where it is wide
}

/// Who starts the window with the pointer over the table sees the names all the same.
void TestMainWindow::theFirstAnswersOfAllMakeRoomUnderThePointer()
{
    QSettings().clear();
    FleetModel fleet;
    const QList ids{fleet.add(Reports::entry(u"one"_s)), fleet.add(Reports::entry(u"other"_s))};
    FleetView table(fleet);
    const auto answer = [&](ServiceId id, int dependencies) {
        HealthReport report = Reports::healthy();
        report.dependencies.clear();
        for (int i = 0; i < dependencies; ++i) {
            DependencyReport &dependency = report.dependencies.emplaceBack();
            dependency.name = u"embeddings-%1"_s.arg(i);
            dependency.status = DependencyStatus::Working;
        }
        fleet.applyAnswer(id, Reports::answer(report));
    };
    table.resize(table.fontMetrics().horizontalAdvance(u'0') * 130, 300);
    table.show();
    QEnterEvent enter({9, 9}, {9, 9}, {9, 9});
    QCoreApplication::sendEvent(table.viewport(), &enter);
    const auto widthFor = [&] {
        const int names = static_cast<QAbstractItemView &>(table).sizeHintForColumn(FleetModel::Dependencies);
        return std::pair(names, table.columnWidth(FleetModel::Dependencies));
    };
    answer(ids[0], 2);
    QTRY_VERIFY(widthFor().second >= widthFor().first);
    answer(ids[1], 4);
    QTRY_VERIFY2(widthFor().second >= widthFor().first,
                 qPrintable(u"%1 of %2"_s.arg(widthFor().second).arg(widthFor().first)));
}

void TestMainWindow::whereThereIsRoomNamesGetSomeOfIt()
{
    QSettings().clear();
    FleetModel fleet;
    FleetView table(fleet);
    table.show();
    const int digit = table.fontMetrics().horizontalAdvance(u'0');
    const auto widthsAt = [&](int width) {
        table.resize(width, 300);
        Test::deliverEvents();
        return std::pair(table.columnWidth(FleetModel::Service), table.columnWidth(FleetModel::Version));
    };
    const auto [narrowName, hiddenVersion] = widthsAt(digit * 80);
    const auto [name, version] = widthsAt(digit * 240);
    QVERIFY2(name >= narrowName + 10 * digit, qPrintable(u"%1, before %2"_s.arg(name).arg(narrowName)));
    QVERIFY(version > table.fontMetrics().horizontalAdvance(u"unknown"_s) + 2 * spacing(table.fontMetrics(), 2));
    QVERIFY(table.columnWidth(FleetModel::Dependencies) > name);
    QCOMPARE(widthsAt(digit * 80).first, narrowName);
    // What somebody chose holds at any width, and at the next start.
    table.setColumnWidth(FleetModel::Service, narrowName + 3);
    QSettings settings;
    table.saveColumns(settings, u"test"_s);
    FleetView again(fleet);
    again.restoreColumns(settings, u"test"_s);
    again.resize(digit * 240, 300);
    again.show();
    Test::deliverEvents();
    QCOMPARE(again.columnWidth(FleetModel::Service), narrowName + 3);
    QCOMPARE(again.columnWidth(FleetModel::Version), version);
}

/// A cell as its view paints it.
static QImage paintedCell(const QAbstractItemDelegate &delegate, const QTableView &view, const QModelIndex &index,
                          const QSize &size)
{
    QImage image(size, QImage::Format_RGB32);
    image.fill(view.palette().color(QPalette::Base));
    QPainter painter(&image);
    QStyleOptionViewItem option;
    option.initFrom(&view);
    option.widget = &view;
    option.rect = QRect({}, size);
    option.state = QStyle::State_Enabled;
    delegate.paint(&painter, option, index);
    return image;
}

void TestMainWindow::whereThereIsNoRoomForMoreTheAgeIsThere()
{
    FleetModel fleet;
    FleetView view(fleet);
    const ServiceId id = fleet.add(Reports::entry(u"mcp"_s));
    fleet.applyAnswer(id, Reports::answer(Reports::healthy()));
    fleet.applyAnswer(id, Reports::failure(ClientError::Refused));
    const QModelIndex cell = view.model()->index(0, FleetModel::Dependencies);
    const QString age = cell.siblingAtColumn(FleetModel::LastSeen).data().toString();
    QVERIFY2(cell.data().toString().endsWith(age), qPrintable(cell.data().toString()));
    const auto *const delegate = view.itemDelegateForColumn(FleetModel::Dependencies);
    QStandardItemModel plain(1, 1); // the age alone
    plain.setData(plain.index(0, 0), age);
    plain.setData(plain.index(0, 0), cell.data(Qt::TextAlignmentRole), Qt::TextAlignmentRole);
    const CellDelegate cells(FleetModel::CurrentRole);
    const int height = view.rowHeight(0);
    const QSize narrow(view.fontMetrics().horizontalAdvance(age) + 5 * spacing(view.fontMetrics(), 1), height);
    QCOMPARE(paintedCell(*delegate, view, cell, narrow), paintedCell(cells, view, plain.index(0, 0), narrow));
    const QSize wide(400, height);
    QVERIFY(paintedCell(*delegate, view, cell, wide) != paintedCell(cells, view, plain.index(0, 0), wide));
}

void TestMainWindow::theCountsOfAHeadingAreNotCutInTheMiddleOfALetter()
{
    FleetModel fleet;
    for (const QString &group : {u"data"_s, u"shop"_s}) {
        for (int each = 0; each < 3; ++each) {
            FleetEntry entry = Reports::entry(group + QString::number(each), u"http://127.0.0.1:1/"_s + group);
            entry.group = group;
            fleet.applyAnswer(fleet.add(entry),
                              each == 0 ? Reports::failure(ClientError::Refused)
                                        : Reports::answer(Reports::withError()));
        }
    }
    FleetView view(fleet);
    view.setGrouped(true);
    const QModelIndex heading = view.model()->index(0, FleetModel::State);
    QVERIFY(heading.data(FleetRows::HeadingRole).isValid());
    const StateDelegate delegate(nullptr);
    const int margin = spacing(view.fontMetrics(), 2) - 1;
    for (int width = 120; width < 300; width += 3) {
        const QImage cell = paintedCell(delegate, view, heading, {width, view.rowHeight(0)});
        for (int x = width - margin; x < width; ++x) {
            for (int y = 0; y < cell.height() - 2; ++y) // a line is below it
                QCOMPARE(cell.pixelColor(x, y), view.palette().color(QPalette::Base));
        }
    }
}

void TestMainWindow::theSecondsOfAStateAreNotCut()
{
    struct Cell : StateDelegate
    {
        using StateDelegate::elided;
        using StateDelegate::StateDelegate;
    };
    const Cell cell(nullptr);
    QStyleOptionViewItem option;
    option.fontMetrics = QFontMetrics(QApplication::font());
    option.text = u"cleaning up: the process of billing-and-invoices, 27 s left"_s;
    const int whole = option.fontMetrics.horizontalAdvance(option.text);
    for (int width = whole + 10; width > whole / 3; width -= 7) {
        ElidedLabel label;
        label.setIsState(true);
        label.resize(width, 20);
        label.setText(option.text);
        for (const QString &shown : {cell.elided(option, width), label.text()}) {
            QVERIFY2(shown.endsWith(u"27 s left"_s), qPrintable(shown));
            QVERIFY2(shown.startsWith(u"cle"_s), qPrintable(shown));
            QVERIFY2(option.fontMetrics.horizontalAdvance(shown) <= width, qPrintable(shown));
            QCOMPARE(shown == option.text, width >= whole);
        }
    }
    option.text = u"unreachable: connection refused"_s; // nothing of it is a time
    QVERIFY(cell.elided(option, whole / 4).startsWith(u"unreach"_s));
}

/// What can be done is all there, and its keys act.
void TestMainWindow::theMenuOfServicesFitsTheSmallestWindow()
{
    Bench bench;
    bench.addSome(2);
    QVERIFY(bench.start());
    const QMenu *service = nullptr;
    for (const QAction *const menu : bench.window.menuBar()->actions())
        service = menu->text().remove(u'&') == u"Service"_s ? menu->menu() : service;
    QVERIFY(service);
    QStringList texts;
    const std::function<void(const QMenu *)> read = [&](const QMenu *menu) {
        QVERIFY2(menu->sizeHint().height() <= 340, qPrintable(menu->title())); // below the bar of menus, of 400
        for (const QAction *const action : menu->actions()) {
            if (action->menu())
                read(action->menu());
            else if (!action->isSeparator())
                texts << action->text().remove(u'&');
        }
    };
    read(service);
    for (const QString &text : {u"Restart…"_s,
                                u"Shut down…"_s,
                                u"Start"_s,
                                u"Check now"_s,
                                u"Undo"_s,
                                u"Schedule a shutdown…"_s,
                                u"Cancel the scheduled shutdown"_s,
                                u"Kill now…"_s,
                                u"Open in the browser"_s,
                                u"Open its folder"_s,
                                u"Open a terminal there"_s,
                                u"Copy address"_s,
                                u"Copy as curl"_s,
                                u"Copy answer as JSON"_s,
                                u"Acknowledge"_s,
                                u"Mute until…"_s,
                                u"Rename…"_s,
                                u"Group…"_s,
                                u"Favourite"_s,
                                u"Send its token…"_s,
                                u"Remove from this window"_s,
                                u"Restart all stale…"_s,
                                u"Start all that do not run"_s,
                                u"Shut down all…"_s})
        QVERIFY2(texts.count(text) == 1, qPrintable(text + u" in "_s + texts.join(u", "_s)));
    // A key of what is in a menu of that menu.
    bench.window.activateWindow();
    QTRY_VERIFY(bench.window.isActiveWindow());
    bench.table()->setFocus();
    QTest::keyClick(bench.table(), Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
    QTRY_VERIFY(bench.session.fleet().find(bench.table()->currentService())->favourite);
    // The palette and the sheet of keys have all of them.
    bench.window.openShortcuts();
    QStringList keys;
    for (const QLabel *const label : bench.dialog()->findChildren<QLabel *>())
        keys << label->text();
    for (const QString &text : {u"Rename"_s, u"Copy as curl"_s, u"Mute until"_s, u"Schedule a shutdown"_s})
        QVERIFY2(keys.contains(text), qPrintable(text));
}

void TestMainWindow::colorsOfTheCommandLineAreForOnce()
{
    QSettings().clear();
    Bench bench;
    bench.window.setColorsForOnce(u"dark"_s);
    QVERIFY(bench.start());
    const QPalette before = QApplication::palette();
    Preferences chosen = bench.window.preferences();
    chosen.colors = u"light"_s;
    bench.window.setPreferences(chosen);
    QCOMPARE(QApplication::palette(), before);
    QCOMPARE(Preferences::read(QSettings()).colors, u"light"_s);
    bench.window.openPreferences();
    QTRY_VERIFY(bench.dialog());
    QStringList said;
    for (const QLabel *const label : bench.dialog()->findChildren<QLabel *>())
        said << label->text();
    QVERIFY2(said.contains(u"Takes effect at the next start: this one was started with --colors dark."_s),
             qPrintable(said.join(u'|')));
}

QTEST_MAIN(TestMainWindow)
#include "tst_mainwindow.moc"
