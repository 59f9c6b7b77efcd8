// SPDX-License-Identifier: GPL-3.0-or-later
//
// What people find by typing: commands; and what they take away with Ctrl+C.
#include "dashboard/ui/commandpalette.h"
#include "dashboard/ui/detailpane.h"
#include "dashboard/ui/filterbar.h"
#include "dashboard/ui/filtercompleter.h"
#include "dashboard/ui/fleetfilecommands.h"
#include "dashboard/ui/fleetview.h"
#include "dashboard/ui/logspage.h"
#include "dashboard/ui/mainwindow.h"
#include "tests/dashboard/model/reports.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QApplication>
#include <QClipboard>
#include <QGuiApplication>
#include <QInputDialog>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QPushButton>
#include <QSettings>
#include <QStandardPaths>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

namespace {

/// A window on four services that are not polled.
struct Bench
{
    FleetSession session;
    MainWindow window{session};

    Bench()
    {
        for (int each = 1; each <= 4; ++each) {
            FleetEntry entry = Reports::entry(u"gateway-%1"_s.arg(each), u"http://127.0.0.1:1/%1"_s.arg(each));
            entry.group = u"edge"_s;
            entry.interval = std::chrono::hours(1);
            session.fleet().applyAnswer(session.fleet().add(entry), Reports::answer(Reports::healthy()));
        }
    }

    bool start()
    {
        window.show();
        return QTest::qWaitForWindowExposed(&window);
    }
    FleetView *table() { return window.findChild<FleetView *>(); }
    QTabWidget *tabs() { return window.findChild<QTabWidget *>(); }
    QLineEdit *filter() { return window.findChild<FilterBar *>()->findChild<QLineEdit *>(); }
    QString current() { return session.fleet().find(table()->currentService())->entry.name; }

    /// The palette with that typed into it.
    QListWidget *typed(const QString &text)
    {
        window.openPalette();
        auto *const palette = window.findChild<CommandPalette *>();
        QTest::keyClicks(palette->findChild<QLineEdit *>(), text);
        return palette->findChild<QListWidget *>();
    }
    void press(Qt::Key key) { QTest::keyClick(window.findChild<CommandPalette *>()->findChild<QLineEdit *>(), key); }
};

} // namespace

class TestFinding : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void thePaletteFindsEverything_data();
    void thePaletteFindsEverything();
    void everyButtonIsFound();
    void aButtonIsPressedFromThePalette();
    void aCommandThatIsNotPossibleSaysWhy();
    void aPageOfAServiceIsShown();
    void aPreferenceIsChanged();
    void aDependencyFiltersWhoUsesIt();
    void keysShowThePages();
    void ctrlFIsTheLogsWhileItHasTheFocus();
    void rowsAreCopiedForASpreadsheet();
    void theFilterOffersWhatAWordCanBecome();
    void thePageAndTheFilterAreThereAgain();
    void f2GivesAnotherName();
    void shiftF2PutsItIntoAGroup();
    void rowsAreMovedByKeysAndStaySo();
    void whatWasAddedIsSaved();
    void aPageIsSavedAsNothingThatRestartsItself();
};

void TestFinding::initTestCase()
{
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(u"hephaestus-test"_s);
    QCoreApplication::setApplicationName(u"tst_finding"_s);
}

void TestFinding::init()
{
    QSettings().clear();
    QSettings().setValue(u"views/size"_s, 1);
    QSettings().setValue(u"views/1/name"_s, u"mine"_s);
    QSettings().setValue(u"views/1/filter"_s, u"!stale"_s);
}

void TestFinding::thePaletteFindsEverything_data()
{
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QString>("first");
    QTest::newRow("an action of the menus") << u"wallboard"_s << u"Wallboard"_s;
    QTest::newRow("a page") << u"logs"_s << u"Logs"_s;
    QTest::newRow("a view") << u"mine"_s << u"View: mine"_s;
    QTest::newRow("a preference") << u"dark"_s << u"Colours: dark"_s;
    QTest::newRow("a dependency") << u"qdrant"_s << u"Who uses qdrant"_s;
    QTest::newRow("a service") << u"gateway-3"_s << u"Go to gateway-3"_s;
    QTest::newRow("an act with a service") << u"shut down gateway-4"_s << u"Shut down gateway-4"_s;
    QTest::newRow("abbreviated") << u"lo gateway-4"_s << u"Logs gateway-4"_s;
    QTest::newRow("a page with a service") << u"logs gateway-4"_s << u"Logs gateway-4"_s;
    QTest::newRow("the last resort with a service") << u"kill now gateway-4"_s << u"Kill now gateway-4"_s;
    QTest::newRow("nothing") << u"xyzzy"_s << u"Nothing found for “xyzzy”"_s;
}

