// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/language.h"
#include "dashboard/ui/actionbutton.h"
#include "dashboard/ui/addservicedialog.h"
#include "dashboard/ui/appearance.h"
#include "dashboard/ui/celldelegate.h"
#include "dashboard/ui/detailpane.h"
#include "dashboard/ui/elidedlabel.h"
#include "dashboard/ui/fleetview.h"
#include "dashboard/ui/mainwindow.h"
#include "dashboard/ui/preferencesdialog.h"
#include "dashboard/ui/servicecommands.h"
#include "dashboard/ui/startpage.h"
#include "dashboard/ui/theme.h"
#include "dashboard/ui/timegraph.h"
#include "dashboard/ui/totalsstrip.h"
#include "tests/dashboard/model/reports.h"

#include <QAction>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QPainter>
#include <QPushButton>
#include <QScrollArea>
#include <QSettings>
#include <QSplitter>
#include <QStandardItemModel>
#include <QStandardPaths>
#include <QStyleOptionComboBox>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include <functional>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

/// The window in other languages than that of its sources, and from right to left.
class TestGerman : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanup();
    void theWindowSpeaksGerman();
    void oneServiceIsNoPlural_data();
    void oneServiceIsNoPlural();
    void noKeyIsTwiceInAMenu_data();
    void noKeyIsTwiceInAMenu();
    void nothingIsCut_data();
    void nothingIsCut();
    void theSheetOfKeysFitsASmallWindow_data();
    void theSheetOfKeysFitsASmallWindow();
    void theFirstPageFitsASmallWindow_data();
    void theFirstPageFitsASmallWindow();
    void columnsAreAsWideAsTheirLanguageNeeds();
    void aLanguageIsChosenInThePreferences();
    void fromRightToLeftAllIsMirroredButTime();
    void fromRightToLeftLabelsStandAtTheRight();
    void fromRightToLeftATextRunsAsItsLettersDo_data();
    void fromRightToLeftATextRunsAsItsLettersDo();
};

/// A window on services of which one is in trouble.
struct Bench
{
    FleetSession session;
    MainWindow window{session};

    explicit Bench(int services)
    {
        for (int each = 0; each < services; ++each) {
            FleetEntry entry = Reports::entry(u"mcp%1"_s.arg(each), u"http://127.0.0.1:1/%1"_s.arg(each));
            entry.interval = std::chrono::hours(1);
            entry.group = u"shop"_s;
            session.fleet().applyAnswer(session.fleet().add(entry),
                                        Reports::answer(each == 1 ? Reports::withError() : Reports::healthy()));
        }
    }

    bool show(const QSize &size = {1380, 860})
    {
        window.show();
        const bool isShown = QTest::qWaitForWindowActive(&window);
        window.resize(size); // it was kept on the screen, which is small here
        return isShown;
    }

    QStringList texts() const ///< of what is seen
    {
        QStringList texts;
        for (const QAbstractButton *const button : window.findChildren<QAbstractButton *>()) {
            if (button->isVisible())
                texts << button->text();
        }
        for (const QLabel *const label : window.findChildren<QLabel *>()) {
            if (label->isVisible())
                texts << label->text();
        }
        return texts;
    }
};

/// For the text of a list's choice, in pixels.
static int textRoom(const QComboBox *box)
{
    QStyleOptionComboBox option;
    option.initFrom(box);
    return box->style()->subControlRect(QStyle::CC_ComboBox, &option, QStyle::SC_ComboBoxEditField, box).width();
}

void TestGerman::initTestCase()
{
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(u"hephaestus-test-german"_s);
    QSettings().clear();
}

void TestGerman::cleanup()
{
    QGuiApplication::setLayoutDirection(Qt::LeftToRight);
    useLanguage(u"en"_s);
    QSettings().clear();
}

