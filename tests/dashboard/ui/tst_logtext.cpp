// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/logspage.h"
#include "dashboard/ui/theme.h"

#include <QCheckBox>
#include <QClipboard>
#include <QGuiApplication>
#include <QLineEdit>
#include <QPainter>
#include <QScrollBar>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QTextBlock>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestLogText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void everyColourCanBeRead_data();
    void everyColourCanBeRead();
    void coloursAreNamedAsByXterm_data();
    void coloursAreNamedAsByXterm();
    void coloursAreDrawn_data();
    void coloursAreDrawn();
    void levelsAreColouredWhereTheProgramHasNotDoneSo();
    void onlyLinesThatMatchAreShown();
    void whatIsReadStaysWhereItIs_data();
    void whatIsReadStaysWhereItIs();
    void aMatchStaysInView_data();
    void aMatchStaysInView();
    void theSwitchesAreReachedByKeys();
};

static LogLine line(const QString &text, qint64 position = 0) { return {position, {}, styledLine(text, 4000)}; }

static QList<LogLine> lines(int from, int to, const QString &text)
{
    QList<LogLine> lines;
    for (int i = from; i < to; ++i)
        lines << line(text.arg(i), i);
    return lines;
}

void TestLogText::initTestCase()
{
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(u"hephaestus-test"_s);
    QSettings().clear();
}

void TestLogText::everyColourCanBeRead_data()
{
    QTest::addColumn<QPalette>("palette");
    QTest::newRow("light") << Theme::light();
    QTest::newRow("dark") << Theme::dark();
}

void TestLogText::everyColourCanBeRead()
{
    QFETCH(QPalette, palette);
    AnsiColours colours(palette);
    for (int index = 0; index < 256; ++index) {
        for (int kind = 0; kind < 8; ++kind) {
            TextStyle style;
            (kind & 1 ? style.background : style.foreground) = AnsiColour{quint8(index), 0, 0, 0};
            style.isDim = kind & 2;
            style.isReversed = kind & 4;
            const QTextCharFormat format = colours.format(style);
            const auto colour = [&](int property, QPalette::ColorRole role) {
                return format.hasProperty(property) ? format.brushProperty(property).color() : palette.color(role);
            };
            const double ratio = contrast(colour(QTextFormat::ForegroundBrush, QPalette::Text),
                                          colour(QTextFormat::BackgroundBrush, QPalette::Base));
            QVERIFY2(ratio >= 4.5, qPrintable(u"%1, %2: %3"_s.arg(index).arg(kind).arg(ratio)));
        }
    }
}

void TestLogText::coloursAreNamedAsByXterm_data()
{
    QTest::addColumn<AnsiColour>("colour");
    QTest::addColumn<QString>("name");
    QTest::newRow("red") << AnsiColour{1, 0, 0, 0} << u"#cd0000"_s;
    QTest::newRow("begin of the cube") << AnsiColour{16, 0, 0, 0} << u"#000000"_s;
    QTest::newRow("in the cube") << AnsiColour{208, 0, 0, 0} << u"#ff8700"_s;
    QTest::newRow("end of the cube") << AnsiColour{231, 0, 0, 0} << u"#ffffff"_s;
    QTest::newRow("darkest grey") << AnsiColour{232, 0, 0, 0} << u"#080808"_s;
    QTest::newRow("lightest grey") << AnsiColour{255, 0, 0, 0} << u"#eeeeee"_s;
    QTest::newRow("true") << AnsiColour{{}, 1, 2, 3} << u"#010203"_s;
}

void TestLogText::coloursAreNamedAsByXterm()
{
    QFETCH(AnsiColour, colour);
    QTEST(AnsiColours::named(colour).name(), "name");
}

void TestLogText::coloursAreDrawn_data() { everyColourCanBeRead_data(); }

