// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/appearance.h"
#include "dashboard/ui/desktoppresence.h"
#include "dashboard/ui/icons.h"
#include "dashboard/ui/theme.h"

#include <QApplication>
#include <QCheckBox>
#include <QDirIterator>
#include <QImage>
#include <QInputDialog>
#include <QPainter>
#include <QPushButton>
#include <QStyle>
#include <QStyleOption>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestTheme : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theContrastRatioIsThatOfTheStandard();
    void everyAccentCanBeReadOnEveryBackground_data();
    void everyAccentCanBeReadOnEveryBackground();
    void aBoxThatIsNotTickedIsSeen_data();
    void aBoxThatIsNotTickedIsSeen();
    void buttonsOfDialogsHaveNoPictures();
    void unreachableIsTheWorst();
    void theHueIsKept();
    void statesLookDifferentWithoutColour();
    void everyIconTakesTheColourItIsGiven();
};

void TestTheme::theContrastRatioIsThatOfTheStandard()
{
    QCOMPARE(contrast(Qt::white, Qt::black), 21.0);
    QCOMPARE(contrast(Qt::white, Qt::white), 1.0);
    QVERIFY(std::abs(contrast(QColor(0x77, 0x77, 0x77), Qt::white) - 4.48) < 0.01); // the known greyest text that fails
}

void TestTheme::everyAccentCanBeReadOnEveryBackground_data()
{
    QTest::addColumn<QPalette>("palette");
    QTest::newRow("light") << Theme::light();
    QTest::newRow("dark") << Theme::dark();
    QTest::newRow("white on black") << QPalette(Qt::white, Qt::black, Qt::white, Qt::black, Qt::gray, Qt::white,
                                                Qt::white, Qt::black, Qt::black);
    QTest::newRow("of this system") << QGuiApplication::palette();
}

void TestTheme::everyAccentCanBeReadOnEveryBackground()
{
    QFETCH(QPalette, palette);
    const Theme theme(palette);
    QList<QColor> accents{theme.muted()};
    for (const ServiceState state : AllServiceStates)
        accents << theme.accent(state);
    for (const auto status :
         {DependencyStatus::Working, DependencyStatus::Error, DependencyStatus::NotUsed, DependencyStatus::Unknown})
        accents << theme.accent(status);
    accents << theme.accent(CodeVerdict::Stale);
    for (const auto kind : {EventKind::Information, EventKind::Recovery, EventKind::Action, EventKind::Trouble})
        accents << theme.accent(kind);
    const QList<QColor> backgrounds{palette.color(QPalette::Base), palette.color(QPalette::AlternateBase),
                                    palette.color(QPalette::Window), theme.selection()};
    for (const QColor &accent : accents) {
        for (const QColor &background : backgrounds) {
            const double ratio = contrast(accent, background);
            QVERIFY2(ratio >= 4.5, qPrintable(u"%1 on %2: %3"_s.arg(accent.name(), background.name()).arg(ratio)));
        }
    }
}

void TestTheme::aBoxThatIsNotTickedIsSeen_data()
{
    QTest::addColumn<QString>("colors");
    QTest::newRow("light") << u"light"_s;
    QTest::newRow("dark") << u"dark"_s;
}

void TestTheme::aBoxThatIsNotTickedIsSeen()
{
    QFETCH(QString, colors);
    applyColors(colors);
    const auto isSeen = [](const QImage &image, const QRect &box, const QColor &ground) {
        double most = 0; // across the middle of the box
        for (int x = box.left(); x <= box.right(); ++x)
            most = std::max(most, contrast(image.pixelColor(x, box.center().y()), ground));
        return most >= 1.5 && (ground.lightnessF() > 0.5F || most >= 3); // the light one's is the style's own
    };
    QCheckBox box(u"Notify"_s);
    box.resize(box.sizeHint());
    QStyleOptionButton option;
    option.initFrom(&box);
    QVERIFY(isSeen(box.grab().toImage(), box.style()->subElementRect(QStyle::SE_CheckBoxIndicator, &option, &box),
                   box.palette().color(QPalette::Window)));

    QImage row(40, 24, QImage::Format_RGB32); // of a table
    row.fill(QApplication::palette().color(QPalette::Base));
    QPainter painter(&row);
    QStyleOptionViewItem tick;
    tick.rect = QRect(10, 5, 13, 13);
    tick.palette = QApplication::palette();
    tick.state = QStyle::State_Enabled | QStyle::State_Off;
    QApplication::style()->drawPrimitive(QStyle::PE_IndicatorItemViewItemCheck, &tick, &painter);
    QVERIFY(isSeen(row, tick.rect, QApplication::palette().color(QPalette::Base)));
    applyColors(u"system"_s);
}

