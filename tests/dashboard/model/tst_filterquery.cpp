// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/filterquery.h"
#include "tests/dashboard/model/reports.h"

#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestFilterQuery : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void wordsSelectServices_data();
    void wordsSelectServices();
    void everyLetterIsFoundWhateverItsCase();
    void theWaysOfBeingOutOfReachAreToldApart_data();
    void theWaysOfBeingOutOfReachAreToldApart();
    void whatIsNotUnderstoodIsNamed_data();
    void whatIsNotUnderstoodIsNamed();
};

/// In error because of qdrant, runs old code, in a group.
static ServiceRow troubled()
{
    ServiceRow row;
    row.entry = Reports::entry(u"hephaestus-agents"_s, u"http://127.0.0.1:8002"_s);
    row.entry.group = u"Blue Team"_s;
    row.favourite = true;
    HealthReport report = Reports::withError();
    report.dependencies << Reports::dependency(u"groq"_s, DependencyStatus::NotUsed);
    report.code = CodeReport{CodeVerdict::Stale, {}, {}};
    return afterAnswer(row, Reports::answer(report), Clock::TimePoint());
}

void TestFilterQuery::wordsSelectServices_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("matches");
    QTest::newRow("nothing") << u""_s << true;
    QTest::newRow("part of the name") << u"AGENT"_s << true;
    QTest::newRow("another name") << u"mcp"_s << false;
    QTest::newRow("port") << u"8002"_s << true;
    QTest::newRow("address") << u"127.0.0.1:8002"_s << true;
    QTest::newRow("state") << u"state:error"_s << true;
    QTest::newRow("another state") << u"state:healthy"_s << false;
    QTest::newRow("one of two states") << u"state:healthy,error"_s << true;
    QTest::newRow("down") << u"state:down"_s << false;
    QTest::newRow("refused") << u"state:refused"_s << false;
    QTest::newRow("favourite") << u"favourite"_s << true;
    QTest::newRow("uses") << u"dep:qdrant"_s << true;
    QTest::newRow("is configured without") << u"dep:groq"_s << false;
    QTest::newRow("not used") << u"dep:groq=not_used"_s << true;
    QTest::newRow("dependency in error") << u"dep:qdrant=error"_s << true;
    QTest::newRow("dependency not known") << u"dep:qdrant=unknown"_s << false;
    QTest::newRow("dependency works") << u"dep:qdrant=working"_s << false;
    QTest::newRow("stale") << u"stale"_s << true;
    QTest::newRow("not stale") << u"!stale"_s << false;
    QTest::newRow("fresh") << u"fresh"_s << false;
    QTest::newRow("group in quotes") << u"group:\"blue team\""_s << true;
    QTest::newRow("all must hold") << u"state:error dep:qdrant !stale"_s << false;
    QTest::newRow("all hold") << u" state:error  dep:qdrant stale "_s << true;
    QTest::newRow("being typed") << u"agents !"_s << true;
    QTest::newRow("open quote") << u"\"agents"_s << true;
}

void TestFilterQuery::wordsSelectServices()
{
    QFETCH(QString, text);
    const auto query = FilterQuery::parse(text);
    QVERIFY2(query, query.ok() ? "" : qPrintable(query.problem().text()));
    QTEST(query->matches(troubled()), "matches");
}

void TestFilterQuery::everyLetterIsFoundWhateverItsCase()
{
    ServiceRow row;
    for (const QString &word : {u"k"_s, u"S"_s, u"i"_s, u"z9"_s, u"\u00E4"_s, u"\u03C3"_s}) {
        const FilterQuery query = *FilterQuery::parse(word);
        for (int unit = 0; unit <= 0xFFFF; ++unit) {
            row.entry.name = u"ab"_s + QChar(char16_t(unit)) + u"9"_s;
            QVERIFY2(query.matches(row) == row.entry.name.contains(word, Qt::CaseInsensitive),
                     qPrintable(u"%1 in U+%2"_s.arg(word, QString::number(unit, 16))));
        }
    }
}

void TestFilterQuery::theWaysOfBeingOutOfReachAreToldApart_data()
{
    QTest::addColumn<ClientError>("error");
    QTest::addColumn<QString>("word");
    QTest::newRow("refused") << ClientError::Refused << u"refused"_s;
    QTest::newRow("timeout") << ClientError::Timeout << u"timeout"_s;
    QTest::newRow("dns") << ClientError::HostNotFound << u"dns"_s;
    QTest::newRow("tls") << ClientError::Tls << u"tls"_s;
}

void TestFilterQuery::theWaysOfBeingOutOfReachAreToldApart()
{
    QFETCH(ClientError, error);
    QFETCH(QString, word);
    ServiceRow row;
    row.entry = Reports::entry(u"mcp"_s);
    row = afterAnswer(row, Reports::failure(error), Clock::TimePoint());
    for (const QString &each : {u"refused"_s, u"timeout"_s, u"dns"_s, u"tls"_s})
        QCOMPARE(FilterQuery::parse(u"state:"_s + each)->matches(row), each == word);
    QVERIFY(FilterQuery::parse(u"state:down"_s)->matches(row));
    QVERIFY(!FilterQuery::parse(u"state:stopped"_s)->matches(row));
}

void TestFilterQuery::whatIsNotUnderstoodIsNamed_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("where");
    QTest::newRow("no such state") << u"agents state:sad"_s << u"state:sad"_s;
    QTest::newRow("no such status") << u"dep:db=fine"_s << u"dep:db=fine"_s;
    QTest::newRow("no such word") << u"colour:red"_s << u"colour:red"_s;
}

void TestFilterQuery::whatIsNotUnderstoodIsNamed()
{
    QFETCH(QString, text);
    const auto query = FilterQuery::parse(text);
    QVERIFY(!query);
    QTEST(query.problem().where, "where");
    QVERIFY(query.problem().what.contains(u"there are"_s));
}

QTEST_GUILESS_MAIN(TestFilterQuery)
#include "tst_filterquery.moc"
