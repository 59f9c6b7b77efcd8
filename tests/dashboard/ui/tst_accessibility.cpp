// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/accessiblewidgets.h"
#include "dashboard/ui/appearance.h"
#include "dashboard/ui/detailpane.h"
#include "dashboard/ui/fleetview.h"
#include "dashboard/ui/mainwindow.h"
#include "dashboard/ui/pinnedgraphs.h"
#include "dashboard/ui/servicemapwindow.h"
#include "dashboard/ui/theme.h"
#include "dashboard/ui/wallboard.h"
#include "tests/dashboard/model/reports.h"

#include <QAccessible>
#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QDialog>
#include <QLineEdit>
#include <QListWidget>
#include <QMenuBar>
#include <QSettings>
#include <QStandardPaths>
#include <QTabWidget>
#include <QTest>
#include <QToolButton>

#include <functional>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

struct Bench;
Q_DECLARE_METATYPE(std::function<void(Bench &)>)

namespace {

/// What somebody can press, fill in, choose or read: it has to say what it is.
bool mustHaveName(QAccessible::Role role)
{
    switch (role) {
    case QAccessible::Button:
    case QAccessible::ButtonMenu:
    case QAccessible::ButtonDropDown:
    case QAccessible::CheckBox:
    case QAccessible::RadioButton:
    case QAccessible::ComboBox:
    case QAccessible::EditableText:
    case QAccessible::SpinBox:
    case QAccessible::Table:
    case QAccessible::List:
    case QAccessible::Tree:
    case QAccessible::PageTab:
    case QAccessible::MenuItem:
    case QAccessible::Cell:
    case QAccessible::ListItem:
    case QAccessible::Dialog: return true;
    default: return false;
    }
}

/// A part of another control, which has the name.
bool isInner(QAccessibleInterface *each)
{
    QAccessibleInterface *const parent = each->parent();
    const QAccessible::Role role = parent ? parent->role() : QAccessible::NoRole;
    return role == QAccessible::ComboBox || role == QAccessible::SpinBox;
}

struct Finding
{
    int controls = 0;
    int cells = 0;
    QStringList nameless;
    QStringList markup; ///< what is told with it
};

QString describe(QAccessibleInterface *each)
{
    QString text = u"role %1"_s.arg(int(each->role()));
    for (const QObject *object = each->object(); object; object = object->parent())
        text += u" < "_s + QString::fromLatin1(object->metaObject()->className());
    return text;
}

void look(QAccessibleInterface *each, Finding &finding, int depth = 0)
{
    if (!each || !each->isValid() || depth > 30 || each->state().invisible)
        return;
    const QAccessible::Role role = each->role();
    for (const QAccessible::Text kind : {QAccessible::Name, QAccessible::Description}) {
        if (each->text(kind).contains(u"<qt>"_s))
            finding.markup << each->text(kind);
    }
    if (mustHaveName(role) && !isInner(each)) {
        ++finding.controls;
        finding.cells += role == QAccessible::Cell; // an empty one is told by its header
        if (role != QAccessible::Cell && each->text(QAccessible::Name).trimmed().isEmpty())
            finding.nameless << describe(each);
    } else if (each->state().focusable && !isInner(each) && each->text(QAccessible::Name).trimmed().isEmpty()) {
        finding.nameless << describe(each);
    }
    for (int child = 0; child < each->childCount(); ++child)
        look(each->child(child), finding, depth + 1);
}

Finding lookAt(QWidget *window)
{
    Finding finding;
    look(QAccessible::queryAccessibleInterface(window), finding);
    finding.nameless.removeDuplicates();
    return finding;
}

} // namespace

/// A window on three services, which nobody polls: healthy, in error, and out of reach.
struct Bench
{
    FleetSession session;
    MainWindow window{session};
    QList<ServiceId> ids;

    Bench()
    {
        for (const QString &name : {u"orders"_s, u"payments"_s, u"search"_s}) {
            FleetEntry entry = Reports::entry(name, u"http://127.0.0.1:1/"_s + name);
            entry.interval = 1h;
            entry.restart = RestartByCommand{{u"/bin/true"_s}, {}, {}};
            ids << session.fleet().add(entry);
        }
        session.fleet().applyAnswer(ids[0], Reports::answer(Reports::healthy()));
        session.fleet().applyAnswer(ids[1], Reports::answer(Reports::withError()));
        session.fleet().applyAnswer(ids[2], Reports::failure(ClientError::Refused));
    }
    bool start()
    {
        window.show();
        return QTest::qWaitForWindowExposed(&window);
    }
    QAccessibleInterface *table() { return QAccessible::queryAccessibleInterface(window.findChild<FleetView *>()); }
    /// The cell's interface, of the model's row and column.
    QAccessibleInterface *cell(int row, int column) { return table()->tableInterface()->cellAt(row, column); }
};