void TestFinding::thePaletteFindsEverything()
{
    QFETCH(QString, typed);
    Bench bench;
    QVERIFY(bench.start());
    QTEST(bench.typed(typed)->item(0)->text(), "first");
    if (typed == "xyzzy"_L1)
        bench.press(Qt::Key_Return); // and it does nothing
    QCOMPARE(bench.window.findChild<CommandPalette *>()->isVisible(), true);
}

/// On each page of the details; what has a menu, by what is in it.
void TestFinding::everyButtonIsFound()
{
    Bench bench;
    QVERIFY(bench.start());
    bench.window.resize(1380, 860);
    for (int page = 0; page < bench.tabs()->count(); ++page) {
        bench.tabs()->setCurrentIndex(page);
        QStringList wanted;
        for (const QAbstractButton *const button : bench.window.centralWidget()->findChildren<QAbstractButton *>()) {
            const auto *const tool = qobject_cast<const QToolButton *>(button);
            const auto *const push = qobject_cast<const QPushButton *>(button);
            const QMenu *const menu = tool && !tool->defaultAction() ? tool->menu() : push ? push->menu() : nullptr;
            const bool isOfAnother = button->parent()->inherits("QLineEdit") || button->parent()->inherits("QTabBar");
            if (!button->isVisible() || !button->isEnabled() || isOfAnother)
                continue;
            const QString text = tool && tool->defaultAction() ? tool->defaultAction()->text()
                : button->accessibleName().isEmpty()           ? button->text()
                                                               : button->accessibleName();
            if (!menu)
                wanted << QString(text).remove(u'&');
            for (const QAction *const action : menu ? menu->actions() : QList<QAction *>()) {
                if (action->isEnabled() && !action->isSeparator() && action->text() != "mine"_L1) // `View: mine`
                    wanted << QString(text + u": "_s + action->text()).remove(u'&');
            }
        }
        QVERIFY(wanted.contains(u"4 services"_s));
        const QListWidget *const list = bench.typed({});
        QStringList found;
        for (int line = 0; line < list->count(); ++line)
            found << list->item(line)->text();
        for (const QString &each : std::as_const(wanted))
            QVERIFY2(found.contains(each), qPrintable(each + u" on "_s + bench.tabs()->tabText(page)));
        delete bench.window.findChild<CommandPalette *>();
    }
}

