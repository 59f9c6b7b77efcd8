// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/alertcommands.h"
#include "dashboard/ui/alertlistdialog.h"
#include "dashboard/ui/commandpalette.h"
#include "dashboard/ui/desktoppresence.h"
#include "dashboard/ui/filterbar.h"
#include "dashboard/ui/fleetview.h"
#include "dashboard/ui/mainwindow.h"
#include "dashboard/ui/mutedialog.h"
#include "tests/dashboard/model/reports.h"

#include <QAction>
#include <QDateTimeEdit>
#include <QDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QPushButton>
#include <QSettings>
#include <QStandardPaths>
#include <QTableView>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

namespace {

/// A window on two services of one group and one of another; nobody polls them. The first is in trouble.
struct Bench
{
    FleetSession session;
    MainWindow window{session};
    QList<ServiceId> ids;

    Bench()
    {
        for (const QString &name : {u"orders"_s, u"payments"_s, u"search"_s}) {
            FleetEntry entry = Reports::entry(name, u"http://127.0.0.1:1/"_s + name);
            entry.group = name == "search"_L1 ? u"inside"_s : u"shop"_s;
            entry.interval = std::chrono::hours(1);
            ids << session.fleet().add(entry);
        }
        session.fleet().applyAnswer(ids[0], Reports::answer(Reports::withError()));
        session.fleet().applyAnswer(ids[1], Reports::answer(Reports::healthy()));
        session.fleet().applyAnswer(ids[2], Reports::answer(Reports::healthy()));
    }

    bool start()
    {
        window.show();
        const bool isShown = QTest::qWaitForWindowExposed(&window);
        table()->select(ids[0]);
        table()->setFocus();
        return isShown;
    }
    FleetView *table() { return window.findChild<FleetView *>(); }
    AlertCommands *alerts() { return window.findChild<AlertCommands *>(); }
    const Quiet &quiet(int each) { return session.fleet().find(ids[each])->quiet; }
    QString cell(int each)
    {
        return table()
            ->rows()
            .index(table()->rows().rowOf(ids[each]), FleetModel::Service)
            .data(Qt::AccessibleTextRole)
            .toString();
    }
    template <typename Dialog>
    Dialog *dialog()
    {
        auto *const found = window.findChild<Dialog *>();
        return found && found->isVisible() ? found : nullptr;
    }
    static QPushButton *button(QWidget *dialog, const QString &text)
    {
        for (QPushButton *const each : dialog->findChildren<QPushButton *>()) {
            if (each->text().remove(u'&') == text)
                return each;
        }
        return nullptr;
    }
};

} // namespace

class TestAlertCommands : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init() { QSettings().clear(); }
    void aKeyAcknowledgesAndAnotherTakesItBack();
    void aKeyMutesForAnHourAndTheRowSaysSo();
    void itIsThereAgainAfterARestart();
    void aTimeIsChosen();
    void aGroupIsMutedFromTheMenu();
    void thePaletteMutesAServiceByItsName();
    void theListAcknowledgesMutesAndLeadsToTheRow();
    void theListOpensAnOutageAndActsOnAllOfIt();
    void whoLooksAtTheWindowIsNotTold_data();
    void whoLooksAtTheWindowIsNotTold();
    void whoWasToldStaysSo();
    void theFilterShowsWhatIsMuted();
    void whatCannotBeDoneSaysWhy();
};

void TestAlertCommands::initTestCase()
{
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(u"hephaestus-test"_s);
    QCoreApplication::setApplicationName(u"tst_alertcommands"_s);
}

void TestAlertCommands::aKeyAcknowledgesAndAnotherTakesItBack()
{
    Bench bench;
    QVERIFY(bench.start());
    QTest::keyClick(bench.table(), Qt::Key_A);
    QTRY_VERIFY(bench.quiet(0).state);
    QVERIFY(bench.cell(0).endsWith(u"Acknowledged."_s));
    QVERIFY(bench.session.journal().event(0).text.startsWith(u"acknowledged: error"_s));
    QTest::keyClick(bench.table(), Qt::Key_A, Qt::ShiftModifier);
    QTRY_VERIFY(!bench.quiet(0).state);
    QCOMPARE(bench.cell(0), u"Service: orders"_s);
}