/// What who does not see the window is told of it: the tree that Qt gives to at-spi.
class TestAccessibility : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init() { QSettings().clear(); }
    void everyControlOfEveryPageHasAName_data();
    void everyControlOfEveryPageHasAName();
    void everyControlOfEveryDialogHasAName_data();
    void everyControlOfEveryDialogHasAName();
    void everyRowSaysWhatIsSeen();
    void aRowIsSelectedAndFocusable();
    void whatCannotBeDoneIsDisabled();
    void aHiddenColumnIsNotSaidToBeSeen();
    void everyPictureIsSeenAfterAChangeOfColours();
    void aBoxIsNamedByItsLabel();
    void aHeadingSaysWhetherItIsFolded();
};

void TestAccessibility::initTestCase()
{
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(u"hephaestus-test"_s);
    QCoreApplication::setApplicationName(u"tst_accessibility"_s);
    installAccessibleWidgets();
}

void TestAccessibility::everyControlOfEveryPageHasAName_data()
{
    QTest::addColumn<int>("page");
    Bench bench;
    const QTabWidget *const tabs = bench.window.findChild<QTabWidget *>();
    for (int page = 0; page < tabs->count(); ++page)
        QTest::newRow(qPrintable(tabs->tabText(page))) << page;
}

void TestAccessibility::everyControlOfEveryPageHasAName()
{
    QFETCH(int, page);
    Bench bench;
    QVERIFY(bench.start());
    bench.window.findChild<QTabWidget *>()->setCurrentIndex(page);
    QTest::qWait(0);
    const Finding finding = lookAt(&bench.window);
    QVERIFY2(finding.nameless.isEmpty(), qPrintable(finding.nameless.join(u'\n')));
    QVERIFY2(finding.markup.isEmpty(), qPrintable(finding.markup.join(u'\n')));
    QVERIFY2(finding.controls > 30, qPrintable(QString::number(finding.controls)));
    QVERIFY2(finding.cells >= 3 * 5, qPrintable(QString::number(finding.cells))); // of three rows
}

void TestAccessibility::everyControlOfEveryDialogHasAName_data()
{
    using Opens = std::function<void(Bench &)>;
    QTest::addColumn<Opens>("opens");
    const auto row = [](const char *name, const Opens &opens) { QTest::newRow(name) << opens; };
    const auto act = [](const QString &text) {
        return [text](Bench &bench) {
            for (QAction *const action : bench.window.findChildren<QAction *>()) {
                if (action->text().remove(u'&') == text)
                    return action->trigger();
            }
            QFAIL(qPrintable(u"there is no "_s + text));
        };
    };
    row("add a service", [](Bench &bench) { bench.window.addService(); });
    row("add a host", [](Bench &bench) { bench.window.addHost(); });
    row("preferences", [](Bench &bench) { bench.window.openPreferences(); });
    row("palette", [](Bench &bench) { bench.window.openPalette(); });
    row("keys", [](Bench &bench) { bench.window.openShortcuts(); });
    row("wallboard", [](Bench &bench) { bench.window.openWallboard(); });
    row("map", [](Bench &bench) { bench.window.openMap(); });
    row("pinned graphs", [](Bench &bench) { bench.window.openPinned(); });
    row("restart", act(u"Restart…"_s));
    row("mute until", act(u"Mute until…"_s));
    row("what is muted", act(u"All alerts and mutes…"_s));
    row("find services", act(u"Find services on this machine…"_s));
}

void TestAccessibility::everyControlOfEveryDialogHasAName()
{
    using Opens = std::function<void(Bench &)>;
    QFETCH(Opens, opens);
    Bench bench;
    QVERIFY(bench.start());
    opens(bench);
    QWidget *opened = nullptr;
    for (QWidget *const each : QApplication::topLevelWidgets()) {
        if (each != &bench.window && each->isVisible() && each->isWindow())
            opened = each;
    }
    QVERIFY(opened);
    QVERIFY(!opened->windowTitle().isEmpty());
    const QAccessible::Role role = QAccessible::queryAccessibleInterface(opened)->role();
    QVERIFY2(role == QAccessible::Window || role == QAccessible::Dialog, qPrintable(QString::number(role)));
    const Finding finding = lookAt(opened);
    QVERIFY2(finding.nameless.isEmpty(), qPrintable(finding.nameless.join(u'\n')));
}

