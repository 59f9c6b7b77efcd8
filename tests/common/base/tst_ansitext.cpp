// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/ansitext.h"

#include <QElapsedTimer>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestAnsiText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aLineIsShownAsATerminalWould_data();
    void aLineIsShownAsATerminalWould();
    void stylesAreRead_data();
    void stylesAreRead();
    void eachLineBeginsAnew();
    void anythingIsReadInTime_data();
    void anythingIsReadInTime();
};

void TestAnsiText::aLineIsShownAsATerminalWould_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("text");

    QTest::newRow("nothing") << u""_s << u""_s;
    QTest::newRow("plain") << u"plain ä 漢 🙂"_s << u"plain ä 漢 🙂"_s;
    QTest::newRow("tab") << u"a\tb"_s << u"a    b"_s;
    QTest::newRow("colour") << u"\x1b[31mred\x1b[0m."_s << u"red."_s;
    QTest::newRow("colour without its end") << u"\x1b[1;31mred"_s << u"red"_s;
    QTest::newRow("progress") << u" 10 %\r 20 %\r100 %"_s << u"100 %"_s;
    QTest::newRow("shorter leaves the rest") << u"abcdef\rXY"_s << u"XYcdef"_s;
    QTest::newRow("erased first") << u"abcdef\r\x1b[KXY"_s << u"XY"_s;
    QTest::newRow("erased whole") << u"abcdef\x1b[2K\rXY"_s << u"XY"_s;
    QTest::newRow("erased to here") << u"abc\x1b[1Kd"_s << u"   d"_s;
    QTest::newRow("line end of DOS") << u"text\r"_s << u"text"_s;
    QTest::newRow("backspace") << u"abc\b\bX"_s << u"aXc"_s;
    QTest::newRow("backspace at the begin") << u"\b\bX"_s << u"X"_s;
    QTest::newRow("cursor movements are dropped") << u"a\x1b[2;3Hb\x1b[10Cc"_s << u"abc"_s;
    QTest::newRow("modes are dropped") << u"\x1b[?25la\x1b[?25h"_s << u"a"_s;
    QTest::newRow("private SGR-like") << u"\x1b[>4;2ma"_s << u"a"_s;
    QTest::newRow("title") << u"\x1b]0;title\aa"_s << u"a"_s;
    QTest::newRow("hyperlink") << u"\x1b]8;;https://e.x\x1b\\text\x1b]8;;\x1b\\."_s << u"text."_s;
    QTest::newRow("device control") << u"\x1bPq#0\x1b\\a"_s << u"a"_s;
    QTest::newRow("character set") << u"\x1b(Ba\x1b)0"_s << u"a"_s;
    QTest::newRow("keypad") << u"\x1b=a\x1b>"_s << u"a"_s;
    // What is not complete hides nothing.
    QTest::newRow("escape alone") << u"a\x1b"_s << u"a\\u{1b}"_s;
    QTest::newRow("cut sequence") << u"a\x1b[31"_s << u"a\\u{1b}[31"_s;
    QTest::newRow("broken sequence") << u"a\x1b[3\x01z"_s << u"a\\u{1b}[3\\u{1}z"_s;
    QTest::newRow("title without an end") << u"a\x1b]0;all the rest"_s << u"a\\u{1b}]0;all the rest"_s;
    QTest::newRow("title with another escape") << u"\x1b]0;a\x1b[0m b"_s << u"\\u{1b}]0;a b"_s;
    QTest::newRow("other control characters") << u"a\x01\x7f\u009b1m"_s << u"a\\u{1}\\u{7f}\\u{9b}1m"_s;
    QTest::newRow("zero") << u"a"_s + QChar(0) << u"a\\u{0}"_s;
    QTest::newRow("what reorders text") << u"a\u202eb\u2028c"_s << u"a\\u{202e}b\\u{2028}c"_s;
    QTest::newRow("half a pair") << u"a"_s + QChar(0xd83d) << u"a\\u{d83d}"_s;
    QTest::newRow("overwritten pair") << u"🙂b\rX"_s << u"Xb"_s;
    QTest::newRow("long") << QString(120, u'a') << QString(100, u'a') + u'…';
    QTest::newRow("long with an escape") << u"\x1b[m"_s + QString(120, u'a') << QString(100, u'a') + u'…';
    QTest::newRow("long, but overwritten") << QString(100, u'a') + u"\r"_s + QString(100, u'b') << QString(100, u'b');
}

void TestAnsiText::aLineIsShownAsATerminalWould()
{
    QFETCH(QString, line);
    QTEST(styledLine(line, 100).text, "text");
}