void TestAlertCommands::aKeyMutesForAnHourAndTheRowSaysSo()
{
    Bench bench;
    QVERIFY(bench.start());
    const QImage before = bench.table()->grab().toImage();
    const Clock::WallTime earliest = Clock::machine().wall() + std::chrono::hours(1);
    QTest::keyClick(bench.table(), Qt::Key_M);
    QTRY_VERIFY(bench.quiet(0).mutedUntil);
    QVERIFY(*bench.quiet(0).mutedUntil >= earliest - std::chrono::milliseconds(1));
    QVERIFY(*bench.quiet(0).mutedUntil <= Clock::machine().wall() + std::chrono::hours(1));
    QVERIFY2(bench.cell(0).contains(u"Muted until "_s + momentText(*bench.quiet(0).mutedUntil)),
             qPrintable(bench.cell(0)));
    QVERIFY(!bench.quiet(1).mutedUntil);
    QTRY_VERIFY(bench.table()->grab().toImage() != before); // a sign in the row
    QTest::keyClick(bench.table(), Qt::Key_M, Qt::ShiftModifier);
    QTRY_VERIFY(!bench.quiet(0).mutedUntil);
}

void TestAlertCommands::itIsThereAgainAfterARestart()
{
    {
        Bench bench;
        QVERIFY(bench.start());
        QTest::keyClick(bench.table(), Qt::Key_A);
        QTRY_VERIFY(bench.quiet(0).state);
        bench.table()->select(bench.ids[1]);
        QTest::keyClick(bench.table(), Qt::Key_M);
        QTRY_VERIFY(bench.quiet(1).mutedUntil);
    }
    Bench bench;
    QVERIFY(bench.quiet(0).state);
    QVERIFY(bench.quiet(1).mutedUntil);
    QVERIFY(!bench.quiet(2).mutedUntil);
}

void TestAlertCommands::aTimeIsChosen()
{
    Bench bench;
    QVERIFY(bench.start());
    QTest::keyClick(&bench.window, Qt::Key_M, Qt::ControlModifier | Qt::ShiftModifier);
    QTRY_VERIFY(bench.dialog<MuteDialog>());
    auto *const edit = bench.dialog<MuteDialog>()->findChild<QDateTimeEdit *>();
    QVERIFY(edit->minimumDateTime() > QDateTime::currentDateTime());
    const QDateTime chosen(QDate::currentDate().addDays(2), {9, 30});
    edit->setDateTime(chosen);
    QTest::mouseClick(Bench::button(bench.dialog<MuteDialog>(), u"Mute"_s), Qt::LeftButton);
    QTRY_VERIFY(bench.quiet(0).mutedUntil);
    QCOMPARE(bench.quiet(0).mutedUntil->time_since_epoch(), std::chrono::milliseconds(chosen.toMSecsSinceEpoch()));
}

void TestAlertCommands::aGroupIsMutedFromTheMenu()
{
    Bench bench;
    QVERIFY(bench.start());
    const auto inMenu = [&](const QString &text) {
        for (QMenu *const menu : bench.window.menuBar()->findChildren<QMenu *>()) {
            for (QAction *const action : menu->actions()) {
                if (action->text().remove(u'&') == text)
                    return action;
            }
        }
        return static_cast<QAction *>(nullptr);
    };
    QAction *const mute = inMenu(u"Mute all of shop until tomorrow morning"_s);
    QVERIFY(mute && mute->isEnabled());
    QVERIFY(!inMenu(u"Mute shop no longer"_s)->isEnabled());
    mute->trigger();
    QVERIFY(bench.quiet(0).mutedUntil && bench.quiet(1).mutedUntil && !bench.quiet(2).mutedUntil);
    QAction *const own = inMenu(u"Mute no longer"_s);
    QVERIFY(!own->isEnabled() && own->statusTip().contains(u"with its group"_s));
    QVERIFY(inMenu(u"Mute shop no longer"_s)->isEnabled());
    inMenu(u"Mute shop no longer"_s)->trigger();
    QVERIFY(!bench.quiet(0).mutedUntil && !bench.quiet(1).mutedUntil);
}

void TestAlertCommands::thePaletteMutesAServiceByItsName()
{
    Bench bench;
    QVERIFY(bench.start());
    QTest::keyClick(&bench.window, Qt::Key_K, Qt::ControlModifier);
    QTRY_VERIFY(bench.dialog<CommandPalette>());
    auto *const line = bench.dialog<CommandPalette>()->findChild<QLineEdit *>();
    QTest::keyClicks(line, u"mute for an hour search"_s);
    QTest::keyClick(line, Qt::Key_Return);
    QTRY_VERIFY(bench.quiet(2).mutedUntil);
    QVERIFY(!bench.quiet(0).mutedUntil);
    QCOMPARE(bench.table()->currentService(), bench.ids[2]);
}