/// Each cell says its column and its value.
void TestAccessibility::everyRowSaysWhatIsSeen()
{
    Bench bench;
    QVERIFY(bench.start());
    bench.window.mutes().acknowledge({bench.ids[1]});
    QCOMPARE(bench.table()->role(), QAccessible::Table);
    QCOMPARE(bench.table()->text(QAccessible::Name), u"Services"_s);
    QCOMPARE(bench.table()->tableInterface()->rowCount(), 3);
    const auto text = [&](int row, int column) { return bench.cell(row, column)->text(QAccessible::Name); };
    QCOMPARE(text(0, FleetModel::State), u"State: healthy"_s);
    QCOMPARE(text(0, FleetModel::Service), u"Service: orders"_s);
    QVERIFY2(text(0, FleetModel::Dependencies).contains(u"qdrant working"_s), qPrintable(text(0, 3)));
    QCOMPARE(text(1, FleetModel::State), u"State: error"_s);
    QCOMPARE(text(1, FleetModel::Service), u"Service: payments. Acknowledged."_s);
    QCOMPARE(text(2, FleetModel::State), u"State: unreachable: refused"_s);
    for (int row = 0; row < 3; ++row) {
        for (int column = 0; column < FleetModel::ColumnCount; ++column) {
            QCOMPARE(bench.cell(row, column)->role(), QAccessible::Cell);
            QVERIFY2(text(row, column).contains(u": "_s), qPrintable(text(row, column)));
        }
    }
}

void TestAccessibility::aRowIsSelectedAndFocusable()
{
    Bench bench;
    QVERIFY(bench.start());
    bench.window.activateWindow();
    bench.window.findChild<FleetView *>()->select(bench.ids[1]);
    bench.window.findChild<FleetView *>()->setFocus();
    QTRY_VERIFY(bench.cell(1, FleetModel::State)->state().focused);
    QVERIFY(bench.cell(1, FleetModel::State)->state().selected);
    QVERIFY(bench.cell(1, FleetModel::State)->state().selectable);
    QVERIFY(!bench.cell(0, FleetModel::State)->state().selected);
}

void TestAccessibility::whatCannotBeDoneIsDisabled()
{
    Bench bench;
    QVERIFY(bench.start());
    const auto button = [&](const QString &name) -> QAccessibleInterface * {
        for (QToolButton *const each : bench.window.findChild<DetailPane *>()->findChildren<QToolButton *>()) {
            QAccessibleInterface *const found = QAccessible::queryAccessibleInterface(each);
            if (found->text(QAccessible::Name).remove(u'&').startsWith(name))
                return found;
        }
        return nullptr;
    };
    bench.window.findChild<FleetView *>()->select(bench.ids[0]);
    QTRY_VERIFY(button(u"Restart"_s) && !button(u"Restart"_s)->state().disabled);
    QTRY_VERIFY(button(u"Start"_s) && button(u"Start"_s)->state().disabled); // it runs
    bench.window.findChild<FleetView *>()->select(bench.ids[2]);
    QTRY_VERIFY(!button(u"Start"_s)->state().disabled);
}

/// Also where headings of groups span columns.
void TestAccessibility::aHiddenColumnIsNotSaidToBeSeen()
{
    FleetModel fleet;
    for (const QString &group : {u"data"_s, u"shop"_s}) {
        FleetEntry entry = Reports::entry(u"mcp of "_s + group, u"http://127.0.0.1:1/"_s + group);
        entry.group = group;
        fleet.applyAnswer(fleet.add(entry), Reports::answer(Reports::healthy()));
    }
    FleetView view(fleet);
    view.setGrouped(true);
    view.resize(1200, 300);
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    QVERIFY(view.rows().isHeading(0) && view.columnSpan(0, 0) > 1);
    QAccessibleTableInterface *const table = QAccessible::queryAccessibleInterface(&view)->tableInterface();
    QVERIFY(view.isColumnHidden(FleetModel::Cpu));
    QVERIFY(table->cellAt(1, FleetModel::Cpu)->state().invisible);
    QVERIFY(!table->cellAt(1, FleetModel::Service)->state().invisible);
}

