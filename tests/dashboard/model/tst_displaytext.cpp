// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/displaytext.h"

#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestDisplayText : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatCannotBeSeenIsShownAsAnEscape_data();
    void whatCannotBeSeenIsShownAsAnEscape();
    void longTextIsCut();
    void countsHaveThreeDigitsAtMost_data();
    void countsHaveThreeDigitsAtMost();
    void bytesHaveBinaryUnits();
    void agesAreWholeUnits();
};

void TestDisplayText::whatCannotBeSeenIsShownAsAnEscape_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("shown");
    QTest::newRow("markup") << u"<img src=x>"_s << u"<img src=x>"_s;
    QTest::newRow("right to left override") << u"a\u202Eb"_s << u"a\\u{202e}b"_s;
    QTest::newRow("bell") << u"a\ab"_s << u"a\\u{7}b"_s;
    QTest::newRow("line end") << u"a\nb"_s << u"a\\u{a}b"_s;
    QTest::newRow("line separator") << u"a\u2028b"_s << u"a\\u{2028}b"_s;
    QTest::newRow("lone surrogate") << u"a"_s + QChar(0xd800) << u"a\\u{d800}"_s;
    QTest::newRow("other scripts") << u"größe 大 😀"_s << u"größe 大 😀"_s;
}

void TestDisplayText::whatCannotBeSeenIsShownAsAnEscape()
{
    QFETCH(QString, text);
    QTEST(visibleText(text), "shown");
}

void TestDisplayText::longTextIsCut()
{
    QCOMPARE(visibleText(u"abcdef"_s, 6), u"abcdef"_s);
    QCOMPARE(visibleText(u"abcdefg"_s, 6), u"abcdef…"_s);
}

void TestDisplayText::countsHaveThreeDigitsAtMost_data()
{
    QTest::addColumn<qint64>("count");
    QTest::addColumn<QString>("text");
    QTest::newRow("none") << qint64(0) << u"0"_s;
    QTest::newRow("below a thousand") << qint64(999) << u"999"_s;
    QTest::newRow("a thousand") << qint64(1000) << u"1 k"_s;
    QTest::newRow("two decimals") << qint64(1240) << u"1.24 k"_s;
    QTest::newRow("no decimals") << qint64(38'000) << u"38 k"_s;
    QTest::newRow("one decimal") << qint64(38'400) << u"38.4 k"_s;
    QTest::newRow("just below a million") << qint64(999'400) << u"999 k"_s;
    QTest::newRow("rounds to a million") << qint64(999'600) << u"1 M"_s;
    QTest::newRow("largest") << std::numeric_limits<qint64>::max() << u"9223372 T"_s;
}

void TestDisplayText::countsHaveThreeDigitsAtMost()
{
    QFETCH(qint64, count);
    QTEST(formatCount(count), "text");
}

void TestDisplayText::bytesHaveBinaryUnits()
{
    QCOMPARE(formatBytes(812), u"812 B"_s);
    QCOMPARE(formatBytes(40'265'318), u"38.4 MiB"_s);
}

void TestDisplayText::agesAreWholeUnits()
{
    using namespace std::chrono_literals;
    QCOMPARE(formatAge(400ms), u"now"_s);
    QCOMPARE(formatAge(12'900ms), u"12 s ago"_s);
    QCOMPARE(formatAge(2h + 4min + 7s), u"2 h 4 min ago"_s);
    for (int each = 0; each < 20'000; ++each) {
        const Seconds age(7.3 * each);
        for (const double more : {0.4, 1.0, 20.0, 60.0, 3600.0}) {
            const Seconds later = age + Seconds(more);
            if (ageStep(age) == ageStep(later))
                QCOMPARE(formatAge(age), formatAge(later));
            else
                QVERIFY2(formatAge(age) != formatAge(later), qPrintable(formatAge(age)));
        }
    }
}

QTEST_GUILESS_MAIN(TestDisplayText)
#include "tst_displaytext.moc"
