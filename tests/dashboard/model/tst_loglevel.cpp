// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/loglevel.h"

#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestLogLevel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theLevelOfALineIsFound_data();
    void theLevelOfALineIsFound();
};

void TestLogLevel::theLevelOfALineIsFound_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<LogLevel>("level");
    QTest::addColumn<QString>("word");

    QTest::newRow("python") << u"ERROR:root:it broke"_s << LogLevel::Error << u"ERROR"_s;
    QTest::newRow("uvicorn") << u"INFO:     Started server process [17]"_s << LogLevel::Information << u"INFO"_s;
    QTest::newRow("with a time") << u"2026-01-31 12:00:00,123 WARNING orders: slow"_s << LogLevel::Warning
                                 << u"WARNING"_s;
    QTest::newRow("nginx") << u"2026/01/31 12:00:00 [error] 17#17: *1 open() failed"_s << LogLevel::Error << u"error"_s;
    QTest::newRow("logfmt") << u"ts=1 level=warn msg=\"slow\""_s << LogLevel::Warning << u"warn"_s;
    QTest::newRow("json") << u"{\"level\":\"error\",\"msg\":\"x\"}"_s << LogLevel::Error << u"error"_s;
    QTest::newRow("json with a space") << u"{\"severity\": \"debug\"}"_s << LogLevel::Debug << u"debug"_s;
    QTest::newRow("at the begin") << u"error: no such file"_s << LogLevel::Error << u"error"_s;
    QTest::newRow("rust") << u"2026-01-31T12:00:00Z  WARN orders: slow"_s << LogLevel::Warning << u"WARN"_s;
    QTest::newRow("spring") << u"2026-01-31 12:00:00.000 TRACE 17 --- [main] x"_s << LogLevel::Debug << u"TRACE"_s;
    QTest::newRow("the first") << u"INFO no ERROR today"_s << LogLevel::Information << u"INFO"_s;
    QTest::newRow("a sentence") << u"there was an error in the info"_s << LogLevel::None << QString();
    QTest::newRow("a part of a word") << u"TERRORS ERRORED MYINFO"_s << LogLevel::None << QString();
    QTest::newRow("far behind") << QString(300, u'.') + u" ERROR"_s << LogLevel::None << QString();
    QTest::newRow("nothing") << QString() << LogLevel::None << QString();
}

void TestLogLevel::theLevelOfALineIsFound()
{
    QFETCH(QString, line);
    const LevelWord found = levelIn(line);
    QTEST(found.level, "level");
    QTEST(line.mid(found.begin, found.length), "word");
}

QTEST_GUILESS_MAIN(TestLogLevel)
#include "tst_loglevel.moc"