void TestAccessibility::aBoxIsNamedByItsLabel()
{
    Bench bench;
    QVERIFY(bench.start());
    bench.window.openPreferences();
    QStringList names;
    for (QComboBox *const box : bench.window.findChildren<QComboBox *>()) {
        QAccessibleInterface *const told = QAccessible::queryAccessibleInterface(box);
        QCOMPARE(told->role(), QAccessible::ComboBox);
        QCOMPARE(told->text(QAccessible::Value), box->currentText());
        QVERIFY(told->state().expandable && told->childCount() == 1 && told->child(0));
        QCOMPARE(told->indexOfChild(told->child(0)), 0);
        names << told->text(QAccessible::Name);
    }
    for (const QString &name : {u"Colours:"_s, u"Language (from the next start):"_s, u"Time span"_s})
        QVERIFY2(names.contains(name), qPrintable(names.join(u'\n')));
}

/// A row of the table is named by its service or group.
void TestAccessibility::aHeadingSaysWhetherItIsFolded()
{
    FleetModel fleet;
    for (const QString &group : {u"data"_s, u"shop"_s}) {
        FleetEntry entry = Reports::entry(u"mcp of "_s + group, u"http://127.0.0.1:1/"_s + group);
        entry.group = group;
        fleet.applyAnswer(fleet.add(entry), Reports::answer(Reports::healthy()));
    }
    FleetView view(fleet);
    view.setGrouped(true);
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    QAccessibleTableInterface *const table = QAccessible::queryAccessibleInterface(&view)->tableInterface();
    QCOMPARE(table->cellAt(0, 0)->text(QAccessible::Name), u"data, open: 1 service"_s);
    QCOMPARE(table->rowDescription(0), u"data"_s);
    QCOMPARE(table->rowDescription(1), u"mcp of data"_s);
    QCOMPARE(table->cellAt(0, FleetModel::Code)->text(QAccessible::Name), u"data, open: 1 service"_s); // it covers it
    QVERIFY(table->cellAt(0, FleetModel::Code)->state().invisible);
    QVERIFY(!table->cellAt(0, 0)->state().invisible);
    view.setCurrentIndex(view.rows().index(0, FleetModel::Code)); // by keys, from the row below
    QVERIFY(!table->cellAt(0, FleetModel::Code)->state().invisible);
    view.rows().setFolded(u"data"_s, true);
    QCOMPARE(table->cellAt(0, 0)->text(QAccessible::Name), u"data, folded: 1 service"_s);
}

/// While the window is open.
void TestAccessibility::everyPictureIsSeenAfterAChangeOfColours()
{
    applyColors(u"light"_s);
    Bench bench;
    QVERIFY(bench.start());
    QLineEdit *filter = nullptr;
    for (QLineEdit *const edit : bench.window.findChildren<QLineEdit *>()) {
        if (edit->accessibleName() == "Filter"_L1)
            filter = edit;
    }
    QVERIFY(filter);
    filter->setText(u"group:shop"_s);
    filter->clear();
    bench.window.addService();
    applyColors(u"dark"_s);
    bench.window.setPalette(QApplication::palette()); // which a running application does
    const QColor behind = QApplication::palette().color(QPalette::Base);
    QVERIFY(contrast(filter->palette().color(QPalette::Text), behind) > 4.5);
    const auto isSeen = [&](const QIcon &icon) {
        double best = 0;
        const QImage picture = icon.pixmap(16).toImage();
        for (int at = 0; at < picture.width() * picture.height(); ++at) {
            const QColor pixel = picture.pixelColor(at % picture.width(), at / picture.width());
            if (pixel.alpha() > 80) // thin lines have no more
                best = std::max(best, contrast(pixel, behind));
        }
        return best >= 3;
    };
    int pictures = 0;
    QStringList unseen;
    for (const QAction *const action : bench.window.findChildren<QAction *>()) {
        pictures += !action->icon().isNull();
        if (!action->icon().isNull() && !isSeen(action->icon()))
            unseen << action->text();
    }
    for (const QAbstractButton *const button : bench.window.findChildren<QAbstractButton *>()) {
        const bool isOurs = !qobject_cast<const QMenuBar *>(button->parent());
        if (isOurs && !button->icon().isNull() && !isSeen(button->icon()))
            unseen << button->text() + u" of "_s + QString::fromLatin1(button->parent()->metaObject()->className());
    }
    for (const QListWidget *const list : bench.window.findChildren<QListWidget *>()) {
        for (int row = 0; row < list->count(); ++row) {
            if (!list->item(row)->icon().isNull() && !isSeen(list->item(row)->icon()))
                unseen << list->item(row)->text();
        }
    }
    applyColors(u"system"_s);
    QVERIFY2(unseen.isEmpty(), qPrintable(unseen.join(u'\n')));
    QVERIFY2(pictures > 10, qPrintable(QString::number(pictures)));
}

QTEST_MAIN(TestAccessibility)
#include "tst_accessibility.moc"