void TestGerman::theWindowSpeaksGerman()
{
    useLanguage(u"de"_s);
    Bench bench(2);
    QVERIFY(bench.show());
    QStringList menus;
    for (const QAction *const action : bench.window.menuBar()->actions())
        menus << action->text();
    QCOMPARE(menus, (QStringList{u"&Flotte"_s, u"&Dienst"_s, u"&Ansicht"_s, u"&Hilfe"_s}));
    const auto *const table = bench.window.findChild<FleetView *>();
    QStringList headers;
    for (int column = 0; column < 5; ++column)
        headers << table->model()->headerData(column, Qt::Horizontal).toString();
    QCOMPARE(headers, (QStringList{u"Zustand"_s, u"Dienst"_s, u"Code"_s, u"Abhängigkeiten"_s, u"Version"_s}));
    const auto *const pages = bench.window.findChild<QTabWidget *>();
    QVERIFY(pages);
    QStringList titles;
    for (int page = 0; page < pages->count(); ++page)
        titles << pages->tabText(page);
    QVERIFY2(titles.contains(u"Übersicht"_s) && titles.contains(u"Beleg"_s), qPrintable(titles.join(u',')));
    const FleetModel &fleet = bench.session.fleet();
    QCOMPARE(fleet.index(1, FleetModel::State).data().toString(), u"Fehler"_s);
    QCOMPARE(fleet.index(0, FleetModel::State).data().toString(), u"gesund"_s);
    QVERIFY(
        !bench.window.findChild<ServiceCommands *>()->action(ServiceAction::Restart)->text().contains(u"Restart"_s));
}

void TestGerman::oneServiceIsNoPlural_data()
{
    QTest::addColumn<QString>("language");
    QTest::addColumn<int>("services");
    QTest::addColumn<QString>("text");
    QTest::newRow("English, one") << u"en"_s << 1 << u"1 service"_s;
    QTest::newRow("English, three") << u"en"_s << 3 << u"3 services"_s;
    QTest::newRow("German, one") << u"de"_s << 1 << u"1 Dienst"_s;
    QTest::newRow("German, three") << u"de"_s << 3 << u"3 Dienste"_s;
}

void TestGerman::oneServiceIsNoPlural()
{
    QFETCH(QString, language);
    QFETCH(int, services);
    QFETCH(QString, text);
    useLanguage(language);
    Bench bench(services);
    QVERIFY(bench.show());
    QTRY_VERIFY2(bench.texts().contains(text), qPrintable(bench.texts().join(u" | "_s)));
}

void TestGerman::noKeyIsTwiceInAMenu_data()
{
    QTest::addColumn<QString>("language");
    for (const QString &language : languages())
        QTest::addRow("%s", qPrintable(language)) << language;
}

void TestGerman::noKeyIsTwiceInAMenu()
{
    QFETCH(QString, language);
    useLanguage(language);
    Bench bench(2);
    QVERIFY(bench.show());
    int looked = 0;
    for (const QMenu *const menu : bench.window.findChildren<QMenu *>()) {
        QHash<QKeySequence, QString> keys;
        for (const QAction *const action : menu->actions()) {
            const QKeySequence key = QKeySequence::mnemonic(action->text());
            if (key.isEmpty())
                continue;
            ++looked;
            QVERIFY2(!keys.contains(key), qPrintable(keys.value(key) + u" and "_s + action->text()));
            keys.insert(key, action->text());
        }
    }
    QVERIFY2(looked > 30, qPrintable(QString::number(looked)));
}

void TestGerman::nothingIsCut_data()
{
    QTest::addColumn<QString>("language");
    QTest::addColumn<QSize>("size");
    for (const QString &language : languages()) {
        for (const QSize &size : {QSize(800, 500), QSize(1380, 860)})
            QTest::addRow("%s, %d wide", qPrintable(language), size.width()) << language << size;
    }
}

