// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/displaytext.h"
#include "dashboard/model/fleetrows.h"
#include "dashboard/model/language.h"
#include "dashboard/model/servicerow.h"
#include "tests/support/processend.h"

#include <QProcess>
#include <QSet>
#include <QTest>
#include <QTextStream>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestLanguage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup();
    void aLanguageIsChosen_data();
    void aLanguageIsChosen();
    void theSystemIsAskedByItsVariables_data();
    void theSystemIsAskedByItsVariables();
    void eachLanguageHasItsName();
    void numbersHaveTheirOwnPlural_data();
    void numbersHaveTheirOwnPlural();
    void numbersAndTimesAreWrittenAsTheLanguageDoes_data();
    void numbersAndTimesAreWrittenAsTheLanguageDoes();
    void eachStateHasAWordOfItsOwn_data();
    void eachStateHasAWordOfItsOwn();
};

void TestLanguage::cleanup() { useLanguage(u"en"_s); }

void TestLanguage::aLanguageIsChosen_data()
{
    QTest::addColumn<QString>("chosen");
    QTest::addColumn<QStringList>("wanted");
    QTest::addColumn<QString>("language");
    QTest::newRow("the system's") << QString() << QStringList{u"de-DE"_s, u"de"_s} << u"de"_s;
    QTest::newRow("of another country") << QString() << QStringList{u"de-AT"_s} << u"de"_s;
    QTest::newRow("with its script") << QString() << QStringList{u"de-Latn-DE"_s} << u"de"_s;
    QTest::newRow("none") << QString() << QStringList() << u"en"_s;
    QTest::newRow("without a language") << QString() << QStringList{u"C"_s} << u"en"_s;
    QTest::newRow("one that nobody has translated") << QString() << QStringList{u"fr-FR"_s, u"fr"_s} << u"en"_s;
    QTest::newRow("the next that somebody has") << QString() << QStringList{u"fr-FR"_s, u"de-DE"_s} << u"de"_s;
    QTest::newRow("English before German") << QString() << QStringList{u"en-GB"_s, u"de-DE"_s} << u"en"_s;
    QTest::newRow("a person's") << u"de"_s << QStringList{u"en-US"_s} << u"de"_s;
    QTest::newRow("a person's English") << u"en"_s << QStringList{u"de-DE"_s} << u"en"_s;
    QTest::newRow("a person's that is gone") << u"tlh"_s << QStringList{u"de-DE"_s} << u"de"_s;
}

void TestLanguage::aLanguageIsChosen()
{
    QFETCH(QString, chosen);
    QFETCH(QStringList, wanted);
    QTEST(languageFor(chosen, wanted), "language");
}

void TestLanguage::theSystemIsAskedByItsVariables_data()
{
    QTest::addColumn<QByteArray>("LANGUAGE");
    QTest::addColumn<QByteArray>("LANG");
    QTest::addColumn<QString>("language");
    QTest::newRow("LANG") << QByteArray() << QByteArray("de_DE.UTF-8") << u"de"_s;
    QTest::newRow("LANGUAGE before LANG") << QByteArray("de:en") << QByteArray("en_US.UTF-8") << u"de"_s;
    QTest::newRow("LANGUAGE without a locale") << QByteArray("de") << QByteArray("C.UTF-8") << u"de"_s;
    QTest::newRow("neither") << QByteArray() << QByteArray("C.UTF-8") << u"en"_s;
}

void TestLanguage::theSystemIsAskedByItsVariables()
{
    QFETCH(QByteArray, LANGUAGE);
    QFETCH(QByteArray, LANG);
    // Qt asks them once: another process tells.
    QProcess other;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const QString &name : {u"LC_ALL"_s, u"LC_MESSAGES"_s, u"LANGUAGE"_s})
        environment.remove(name);
    environment.insert(u"LANG"_s, QString::fromLatin1(LANG));
    if (!LANGUAGE.isEmpty())
        environment.insert(u"LANGUAGE"_s, QString::fromLatin1(LANGUAGE));
    environment.insert(u"TELL_LANGUAGE"_s, u"1"_s);
    other.setProcessEnvironment(environment);
    other.start(QCoreApplication::applicationFilePath(), QStringList());
    QVERIFY(hasEnded(other));
    QTEST(QString::fromLatin1(other.readAllStandardOutput()).trimmed(), "language");
}

void TestLanguage::eachLanguageHasItsName()
{
    QCOMPARE(languages(), (QStringList{u"de"_s, u"en"_s}));
    QCOMPARE(nameOfLanguage(u"de"_s), u"Deutsch"_s);
    QCOMPARE(nameOfLanguage(u"en"_s), u"English"_s);
}

void TestLanguage::numbersHaveTheirOwnPlural_data()
{
    QTest::addColumn<QString>("language");
    QTest::addColumn<int>("count");
    QTest::addColumn<QString>("text");
    QTest::newRow("English, none") << u"en"_s << 0 << u"0 services"_s;
    QTest::newRow("English, one") << u"en"_s << 1 << u"1 service"_s;
    QTest::newRow("English, two") << u"en"_s << 2 << u"2 services"_s;
    QTest::newRow("German, none") << u"de"_s << 0 << u"0 Dienste"_s;
    QTest::newRow("German, one") << u"de"_s << 1 << u"1 Dienst"_s;
    QTest::newRow("German, two") << u"de"_s << 2 << u"2 Dienste"_s;
}

void TestLanguage::numbersHaveTheirOwnPlural()
{
    QFETCH(QString, language);
    QFETCH(int, count);
    useLanguage(language);
    QTEST(FleetRows::tr("%n service(s)", nullptr, count), "text");
}

void TestLanguage::numbersAndTimesAreWrittenAsTheLanguageDoes_data()
{
    QTest::addColumn<QString>("language");
    QTest::addColumn<QStringList>("texts");
    QTest::newRow("English") << u"en"_s << QStringList{u"1.24 s"_s,   u"38.4 k"_s, u"1.5 KiB"_s,
                                                       u"12 s ago"_s, u"0.5"_s,    u"9 Dec 08:02"_s};
    QTest::newRow("German") << u"de"_s << QStringList{u"1,24 s"_s,   u"38,4 k"_s, u"1,5 KiB"_s,
                                                      u"vor 12 s"_s, u"0,5"_s,    u"9. Dez. 08:02"_s};
}

void TestLanguage::numbersAndTimesAreWrittenAsTheLanguageDoes()
{
    QFETCH(QString, language);
    useLanguage(language);
    const QStringList written{durationText(Seconds(1.24)), formatCount(38'400),
                              formatBytes(1536),           formatAge(Seconds(12.3)),
                              percentOf(1, 200),           dayAndTime(QDateTime({2026, 12, 9}, {8, 2}))};
    QTEST(written, "texts");
}

void TestLanguage::eachStateHasAWordOfItsOwn_data()
{
    QTest::addColumn<QString>("language");
    for (const QString &language : languages())
        QTest::addRow("%s", qPrintable(language)) << language;
}

void TestLanguage::eachStateHasAWordOfItsOwn()
{
    QFETCH(QString, language);
    useLanguage(language);
    QSet<QString> words;
    for (const ServiceState state : AllServiceStates)
        words << stateWord(state);
    QCOMPARE(words.size(), qsizetype(AllServiceStates.size()));
}

int main(int argc, char *argv[])
{
    QCoreApplication app(argc, argv);
    if (qEnvironmentVariableIsSet("TELL_LANGUAGE")) {
        QTextStream(stdout) << languageFor({});
        return 0;
    }
    TestLanguage test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_language.moc"