void TestFinding::aButtonIsPressedFromThePalette()
{
    Bench bench;
    QVERIFY(bench.start());
    FleetModel &fleet = bench.session.fleet();
    for (const ServiceId id : fleet.ids()) {
        RestartByCommand command;
        command.command = {u"false"_s};
        fleet.setRestart(id, command);
        fleet.applyAnswer(id, Reports::failure(ClientError::Refused));
    }
    BulkActions &bulk = bench.session.bulk();
    bulk.perform(fleet.ids().first(2), ServiceAction::Start);
    QVERIFY(QTest::qWaitFor([&] { return !bulk.summary().isEmpty(); }, 30'000));
    QCOMPARE(bench.typed(u"dismiss"_s)->item(0)->text(), u"Dismiss"_s);
    bench.press(Qt::Key_Return);
    QCOMPARE(bulk.summary(), QString());
}

void TestFinding::aCommandThatIsNotPossibleSaysWhy()
{
    Bench bench;
    QVERIFY(bench.start());
    const QListWidget *const list = bench.typed(u"restart gateway-4"_s);
    QCOMPARE(list->item(0)->text(), u"Restart gateway-4"_s);
    QVERIFY(!list->item(0)->data(Qt::UserRole).toString().isEmpty()); // its note
    bench.press(Qt::Key_Return);
    QVERIFY(bench.window.findChild<CommandPalette *>()->isVisible());
}

void TestFinding::aPageOfAServiceIsShown()
{
    Bench bench;
    QVERIFY(bench.start());
    bench.typed(u"raw gateway-3"_s);
    bench.press(Qt::Key_Return);
    QCOMPARE(bench.current(), u"gateway-3"_s);
    QCOMPARE(bench.tabs()->tabText(bench.tabs()->currentIndex()), u"Raw"_s);
}

void TestFinding::aPreferenceIsChanged()
{
    Bench bench;
    QVERIFY(bench.start());
    QVERIFY(bench.window.preferences().notifications);
    const QListWidget *const list = bench.typed(u"notify"_s);
    QVERIFY2(list->item(0)->text().endsWith(u"turn off"_s), qPrintable(list->item(0)->text()));
    bench.press(Qt::Key_Return);
    QVERIFY(!bench.window.preferences().notifications);
    QVERIFY(!Preferences::read(QSettings()).notifications);
}

void TestFinding::aDependencyFiltersWhoUsesIt()
{
    Bench bench;
    QVERIFY(bench.start());
    bench.typed(u"uses qdrant"_s);
    bench.press(Qt::Key_Return);
    QCOMPARE(bench.filter()->text(), u"dep:qdrant"_s);
    QCOMPARE(bench.table()->rows().rowCount(), 4);
}

void TestFinding::keysShowThePages()
{
    Bench bench;
    QVERIFY(bench.start());
    bench.table()->setFocus();
    for (int page = bench.tabs()->count() - 1; page >= 0; --page) {
        if (!bench.tabs()->isTabVisible(page)) // of alerts that nobody is asked for
            continue;
        QTest::keyClick(&bench.window, Qt::Key(Qt::Key_1 + page), Qt::ControlModifier);
        QCOMPARE(bench.tabs()->currentIndex(), page);
    }
}

void TestFinding::ctrlFIsTheLogsWhileItHasTheFocus()
{
    Bench bench;
    QVERIFY(bench.start());
    bench.window.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&bench.window));
    auto *const page = bench.window.findChild<LogsPage *>();
    bench.tabs()->setCurrentWidget(page);
    QWidget *const log = page->findChild<LogText *>();
    QTest::mouseClick(log->findChild<QWidget *>(u"qt_scrollarea_viewport"_s), Qt::LeftButton);
    QVERIFY(log->hasFocus());
    QTest::keyClick(log, Qt::Key_F, Qt::ControlModifier);
    QCOMPARE(QApplication::focusWidget(), page->findChild<QLineEdit *>());
    QTest::keyClicks(QApplication::focusWidget(), u"error"_s);
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_F, Qt::ControlModifier); // again, from there
    QCOMPARE(page->findChild<QLineEdit *>()->selectedText(), u"error"_s);
    QCOMPARE(bench.table()->rows().rowCount(), 4);
    bench.table()->setFocus();
    QTest::keyClick(bench.table(), Qt::Key_F, Qt::ControlModifier);
    QCOMPARE(QApplication::focusWidget(), bench.filter());
}

void TestFinding::rowsAreCopiedForASpreadsheet()
{
    Bench bench;
    QVERIFY(bench.start());
    for (int column = 0; column < FleetModel::ColumnCount; ++column)
        bench.table()->setColumnHidden(column, column != FleetModel::Service && column != FleetModel::Address);
    bench.table()->selectAll();
    QTest::keyClick(bench.table(), Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QGuiApplication::clipboard()->text(),
             u"Service\tAddress\n"
             "gateway-1\t127.0.0.1:1/1\n"
             "gateway-2\t127.0.0.1:1/2\n"
             "gateway-3\t127.0.0.1:1/3\n"
             "gateway-4\t127.0.0.1:1/4\n"_s);
    bench.table()->select(bench.session.fleet().ids().at(1));
    QTest::keyClick(bench.table(), Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QGuiApplication::clipboard()->text(), u"Service\tAddress\ngateway-2\t127.0.0.1:1/2\n"_s);
}