/// A style that gives its standard buttons some is not there everywhere.
void TestTheme::buttonsOfDialogsHaveNoPictures()
{
    QInputDialog dialog;
    dialog.setOkButtonText(u"Rename"_s); // there they are
    const QList<QPushButton *> buttons = dialog.findChildren<QPushButton *>();
    QVERIFY(buttons.size() >= 2);
    QPixmap picture(16, 16);
    picture.fill(Qt::red);
    for (QPushButton *const button : buttons)
        button->setIcon(picture);
    removeButtonIcons(&dialog);
    for (const QPushButton *const button : buttons)
        QVERIFY2(button->icon().isNull(), qPrintable(button->text()));
}

void TestTheme::unreachableIsTheWorst()
{
    for (const QPalette &palette : {Theme::light(), Theme::dark()}) {
        const Theme theme(palette);
        QCOMPARE(theme.accent(ServiceState::Unreachable), theme.accent(ServiceState::DependencyError));
        QCOMPARE(theme.accent(ServiceState::Stopped), theme.muted()); // on purpose
    }
    QCOMPARE(AllServiceStates.front(), ServiceState::Unreachable);
    QCOMPARE(std::ranges::max(AllServiceStates), ServiceState::Unreachable);
    FleetModel::Totals totals;
    totals.services = 3;
    totals.states = {{ServiceState::Healthy, 1}, {ServiceState::DependencyError, 1}, {ServiceState::Unreachable, 1}};
    QCOMPARE(DesktopPresence::worst(totals), ServiceState::Unreachable);
    totals.states = {{ServiceState::Healthy, 2}, {ServiceState::Stopped, 1}};
    QCOMPARE(DesktopPresence::worst(totals), ServiceState::Healthy);
    totals.states = {{ServiceState::Stopped, 3}};
    QCOMPARE(DesktopPresence::worst(totals), ServiceState::Stopped);
    QCOMPARE(DesktopPresence::worst({}), ServiceState::Unknown); // where there is nothing, nothing is well
}

void TestTheme::theHueIsKept()
{
    for (const QPalette &palette : {Theme::light(), Theme::dark()}) {
        const QColor error = Theme(palette).accent(ServiceState::DependencyError);
        QVERIFY(std::abs(error.hslHue() - QColor(0xd5, 0x5e, 0x00).hslHue()) <= 2);
    }
}

void TestTheme::statesLookDifferentWithoutColour()
{
    QHash<QString, ServiceState> seen;
    for (const ServiceState state : AllServiceStates) {
        const QString icon = Icons::nameOf(state);
        QVERIFY2(!seen.contains(icon), qPrintable(icon));
        seen[icon] = state;
    }
}

void TestTheme::everyIconTakesTheColourItIsGiven()
{
    int count = 0;
    for (QDirIterator files(u":/icons"_s); files.hasNext();) {
        const QString name = QFileInfo(files.next()).completeBaseName();
        if (name == "hephaestus"_L1)
            continue; // the program's own, in its own colours
        ++count;
        const QImage image =
            Icons::pixmap(name, 32, QColor(0x12, 0xab, 0xef), 1).toImage().convertToFormat(QImage::Format_ARGB32);
        bool inked = false;
        for (int y = 0; y < image.height(); ++y) {
            for (int x = 0; x < image.width(); ++x) {
                const QColor pixel = image.pixelColor(x, y);
                if (pixel.alpha() < 255)
                    continue;
                inked = true;
                const int off =
                    std::abs(pixel.red() - 0x12) + std::abs(pixel.green() - 0xab) + std::abs(pixel.blue() - 0xef);
                QVERIFY2(off <= 3, qPrintable(name + u' ' + pixel.name())); // rounding where shapes overlap
            }
        }
        QVERIFY2(inked, qPrintable(name));
    }
    QVERIFY(count > 15);
}

QTEST_MAIN(TestTheme)
#include "tst_theme.moc"
