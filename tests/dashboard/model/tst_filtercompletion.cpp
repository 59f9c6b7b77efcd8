// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/filtercompletion.h"
#include "dashboard/model/filterquery.h"
#include "tests/dashboard/model/reports.h"

#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestFilterCompletion : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void wordsAreCompleted_data();
    void wordsAreCompleted();
    void whatIsOfferedIsUnderstood();

private:
    FleetModel m_fleet;
};

void TestFilterCompletion::initTestCase()
{
    for (const QString &group : {u"shop"_s, u"search"_s, u"back office"_s, QString()}) {
        FleetEntry entry = Reports::entry(u"one"_s);
        entry.group = group;
        m_fleet.applyAnswer(m_fleet.add(entry), Reports::answer(Reports::healthy()));
    }
}

void TestFilterCompletion::wordsAreCompleted_data()
{
    QTest::addColumn<QString>("text"); // the cursor is at |
    QTest::addColumn<int>("begin");
    QTest::addColumn<QStringList>("choices");
    const auto row = [](const char *text, int begin, const QStringList &choices) {
        QTest::newRow(text) << QString::fromLatin1(text) << begin << choices;
    };
    row("|", 0, {});
    row("st|", 0, {u"state:"_s, u"stale"_s});
    row("!st|", 1, {u"state:"_s, u"stale"_s});
    row("ST|", 0, {u"state:"_s, u"stale"_s});
    row("stale|", 0, {});
    row("qdrant|", 0, {});
    row("stale f|", 6, {u"fresh"_s, u"favourite"_s});
    row("f| stale", 0, {u"fresh"_s, u"favourite"_s});
    row("state:he|", 6, {u"healthy"_s});
    row("state:error,st|", 12, {u"starting"_s, u"stopped"_s});
    row("group:|", 6, {u"\"back office\""_s, u"search"_s, u"shop"_s});
    row("group:s|", 6, {u"search"_s, u"shop"_s});
    row("group:\"back |", 6, {u"\"back office\""_s});
    row("!dep:|", 5, {u"database"_s, u"qdrant"_s});
    row("dep:q|", 4, {u"qdrant"_s});
    row("dep:qdrant=|", 11, {u"working"_s, u"error"_s, u"unknown"_s, u"not_used"_s});
    row("dep:qdrant=e|", 11, {u"error"_s});
    row("127.0.0.1:80|", 10, {});
}

void TestFilterCompletion::wordsAreCompleted()
{
    QFETCH(QString, text);
    const qsizetype cursor = text.indexOf(u'|');
    const FilterCompletion found = completeFilter(m_fleet, text.remove(u'|'), cursor);
    QTEST(QStringList(found.choices), "choices");
    QTEST(int(found.begin), "begin");
}

/// Every offer is a filter that can be read.
void TestFilterCompletion::whatIsOfferedIsUnderstood()
{
    int offers = 0;
    for (const QString &text :
         {u"s"_s, u"f"_s, u"m"_s, u"a"_s, u"state:"_s, u"group:"_s, u"dep:"_s, u"dep:qdrant="_s}) {
        const FilterCompletion found = completeFilter(m_fleet, text, text.size());
        for (const QString &choice : found.choices) {
            const Result<FilterQuery> query = FilterQuery::parse(text.left(found.begin) + choice);
            QVERIFY2(query.ok(), qPrintable(text + u' ' + choice));
            ++offers;
        }
    }
    QVERIFY2(offers > 20, qPrintable(QString::number(offers)));
}

QTEST_GUILESS_MAIN(TestFilterCompletion)
#include "tst_filtercompletion.moc"