void TestLogText::coloursAreDrawn()
{
    QFETCH(QPalette, palette);
    LogText text;
    text.resize(400, 200);
    text.setPalette(palette);
    text.show();
    QVERIFY(QTest::qWaitForWindowExposed(&text));
    const auto has = [&](const QColor &colour) { // anywhere in the picture
        const QImage image = text.grab().toImage();
        for (int y = 0; y < image.height(); ++y) {
            for (int x = 0; x < image.width(); ++x) {
                if (image.pixel(x, y) == colour.rgb())
                    return true;
            }
        }
        return false;
    };
    const QColor block = readable(QColor(0, 0, 0xee), palette.color(QPalette::Base), 4.5);
    text.append({line(u"nothing yet"_s)});
    QVERIFY(!has(block) && !has(QColor(0xff, 0x87, 0)));
    text.append({line(u"\x1b[34m██\x1b[m"_s), line(u"\x1b[48;5;208m  \x1b[m"_s)});
    QVERIFY(has(block));
    QVERIFY(has(QColor(0xff, 0x87, 0)));
    // Unfinished lines come again, and those before keep their colours.
    text.append({line(u"10 %"_s)}, 1);
    text.append({line(u"20 %"_s)}, 1);
    text.append({line(u"done"_s)});
    QCOMPARE(text.document()->lastBlock().text(), u"done"_s);
    QVERIFY(has(block) && has(QColor(0xff, 0x87, 0)));
}

void TestLogText::levelsAreColouredWhereTheProgramHasNotDoneSo()
{
    LogText text;
    text.append({line(u"12:00 ERROR it broke"_s), line(u"12:00 \x1b[32mERROR\x1b[m"_s), line(u"all is well"_s)});
    const Theme &theme = Theme::of(text.palette());
    const auto formats = [&](int block) { return text.document()->findBlockByNumber(block).layout()->formats(); };
    QCOMPARE(formats(0).size(), 1);
    QCOMPARE(formats(0)[0].start, 6);
    QCOMPARE(formats(0)[0].length, 5);
    QCOMPARE(formats(0)[0].format.foreground().color(), theme.accent(ServiceState::DependencyError));
    QCOMPARE(formats(1).size(), 1);
    QVERIFY(formats(1)[0].format.foreground().color() != theme.accent(ServiceState::DependencyError));
    QVERIFY(formats(2).isEmpty());
    // Another palette has other colours.
    QPalette dark = Theme::dark();
    text.setPalette(dark);
    QCOMPARE(formats(0)[0].format.foreground().color(), Theme(dark).accent(ServiceState::DependencyError));
}

void TestLogText::onlyLinesThatMatchAreShown()
{
    LogText text;
    text.resize(400, 200);
    text.show();
    QVERIFY(QTest::qWaitForWindowExposed(&text));
    const auto visible = [&] {
        QStringList found;
        for (QTextBlock block = text.document()->firstBlock(); block.isValid(); block = block.next()) {
            if (block.isVisible())
                found << block.text();
        }
        return found;
    };
    text.append(lines(0, 1000, u"line %1"_s));
    text.setMatchesOnly(true);
    QCOMPARE(visible().size(), 1000); // nothing is searched for
    text.setWanted(u"99"_s);
    QCOMPARE(visible().size(), 19);
    QVERIFY(text.verticalScrollBar()->maximum() < 19);
    text.append(lines(1000, 2000, u"line %1"_s));
    QCOMPARE(visible().size(), 38);
    text.prepend({line(u"99 before"_s), line(u"other"_s)});
    QCOMPARE(visible().first(), u"99 before"_s);
    QCOMPARE(visible().size(), 39);
    QCOMPARE(text.place(), u"41 found"_s); // 999 and 1999 have it twice
    text.find(true);
    QCOMPARE(text.textCursor().block().text(), u"line 1999"_s);
    text.selectAll();
    text.copy();
    QCOMPARE(QGuiApplication::clipboard()->text().split(u'\n'), visible());
    text.setMatchesOnly(false);
    QCOMPARE(visible().size(), 2002);
    QVERIFY(text.verticalScrollBar()->maximum() > 1900);
}

void TestLogText::whatIsReadStaysWhereItIs_data()
{
    QTest::addColumn<bool>("wraps");
    QTest::addColumn<bool>("matchesOnly");
    QTest::newRow("plain") << false << false;
    QTest::newRow("wrapped") << true << false;
    QTest::newRow("matches only") << false << true;
    QTest::newRow("both") << true << true;
}