void TestGerman::nothingIsCut()
{
    QFETCH(QString, language);
    QFETCH(QSize, size);
    useLanguage(language);
    Bench bench(3);
    QVERIFY(bench.show(size));
    QCOMPARE(bench.window.size(), size); // what needs more room does not take it
    auto *const table = bench.window.findChild<FleetView *>();
    const QRect row = table->visualRect(table->model()->index(1, FleetModel::State));
    QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, row.center());
    auto *const pages = bench.window.findChild<QTabWidget *>();
    QVERIFY(pages->isVisible());
    for (int page = 0; page < pages->count(); ++page) {
        pages->setCurrentIndex(page);
        QCoreApplication::processEvents();
        for (const QAbstractButton *const button : bench.window.findChildren<QAbstractButton *>()) {
            // What shrinks on purpose (the totals, tabs of a bar) has no text while there is no room.
            if (button->isVisible() && !button->text().isEmpty() && !qobject_cast<const TotalsStrip *>(button->parent())
                && !qobject_cast<const QLineEdit *>(button->parent())) // which shows an icon alone
                QVERIFY2(button->width() >= button->minimumSizeHint().width(),
                         qPrintable(u"%1: %2 of %3 on %4"_s.arg(button->text())
                                        .arg(button->width())
                                        .arg(button->minimumSizeHint().width())
                                        .arg(pages->tabText(page))));
        }
        for (const QComboBox *const box : bench.window.findChildren<QComboBox *>()) {
            if (box->isVisible())
                QVERIFY2(textRoom(box) >= box->fontMetrics().horizontalAdvance(box->currentText()),
                         qPrintable(box->currentText()));
        }
    }
}

void TestGerman::theSheetOfKeysFitsASmallWindow_data()
{
    QTest::addColumn<QString>("language");
    for (const QString &language : languages())
        QTest::addRow("%s", qPrintable(language)) << language;
}

/// It scrolls downwards, never sideways.
void TestGerman::theSheetOfKeysFitsASmallWindow()
{
    QFETCH(QString, language);
    useLanguage(language);
    Bench bench(3);
    QVERIFY(bench.show({800, 500}));
    bench.window.openShortcuts();
    const auto *const sheet = bench.window.findChild<QScrollArea *>(u"keySheet"_s);
    QVERIFY(sheet);
    QTRY_VERIFY(sheet->isVisible());
    const QWidget *const inner = sheet->widget();
    QTRY_VERIFY2(inner->width() <= sheet->viewport()->width(), qPrintable(QString::number(inner->width())));
    int looked = 0;
    for (const QLabel *const label : inner->findChildren<QLabel *>()) {
        ++looked;
        const int wanted = label->wordWrap() ? label->heightForWidth(label->width()) : label->sizeHint().height();
        QVERIFY2(label->height() >= wanted, qPrintable(label->text()));
        const QStringList words = label->wordWrap() ? label->text().split(u' ') : QStringList{label->text()};
        for (const QString &word : words)
            QVERIFY2(label->fontMetrics().horizontalAdvance(word) <= label->width(), qPrintable(word));
    }
    QVERIFY(looked > 60);
}

void TestGerman::theFirstPageFitsASmallWindow_data()
{
    QTest::addColumn<QString>("language");
    QTest::addColumn<bool>("isWarned");
    for (const QString &language : languages()) {
        for (const bool isWarned : {false, true})
            QTest::addRow("%s%s", qPrintable(language), isWarned ? ", with a warning" : "") << language << isWarned;
    }
}

void TestGerman::theFirstPageFitsASmallWindow()
{
    QFETCH(QString, language);
    QFETCH(bool, isWarned);
    useLanguage(language);
    Bench bench(0);
    QFont font = bench.window.font();
    font.setPixelSize(13); // as of a desktop
    bench.window.setFont(font);
    QVERIFY(bench.show({640, 400}));
    QCOMPARE(bench.window.size(), QSize(640, 400));
    auto *const page = bench.window.findChild<StartPage *>();
    if (isWarned)
        page->setWarning(u"What you add is lost when the program ends: /home/somebody/.config/hephaestus.conf"_s);
    QCoreApplication::processEvents();
    int looked = 0;
    for (const QLabel *const label : page->findChildren<QLabel *>()) {
        if (label->isHidden())
            continue;
        const QRect place(label->mapTo(page, QPoint()), label->size());
        QVERIFY2(page->rect().contains(place), qPrintable(label->text()));
        if (label->text().isEmpty())
            continue;
        ++looked;
        const int wanted = label->wordWrap() ? label->heightForWidth(label->width()) : label->sizeHint().height();
        QVERIFY2(label->height() >= wanted, qPrintable(label->text()));
        QVERIFY2(label->wordWrap() || label->width() >= label->sizeHint().width(), qPrintable(label->text()));
    }
    QVERIFY(looked >= 5);
}