void TestAnsiText::stylesAreRead_data()
{
    QTest::addColumn<QString>("sequences");
    QTest::addColumn<TextStyle>("style");
    const auto indexed = [](int index) { return AnsiColour{quint8(index), 0, 0, 0}; };
    const auto rgb = [](int red, int green, int blue) {
        return AnsiColour{std::nullopt, quint8(red), quint8(green), quint8(blue)};
    };

    QTest::newRow("bold") << u"\x1b[1m"_s << TextStyle{.isBold = true};
    QTest::newRow("dim") << u"\x1b[2m"_s << TextStyle{.isDim = true};
    QTest::newRow("italic") << u"\x1b[3m"_s << TextStyle{.isItalic = true};
    QTest::newRow("underline") << u"\x1b[4m"_s << TextStyle{.isUnderlined = true};
    QTest::newRow("curly underline") << u"\x1b[4:3m"_s << TextStyle{.isUnderlined = true};
    QTest::newRow("no underline") << u"\x1b[1;4m\x1b[4:0m"_s << TextStyle{.isBold = true};
    QTest::newRow("reversed") << u"\x1b[7m"_s << TextStyle{.isReversed = true};
    QTest::newRow("struck out") << u"\x1b[9m"_s << TextStyle{.isStruckOut = true};
    QTest::newRow("one of eight") << u"\x1b[31m"_s << TextStyle{.foreground = indexed(1)};
    QTest::newRow("a bright one") << u"\x1b[95m"_s << TextStyle{.foreground = indexed(13)};
    QTest::newRow("both") << u"\x1b[30;107m"_s << TextStyle{.foreground = indexed(0), .background = indexed(15)};
    QTest::newRow("one of 256") << u"\x1b[38;5;208m"_s << TextStyle{.foreground = indexed(208)};
    QTest::newRow("one of 256 with colons") << u"\x1b[38:5:208m"_s << TextStyle{.foreground = indexed(208)};
    QTest::newRow("true") << u"\x1b[48;2;1;22;255m"_s << TextStyle{.background = rgb(1, 22, 255)};
    QTest::newRow("true with colons") << u"\x1b[38:2::1:22:255m"_s << TextStyle{.foreground = rgb(1, 22, 255)};
    QTest::newRow("true, colons, no space") << u"\x1b[38:2:1:22:255m"_s << TextStyle{.foreground = rgb(1, 22, 255)};
    QTest::newRow("and on") << u"\x1b[38;5;9;1m"_s << TextStyle{.foreground = indexed(9), .isBold = true};
    QTest::newRow("of the underline") << u"\x1b[58;5;9;1m"_s << TextStyle{.isBold = true};
    QTest::newRow("no such colour") << u"\x1b[38;5;256;1m"_s << TextStyle{.isBold = true};
    QTest::newRow("cut colour") << u"\x1b[1m\x1b[38;5m"_s << TextStyle{.isBold = true};
    QTest::newRow("cut true colour") << u"\x1b[1m\x1b[38;2;1;2m"_s << TextStyle{.isBold = true};
    QTest::newRow("unknown") << u"\x1b[1;77;999999999999m"_s << TextStyle{.isBold = true};
    QTest::newRow("nothing is a reset") << u"\x1b[1;31m\x1b[m"_s << TextStyle{};
    QTest::newRow("an empty one is a reset") << u"\x1b[1;;4m"_s << TextStyle{.isUnderlined = true};
    QTest::newRow("taken back") << u"\x1b[1;2;3;4;7;9;31;41m\x1b[22;23;24;27;29;39;49m"_s << TextStyle{};
}

void TestAnsiText::stylesAreRead()
{
    QFETCH(QString, sequences);
    QFETCH(TextStyle, style);
    const StyledLine line = styledLine(u"a"_s + sequences + u"bc\x1b[md"_s, 100);
    QCOMPARE(line.text, u"abcd"_s);
    QVERIFY(line.spans == (style == TextStyle() ? QList<StyledSpan>() : QList<StyledSpan>{{1, 2, style}}));
}

void TestAnsiText::eachLineBeginsAnew()
{
    QCOMPARE(styledLine(u"\x1b[31mred"_s, 100).spans.size(), 1);
    QVERIFY(styledLine(u"plain"_s, 100).spans.isEmpty());
    // What was overwritten has the style of what is there now.
    const StyledLine over = styledLine(u"\x1b[31mred red\r\x1b[32mgreen"_s, 100);
    QCOMPARE(over.text, u"greened"_s);
    QCOMPARE(over.spans.size(), 2);
    QCOMPARE(over.spans[0].length, 5);
    QCOMPARE(over.spans[1].style.foreground->index, std::optional<quint8>(1));
}

void TestAnsiText::anythingIsReadInTime_data()
{
    QTest::addColumn<QString>("part");
    for (const QString &part : {u"\x1b"_s, u"\x1b["_s, u"\x1b[1m"_s, u"\x1b]"_s, u"\x1b]0;\x1b"_s, u"\x1bP"_s, u"\r"_s,
                                u"a\b"_s, u"\x1b[38;2;1;2;3ma"_s, u";"_s, u"\t"_s})
        QTest::addRow("%s", qPrintable(part.toHtmlEscaped().replace(u'\x1b', u'^'))) << part;
}

void TestAnsiText::anythingIsReadInTime()
{
    QFETCH(QString, part);
    QElapsedTimer timer;
    timer.start();
    const StyledLine line = styledLine(part.repeated(30'000), 4000);
    QVERIFY(line.text.size() <= 4000 * 6 + 1);
    QVERIFY2(timer.elapsed() < 20'000, qPrintable(QString::number(timer.elapsed()))); // a square of it takes minutes
}

QTEST_GUILESS_MAIN(TestAnsiText)
#include "tst_ansitext.moc"
