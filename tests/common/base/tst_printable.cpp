// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/printable.h"
#include "common/base/printablejson.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestPrintable : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void textFromOutsideIsMadePrintable_data();
    void textFromOutsideIsMadePrintable();
    void jsonIsMadePrintableAndStaysTheSame();
    void bytesThatAreNotUtf8AreEscaped_data();
    void bytesThatAreNotUtf8AreEscaped();
};

void TestPrintable::textFromOutsideIsMadePrintable_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("screen");
    QTest::addColumn<QString>("log");
    QTest::addColumn<QString>("path");
    const auto row = [](const char *name, const QString &text, const QString &screen, const QString &log,
                        const QString &path) { QTest::newRow(name) << text << screen << log << path; };
    const auto same = [&row](const char *name, const QString &text) { row(name, text, text, text, text); };
    same("nothing", {});
    same("plain", u"qdrant — ok, 日本"_s);
    same("beyond the basic plane", QString::fromUtf8("\U0001F600"));
    row("terminal escape", u"\x1b]0;x\x07"_s, u"\\u{1b}]0;x\\u{7}"_s, u"\\x1b]0;x\\x07"_s, u"\\x1b]0;x\\x07"_s);
    row("new line", u"a\nb"_s, u"a\\u{a}b"_s, u"a\\nb"_s, u"a\\x0ab"_s);
    row("tab", u"a\tb"_s, u"a\\u{9}b"_s, u"a\tb"_s, u"a\\x09b"_s);
    row("delete", u"a\x7f"_s, u"a\\u{7f}"_s, u"a\\x7f"_s, u"a\\x7f"_s);
    row("control of Latin 1", u"a\u009bb"_s, u"a\\u{9b}b"_s, u"a\\x9bb"_s, u"a\u009bb"_s);
    row("backslash", u"a\\x41"_s, u"a\\x41"_s, u"a\\x41"_s, u"a\\\\x41"_s);
    row("right to left override", u"a\u202Eb"_s, u"a\\u{202e}b"_s, u"a\\u{202e}b"_s, u"a\u202Eb"_s);
    row("zero width", u"a\u200Bb"_s, u"a\\u{200b}b"_s, u"a\\u{200b}b"_s, u"a\u200Bb"_s);
    row("line separator", u"a\u2028b"_s, u"a\\u{2028}b"_s, u"a\\u{2028}b"_s, u"a\u2028b"_s);
    row("soft hyphen", u"a\u00adb"_s, u"a\\u{ad}b"_s, u"a\\xadb"_s, u"a\u00adb"_s);
    const QString half(QChar(0xd800));
    row("half a pair", half, u"\\u{d800}"_s, half, half);
}

void TestPrintable::textFromOutsideIsMadePrintable()
{
    QFETCH(QString, text);
    QTEST(printable(text), "screen");
    QTEST(printable(text, Escape::Log), "log");
    QTEST(printable(text, Escape::Path), "path");
}

void TestPrintable::jsonIsMadePrintableAndStaysTheSame()
{
    const QString text = u"é\u009b31m\u202eevil\u2066\u200b\U000e0041\u007f \u001b[2J\n\t\\ 😀"_s;
    const QByteArray json = QJsonDocument(QJsonObject{{text, text}}).toJson();
    const QString shown = printableJson(QString::fromUtf8(json));
    QCOMPARE(QJsonDocument::fromJson(shown.toUtf8()), QJsonDocument::fromJson(json));
    QCOMPARE(printable(shown), QString(shown).replace(u'\n', u"\\u{a}"_s));
    QVERIFY(shown.contains(u"é\\u009b31m"_s) && shown.contains(u"😀"_s));
    const QString painted = u"\x1b[32mhealthy\x1b[0m  é\n"_s;
    QCOMPARE(printableJson(painted), painted);
}

void TestPrintable::bytesThatAreNotUtf8AreEscaped_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QString>("shown");
    QTest::newRow("UTF-8") << "/caf\xc3\xa9/\xf0\x9f\x98\x80"_ba << QString::fromUtf8("/café/\U0001F600");
    QTest::newRow("Latin 1") << "/caf\xe9 x"_ba << u"/caf\\xe9 x"_s;
    QTest::newRow("cut off") << "/caf\xc3"_ba << u"/caf\\xc3"_s;
    QTest::newRow("half a pair") << "\xed\xa0\x80"_ba << u"\\xed\\xa0\\x80"_s;
    QTest::newRow("control and backslash") << "a\nb\\\x7f"_ba << u"a\\x0ab\\\\\\x7f"_s;
    QTest::newRow("replacement character") << "\xef\xbf\xbd"_ba << u"\\xef\\xbf\\xbd"_s;
}

void TestPrintable::bytesThatAreNotUtf8AreEscaped()
{
    QFETCH(QByteArray, path);
    QTEST(printablePath(path), "shown");
}

QTEST_APPLESS_MAIN(TestPrintable)
#include "tst_printable.moc"