/// Also where they were kept in another one, by a program that has ended: what was kept is read from the file.
void TestGerman::columnsAreAsWideAsTheirLanguageNeeds()
{
    FleetModel fleet;
    const QTemporaryDir directory;
    {
        QSettings english(directory.filePath(u"english.conf"_s), QSettings::IniFormat);
        FleetView(fleet).saveColumns(english, u"test"_s);
    }
    QVERIFY(QFile::rename(directory.filePath(u"english.conf"_s), directory.filePath(u"later.conf"_s)));
    const QSettings settings(directory.filePath(u"later.conf"_s), QSettings::IniFormat);
    useLanguage(u"de"_s);
    const FleetView german(fleet);
    FleetView kept(fleet);
    kept.restoreColumns(settings, u"test"_s);
    for (const int column : {FleetModel::State, FleetModel::Service, FleetModel::Code})
        QCOMPARE(kept.columnWidth(column), german.columnWidth(column));
}

void TestGerman::aLanguageIsChosenInThePreferences()
{
    Preferences preferences;
    preferences.language = u"de"_s;
    PreferencesDialog dialog(preferences, {}, nullptr);
    QCOMPARE(dialog.preferences().language, u"de"_s);
    for (QComboBox *const box : dialog.findChildren<QComboBox *>()) {
        if (const int english = box->findText(u"English"_s); english >= 0)
            box->setCurrentIndex(english);
    }
    QCOMPARE(dialog.preferences().language, u"en"_s);
    QSettings settings;
    dialog.preferences().write(settings);
    QCOMPARE(Preferences::read(settings).language, u"en"_s);
}

void TestGerman::fromRightToLeftAllIsMirroredButTime()
{
    QGuiApplication::setLayoutDirection(Qt::RightToLeft);
    Bench bench(3);
    QVERIFY(bench.show());
    auto *const table = bench.window.findChild<FleetView *>();
    const auto left = [&](const QWidget *widget) { return widget->mapTo(&bench.window, QPoint()).x(); };
    QVERIFY2(left(table) > left(bench.window.findChild<DetailPane *>()), "the details are left of the table");
    QVERIFY(table->columnViewportPosition(FleetModel::State) > table->columnViewportPosition(FleetModel::Service));
    // The icon of a state is at the right of its word.
    const QRect cell = table->visualRect(table->model()->index(1, FleetModel::State));
    const QImage picture = table->viewport()->grab(cell).toImage();
    const auto isBlank = [&](int from, int to) {
        for (int x = from; x < to; ++x) {
            for (int y = 1; y < picture.height() - 1; ++y) {
                if (picture.pixel(x, y) != picture.pixel(picture.width() / 50, 1))
                    return false;
            }
        }
        return true;
    };
    QVERIFY(isBlank(picture.width() / 50, picture.width() / 10));
    QVERIFY(!isBlank(picture.width() * 7 / 10, picture.width() * 19 / 20));
    // So is that of a button, and what the details begin with stands at the right.
    for (const ElidedLabel *const label : bench.window.findChild<DetailPane *>()->findChildren<ElidedLabel *>())
        QVERIFY(label->alignment().testFlag(Qt::AlignRight));
    for (ActionButton *const button : bench.window.findChild<DetailPane *>()->findChildren<ActionButton *>()) {
        if (!button->text().startsWith(u"Restart"_s) || !button->isVisible())
            continue;
        const QImage face = button->grab().toImage();
        const int line = face.height() / 2;
        for (int x = 6; x < 20; ++x)
            QCOMPARE(face.pixelColor(x, line), face.pixelColor(6, line));
    }
    for (const TimeGraph *const graph : bench.window.findChildren<TimeGraph *>())
        QCOMPARE(graph->layoutDirection(), Qt::LeftToRight);
}

/// What is seen of a picture on white, without the white around it.
static QImage inkOf(const QImage &picture)
{
    QRect ink;
    for (int y = 0; y < picture.height(); ++y) {
        for (int x = 0; x < picture.width(); ++x) {
            if (picture.pixelColor(x, y) != Qt::white)
                ink |= QRect(x, y, 1, 1);
        }
    }
    return picture.copy(ink);
}