void TestLogText::whatIsReadStaysWhereItIs()
{
    QFETCH(bool, wraps);
    QFETCH(bool, matchesOnly);
    LogText text;
    text.resize(400, 200);
    text.setLineWrapMode(wraps ? QPlainTextEdit::WidgetWidth : QPlainTextEdit::NoWrap);
    text.show();
    QVERIFY(QTest::qWaitForWindowExposed(&text));
    const QString pattern = u"line %1 "_s + QString(200, u'x');
    text.append(lines(0, LogText::FollowedLines, pattern));
    text.setMatchesOnly(matchesOnly);
    text.setWanted(u"7 "_s);
    const auto first = [&] { return text.cursorForPosition({}).block().text(); };
    text.verticalScrollBar()->setValue(text.verticalScrollBar()->maximum() / 2); // somebody reads
    QVERIFY(!text.isFollowing());
    const QString read = first();
    text.append(lines(LogText::FollowedLines, LogText::FollowedLines + 500, pattern));
    QCOMPARE(first(), read);
    text.prepend(lines(-500, 0, pattern));
    QCOMPARE(first(), read);
    text.setMatchesOnly(!matchesOnly);
    QVERIFY(matchesOnly ? first() == read : text.cursorForPosition({}).block().isVisible());
    text.setFollowing(true);
    QCOMPARE(text.verticalScrollBar()->value(), text.verticalScrollBar()->maximum());
}

void TestLogText::aMatchStaysInView_data()
{
    QTest::addColumn<int>("match");
    QTest::addColumn<bool>("backward");
    QTest::newRow("the newest line") << 999 << true;
    QTest::newRow("among the last lines") << 997 << true;
    QTest::newRow("far up") << 500 << true;
    QTest::newRow("the first line") << 0 << false;
    QTest::newRow("the newest line, forward") << 999 << false;
}

void TestLogText::aMatchStaysInView()
{
    QFETCH(int, match);
    QFETCH(bool, backward);
    QTemporaryDir state;
    LogsPage page(state.path());
    page.resize(500, 300);
    page.setVisible(true);
    QVERIFY(QTest::qWaitForWindowExposed(&page));
    auto *const text = page.findChild<LogText *>();
    auto *const follow = page.findChild<QCheckBox *>();
    const auto isInView = [&] { return text->viewport()->rect().contains(text->cursorRect().center()); };
    const QString wanted = u"line %1;"_s.arg(match);
    text->append(lines(0, 1000, u"line %1;"_s));
    text->setWanted(wanted);
    QCOMPARE(text->place(), u"1 found"_s);
    for (int again = 0; again < 2; ++again) { // the second time round the end
        text->find(backward);
        QVERIFY(!text->isFollowing());
        QVERIFY(!follow->isChecked());
        QCOMPARE(text->textCursor().selectedText(), wanted);
        for (int batch = 1; batch <= 3; ++batch) {
            const int from = 1000 * (3 * again + batch);
            text->append(lines(from, from + 1000, u"line %1;"_s));
            QVERIFY(isInView());
            QVERIFY(!text->isFollowing());
        }
        QCOMPARE(text->place(), u"1 of 1"_s);
    }
    follow->click();
    QVERIFY(text->isFollowing());
    QCOMPARE(text->verticalScrollBar()->value(), text->verticalScrollBar()->maximum());
    QCOMPARE(text->place(), u"1 found"_s);          // not in view
    QCOMPARE(text->document()->blockCount(), 7000); // none is lost
    text->setWanted(u"not there"_s);
    text->find(backward);
    QVERIFY(text->isFollowing()); // it went nowhere
}

void TestLogText::theSwitchesAreReachedByKeys()
{
    QTemporaryDir state;
    QVERIFY(state.isValid());
    const auto open = [&] {
        auto page = std::make_unique<LogsPage>(state.path());
        page->resize(500, 300);
        page->setVisible(true);
        page->activateWindow();
        return page;
    };
    auto page = open();
    auto *const text = page->findChild<LogText *>();
    QVERIFY(QTest::qWaitForWindowActive(page.get()));
    text->append({line(u"one error"_s), line(u"two "_s + QString(500, u'x'))});
    text->setFocus();
    QTest::keyClick(text, Qt::Key_Slash);
    auto *const search = page->findChild<QLineEdit *>();
    QTRY_VERIFY(search->hasFocus());
    QTest::keyClicks(search, u"error"_s);
    QTest::keyClick(search, Qt::Key_M, Qt::AltModifier);
    QVERIFY(!text->document()->lastBlock().isVisible());
    QTest::keyClick(search, Qt::Key_Escape);
    QVERIFY(text->document()->lastBlock().isVisible());
    QTest::keyClick(text, Qt::Key_Z, Qt::AltModifier);
    QCOMPARE(text->lineWrapMode(), QPlainTextEdit::WidgetWidth);
    QTRY_VERIFY(text->document()->lastBlock().lineCount() > 1);
    page = open(); // it is kept
    QCOMPARE(page->findChild<LogText *>()->lineWrapMode(), QPlainTextEdit::WidgetWidth);
}

QTEST_MAIN(TestLogText)
#include "tst_logtext.moc"