void TestFinding::theFilterOffersWhatAWordCanBecome()
{
    Bench bench;
    QVERIFY(bench.start());
    QLineEdit *const filter = bench.filter();
    filter->setFocus();
    auto *const completer = bench.window.findChild<FilterCompleter *>();
    QAbstractItemView *const offers = completer->popup();
    const auto offered = [&] {
        QStringList texts;
        for (int row = 0; row < offers->model()->rowCount(); ++row)
            texts << offers->model()->index(row, 0).data().toString();
        return texts;
    };
    QTest::keyClicks(filter, u"state:"_s);
    QTRY_VERIFY(offers->isVisible());
    const int row = offers->sizeHintForRow(0);
    QVERIFY2(row >= filter->fontMetrics().height() * 5 / 4, qPrintable(QString::number(row)));
    QVERIFY2(offers->viewport()->height() % row < row / 4, qPrintable(QString::number(offers->viewport()->height())));
    filter->clear();
    QTest::keyClicks(filter, u"!gr"_s);
    QTRY_VERIFY(offers->isVisible());
    QCOMPARE(offered(), QStringList{u"group:"_s});
    QTest::keyClick(offers, Qt::Key_Tab); // and on to its values
    QCOMPARE(filter->text(), u"!group:"_s);
    QTRY_VERIFY(offers->isVisible());
    QCOMPARE(offered(), QStringList{u"edge"_s});
    QTest::keyClick(offers, Qt::Key_Down);
    QTest::keyClick(offers, Qt::Key_Return);
    QCOMPARE(filter->text(), u"!group:edge"_s);
    QVERIFY(filter->hasFocus() && !offers->isVisible());
    QCOMPARE(bench.table()->rows().rowCount(), 0);
    filter->clear();
    QTest::keyClicks(filter, u"sta"_s);
    QTRY_VERIFY(offers->isVisible());
    QTest::keyClick(offers, Qt::Key_Escape);
    QTRY_VERIFY(!offers->isVisible());
    QCOMPARE(filter->text(), u"sta"_s);
    QTest::keyClicks(filter, u"l"_s);
    QTRY_VERIFY(offers->isVisible());
    QTest::keyClick(offers, Qt::Key_Return); // nobody chose: it is for the table
    QTRY_VERIFY(bench.table()->hasFocus());
    QCOMPARE(filter->text(), u"stal"_s);
}

void TestFinding::thePageAndTheFilterAreThereAgain()
{
    {
        Bench bench;
        QVERIFY(bench.start());
        bench.tabs()->setCurrentIndex(3);
        bench.filter()->setText(u"gateway-2"_s);
        bench.window.close();
    }
    Bench bench;
    QVERIFY(bench.start());
    QCOMPARE(bench.tabs()->currentIndex(), 3);
    QCOMPARE(bench.filter()->text(), u"gateway-2"_s);
    QCOMPARE(bench.table()->rows().rowCount(), 1);
}

void TestFinding::f2GivesAnotherName()
{
    Bench bench;
    const ServiceId id = bench.session.add(Reports::entry(u"http://127.0.0.1:2"_s, u"http://127.0.0.1:2"_s));
    QVERIFY(bench.start());
    bench.table()->select(id);
    QTest::keyClick(&bench.window, Qt::Key_F2);
    auto *const dialog = bench.window.findChild<QInputDialog *>();
    QVERIFY(dialog && dialog->isVisible());
    dialog->findChild<QLineEdit *>()->selectAll();
    QTest::keyClicks(dialog->findChild<QLineEdit *>(), u"mine"_s);
    QTest::keyClick(dialog->findChild<QLineEdit *>(), Qt::Key_Return);
    QCOMPARE(bench.current(), u"mine"_s);
}

void TestFinding::shiftF2PutsItIntoAGroup()
{
    const auto add = [](Bench &bench) {
        return bench.session.add(Reports::entry(u"http://127.0.0.1:2"_s, u"http://127.0.0.1:2"_s));
    };
    {
        Bench bench;
        const ServiceId id = add(bench);
        FleetEntry other = Reports::entry(u"other"_s, u"http://127.0.0.1:4"_s);
        other.group = u"edge"_s;
        bench.session.addAll({other}, u"/etc/other.toml"_s);
        QVERIFY(bench.start());
        bench.table()->select(id);
        QTest::keyClick(&bench.window, Qt::Key_F2, Qt::ShiftModifier);
        auto *const dialog = bench.window.findChild<QInputDialog *>();
        QVERIFY(dialog && dialog->isVisible());
        QVERIFY(dialog->comboBoxItems().contains(u"edge"_s));
        auto *const line = dialog->findChild<QLineEdit *>();
        line->selectAll();
        QTest::keyClicks(line, u"shop"_s);
        QTest::keyClick(line, Qt::Key_Return);
        QCOMPARE(bench.session.fleet().find(id)->entry.group, u"shop"_s);
    }
    Bench bench;
    const ServiceId id = add(bench);
    QTRY_COMPARE(bench.session.fleet().find(id)->entry.group, u"shop"_s);
    bench.session.addAll({Reports::entry(u"named"_s, u"http://127.0.0.1:3"_s)}, u"/etc/fleet.toml"_s);
    QCOMPARE(bench.session.fleet().find(id)->entry.group, u"shop"_s); // others come, and it stays
}