/// Also where their letters run from left to right.
void TestGerman::fromRightToLeftLabelsStandAtTheRight()
{
    QGuiApplication::setLayoutDirection(Qt::RightToLeft);
    applyColors(u"light"_s);
    Bench bench(1);
    QVERIFY(bench.show());
    bench.window.addService();
    auto *const dialog = bench.window.findChild<AddServiceDialog *>();
    QVERIFY(dialog);
    dialog->resize(900, dialog->height());
    QVERIFY(QTest::qWaitForWindowExposed(dialog));
    int looked = 0;
    for (QLabel *const label : dialog->findChildren<QLabel *>()) {
        if (!label->isVisible() || label->text().isEmpty())
            continue;
        ++looked;
        const QImage picture = label->grab().toImage();
        const QRgb ground = picture.pixel(0, 0);
        int first = picture.width();
        for (int x = 0; x < picture.width() && first == picture.width(); ++x) {
            for (int y = 0; y < picture.height(); ++y)
                first = picture.pixel(x, y) == ground ? first : std::min(first, x);
        }
        QVERIFY2(first > picture.width() / 4, qPrintable(label->text())); // nothing is drawn at the left
        QVERIFY2(first < picture.width(), qPrintable(label->text()));
    }
    QVERIFY2(looked >= 3, qPrintable(QString::number(looked)));
    dialog->close();
    applyColors(u"system"_s);
}

void TestGerman::fromRightToLeftATextRunsAsItsLettersDo_data()
{
    using Painter = std::function<void(QPainter &, const QRect &, const QString &)>;
    QTest::addColumn<Painter>("paint");
    const Painter cell = [](QPainter &painter, const QRect &area, const QString &text) {
        QStandardItemModel model(1, 1);
        model.setItem(0, 0, new QStandardItem(text));
        QStyleOptionViewItem option;
        option.direction = painter.layoutDirection();
        option.rect = area;
        option.palette = Theme::light();
        CellDelegate(-1).paint(&painter, option, model.index(0, 0));
    };
    const Painter label = [](QPainter &painter, const QRect &area, const QString &text) {
        QApplication::style()->drawItemText(&painter, area, Qt::AlignLeft | Qt::AlignVCenter, Theme::light(), true,
                                            text, QPalette::WindowText);
    };
    const Painter entry = [](QPainter &painter, const QRect &area, const QString &text) {
        QStyleOptionMenuItem option;
        option.direction = painter.layoutDirection();
        option.rect = area;
        option.palette = Theme::light();
        option.state = QStyle::State_Enabled;
        option.text = text + u'…';
        QApplication::style()->drawControl(QStyle::CE_MenuItem, &option, &painter);
    };
    QTest::newRow("a cell") << cell;
    QTest::newRow("an entry of a menu") << entry;
    QTest::newRow("a label or button") << label;
}

/// Else "18.9 ms" were "ms 18.9", and "7 services" "services 7".
void TestGerman::fromRightToLeftATextRunsAsItsLettersDo()
{
    using Painter = std::function<void(QPainter &, const QRect &, const QString &)>;
    QFETCH(Painter, paint);
    QGuiApplication::setLayoutDirection(Qt::RightToLeft);
    applyColors(u"light"_s);
    const QRect area(0, 0, 300, 40);
    const auto painted = [&](Qt::LayoutDirection direction) {
        QImage picture(area.size(), QImage::Format_RGB32);
        picture.fill(Qt::white);
        QPainter painter(&picture);
        painter.setLayoutDirection(direction);
        paint(painter, area, u"18.9 ms (7 of 9)"_s);
        painter.end();
        return picture;
    };
    const QImage usual = painted(Qt::LeftToRight);
    const QImage mirrored = painted(Qt::RightToLeft);
    QVERIFY(!inkOf(usual).isNull());
    QCOMPARE(inkOf(mirrored), inkOf(usual));
    QVERIFY(mirrored != usual); // it stands at the right
    applyColors(u"system"_s);
}

QTEST_MAIN(TestGerman)
#include "tst_german.moc"