void TestAlertCommands::theListAcknowledgesMutesAndLeadsToTheRow()
{
    Bench bench;
    QVERIFY(bench.start());
    bench.table()->select(bench.ids[2]);
    QTest::keyClick(&bench.window, Qt::Key_M, Qt::ControlModifier | Qt::AltModifier);
    QTRY_VERIFY(bench.dialog<AlertListDialog>());
    auto *const dialog = bench.dialog<AlertListDialog>();
    auto *const list = dialog->findChild<QTableView *>();
    QCOMPARE(list->model()->rowCount(), 1);
    QCOMPARE(list->model()->index(0, AlertListModel::Told).data().toString(), u"not told yet"_s);
    QTest::mouseClick(Bench::button(dialog, u"Acknowledge"_s), Qt::LeftButton);
    QTRY_COMPARE(list->model()->index(0, AlertListModel::Told).data().toString(), u"acknowledged"_s);
    QTRY_VERIFY(!Bench::button(dialog, u"Acknowledge"_s)->isEnabled());
    QTest::mouseClick(Bench::button(dialog, u"Mute for an hour"_s), Qt::LeftButton);
    QTRY_VERIFY(list->model()->index(0, AlertListModel::Told).data().toString().startsWith(u"muted until"_s));
    QTRY_VERIFY(Bench::button(dialog, u"Mute no longer"_s)->isEnabled());
    QTest::mouseClick(Bench::button(dialog, u"Mute no longer"_s), Qt::LeftButton);
    QTRY_COMPARE(list->model()->index(0, AlertListModel::Told).data().toString(), u"acknowledged"_s);
    list->setFocus();
    QTest::keyClick(list, Qt::Key_Return);
    QTRY_COMPARE(bench.table()->currentService(), bench.ids[0]);
}

void TestAlertCommands::theListOpensAnOutageAndActsOnAllOfIt()
{
    Bench bench;
    QVERIFY(bench.start());
    for (const ServiceId id : std::as_const(bench.ids))
        bench.session.fleet().applyAnswer(id, Reports::failure(ClientError::Refused));
    QTest::keyClick(&bench.window, Qt::Key_M, Qt::ControlModifier | Qt::AltModifier);
    QTRY_VERIFY(bench.dialog<AlertListDialog>());
    auto *const dialog = bench.dialog<AlertListDialog>();
    auto *const list = dialog->findChild<QTableView *>();
    const auto name = [&](int row) { return list->model()->index(row, AlertListModel::Name); };
    QCOMPARE(list->model()->rowCount(), 1);
    QCOMPARE(name(0).data().toString(), u"3 of 3 services"_s);
    QVERIFY(name(0).data(Qt::AccessibleTextRole).toString().endsWith(u"folded"_s));
    list->setFocus();
    list->selectRow(0);
    for (const Qt::Key key : {Qt::Key_Right, Qt::Key_Left, Qt::Key_Return}) {
        QTest::keyClick(list, key);
        QCOMPARE(list->model()->rowCount(), key == Qt::Key_Left ? 1 : 4);
    }
    QCOMPARE(name(1).data().toString(), u"orders"_s);
    QTest::mouseClick(Bench::button(dialog, u"Acknowledge"_s), Qt::LeftButton);
    QTRY_VERIFY(bench.quiet(0).state && bench.quiet(1).state && bench.quiet(2).state);
    QTRY_VERIFY(!Bench::button(dialog, u"Acknowledge"_s)->isEnabled());
    QTest::mouseClick(Bench::button(dialog, u"Mute for an hour"_s), Qt::LeftButton);
    QTRY_VERIFY(bench.quiet(0).mutedUntil && bench.quiet(2).mutedUntil);
    QTRY_VERIFY(Bench::button(dialog, u"Mute no longer"_s)->isEnabled());
    QTest::mouseClick(Bench::button(dialog, u"Mute no longer"_s), Qt::LeftButton);
    QTRY_VERIFY(!bench.quiet(0).mutedUntil && !bench.quiet(2).mutedUntil);
}

void TestAlertCommands::whoLooksAtTheWindowIsNotTold_data()
{
    QTest::addColumn<bool>("notifications");
    QTest::addColumn<bool>("dialog");
    QTest::addColumn<AlertTold::Desktop>("desktop");
    QTest::newRow("in front") << true << false << AlertTold::Desktop::InFront;
    QTest::newRow("a dialog of ours in front") << true << true << AlertTold::Desktop::InFront;
    QTest::newRow("off") << false << false << AlertTold::Desktop::Off;
}