/// The names of the rows, from above.
static QStringList namesIn(FleetView *table)
{
    QStringList names;
    for (int row = 0; row < table->rows().rowCount(); ++row)
        names << table->model()->index(row, FleetModel::Service).data().toString();
    return names;
}

void TestFinding::rowsAreMovedByKeysAndStaySo()
{
    const QStringList wanted{u"gateway-2"_s, u"gateway-1"_s, u"gateway-4"_s, u"gateway-3"_s};
    {
        Bench bench;
        QVERIFY(bench.start());
        bench.table()->select(bench.session.fleet().ids().at(0));
        QTest::keyClick(bench.table(), Qt::Key_Up, Qt::AltModifier); // it is the first
        QTest::keyClick(bench.table(), Qt::Key_Down, Qt::AltModifier);
        bench.table()->select(bench.session.fleet().ids().at(3));
        QTest::keyClick(bench.table(), Qt::Key_Down, Qt::AltModifier); // it is the last
        QTest::keyClick(bench.table(), Qt::Key_Up, Qt::AltModifier);
        QCOMPARE(namesIn(bench.table()), wanted);
        QCOMPARE(bench.current(), u"gateway-4"_s);
        bench.table()->sortByColumn(FleetModel::Service, Qt::AscendingOrder);
        QTest::keyClick(bench.table(), Qt::Key_Up, Qt::AltModifier); // a column sorts
        QCOMPARE(namesIn(bench.table()), QStringList({u"gateway-1"_s, u"gateway-2"_s, u"gateway-3"_s, u"gateway-4"_s}));
        bench.table()->sortByColumn(-1, Qt::AscendingOrder);
        QCOMPARE(namesIn(bench.table()), wanted);
        bench.window.close();
    }
    Bench bench;
    QVERIFY(bench.start());
    QCOMPARE(namesIn(bench.table()), wanted);
}

void TestFinding::whatWasAddedIsSaved()
{
    Bench bench;
    const ServiceId id = bench.session.add(Reports::entry(u"orders"_s, u"http://127.0.0.1:2"_s));
    bench.session.addAll({Reports::entry(u"named"_s, u"http://127.0.0.1:3"_s)}, u"/etc/fleet.toml"_s);
    QVERIFY(id != NoService && bench.start());
    const QTemporaryDir directory;
    const QString file = directory.filePath(u"fleet.toml"_s);
    auto *const commands = bench.window.findChild<FleetFileCommands *>();
    QVERIFY(!commands->saveAdded(file));
    QFile written(file);
    QVERIFY(written.open(QIODevice::ReadOnly));
    const QByteArray content = written.readAll();
    QVERIFY(content.contains("orders") && !content.contains("named"));
    QVERIFY(commands->saveAdded(directory.filePath(u"none/fleet.toml"_s))); // and says so
    for (int each = 0; each < 12; ++each)
        commands->remember(u"/fleet-%1.toml"_s.arg(each % 10));
    QCOMPARE(commands->recent()->actions().size(), FleetFileCommands::MostRecent);
    QCOMPARE(commands->recent()->actions().first()->text(), u"/fleet-1.toml"_s);
}

void TestFinding::aPageIsSavedAsNothingThatRestartsItself()
{
    Bench bench;
    const ServiceId id = bench.session.add(*entryForUrl(u"http://127.0.0.1:2"_s));
    HealthReport page;
    page.isPage = true;
    bench.session.fleet().applyAnswer(id, Reports::answer(page));
    const QTemporaryDir directory;
    QFile file(directory.filePath(u"fleet.toml"_s));
    QVERIFY(!bench.window.findChild<FleetFileCommands *>()->saveAdded(file.fileName()));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray content = file.readAll();
    QVERIFY(content.contains("127.0.0.1:2") && !content.contains("restart"));
}

QTEST_MAIN(TestFinding)
#include "tst_finding.moc"