void TestAlertCommands::whoLooksAtTheWindowIsNotTold()
{
    QFETCH(bool, notifications);
    QFETCH(bool, dialog);
    QFETCH(AlertTold::Desktop, desktop);
    Bench bench;
    QVERIFY(bench.start());
    bench.window.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&bench.window));
    QDialog above(&bench.window);
    if (dialog) {
        above.show();
        QVERIFY(QTest::qWaitForWindowActive(&above));
    }
    QAction restartStale;
    DesktopPresence presence(bench.window, bench.session.fleet(), &restartStale);
    Preferences preferences;
    preferences.tray = false;
    preferences.notifications = notifications;
    preferences.notifyAfter = std::chrono::seconds(0);
    presence.apply(preferences);
    const auto told = [&] { return bench.session.fleet().find(bench.ids[0])->told.state; };
    QTRY_VERIFY_WITH_TIMEOUT(told(), 20'000);
    QCOMPARE(told()->desktop, desktop);
}

/// An alert that is not sent, since the window is in front, is about one of whom people know, too.
void TestAlertCommands::whoWasToldStaysSo()
{
    Bench bench;
    QVERIFY(bench.start());
    bench.window.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&bench.window));
    FleetModel &fleet = bench.session.fleet();
    for (const ServiceId id : {bench.ids[0], bench.ids[1]})
        fleet.applyAnswer(id, Reports::failure(ClientError::Refused));
    const AlertTold notified{Clock::machine().wall(), AlertTold::Desktop::Notified, 0};
    fleet.setTold({bench.ids[0]}, [&](AlertsTold &all) { all.state = notified; });
    QAction restartStale;
    DesktopPresence presence(bench.window, fleet, &restartStale);
    Preferences preferences;
    preferences.tray = false;
    preferences.notifications = true;
    preferences.notifyAfter = std::chrono::seconds(0);
    presence.apply(preferences);
    QTRY_VERIFY_WITH_TIMEOUT(fleet.find(bench.ids[1])->told.state, 20'000);
    QCOMPARE(fleet.find(bench.ids[1])->told.state->desktop, AlertTold::Desktop::InFront);
    QCOMPARE(fleet.find(bench.ids[0])->told.state, notified);
}

void TestAlertCommands::theFilterShowsWhatIsMuted()
{
    Bench bench;
    QVERIFY(bench.start());
    auto *const filter = bench.window.findChild<FilterBar *>();
    filter->setFilter(u"muted"_s);
    QCOMPARE(bench.table()->rows().rowCount(), 0);
    const auto nothing = [&] {
        const auto labels = bench.table()->viewport()->findChildren<QLabel *>();
        return std::ranges::any_of(labels, [](const QLabel *label) {
            return label->isVisible() && label->text().startsWith(u"No service matches the filter"_s);
        });
    };
    QTRY_VERIFY(nothing());
    bench.window.mutes().mute({bench.ids[1]}, Clock::machine().wall() + std::chrono::hours(1));
    QTRY_VERIFY(bench.table()->rows().rowOf(bench.ids[1]) >= 0);
    QVERIFY(!nothing());
    filter->setFilter(u"acknowledged"_s);
    QCOMPARE(bench.table()->rows().rowOf(bench.ids[1]), -1);
    bench.window.mutes().acknowledge({bench.ids[0]});
    QTRY_VERIFY(bench.table()->rows().rowOf(bench.ids[0]) >= 0);
}

void TestAlertCommands::whatCannotBeDoneSaysWhy()
{
    Bench bench;
    QVERIFY(bench.start());
    QVERIFY(bench.alerts()->acknowledge()->isEnabled());
    bench.table()->select(bench.ids[1]);
    QVERIFY(!bench.alerts()->acknowledge()->isEnabled());
    QVERIFY(bench.alerts()->acknowledge()->statusTip().startsWith(u"Nothing is amiss"_s));
    QVERIFY(!bench.alerts()->unmute()->isEnabled());
    bench.session.fleet().applyAnswer(bench.ids[1], Reports::failure(ClientError::Refused));
    QTRY_VERIFY(bench.alerts()->acknowledge()->isEnabled()); // it follows its service
}

QTEST_MAIN(TestAlertCommands)
#include "tst_alertcommands.moc"
