// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/dependencygraph.h"
#include "dashboard/ui/graphcolumn.h"
#include "dashboard/ui/linegraph.h"
#include "dashboard/ui/theme.h"

#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class TestDependencyGraph : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void barsHaveLengthsThatPeopleCountIn_data();
    void barsHaveLengthsThatPeopleCountIn();
    void operationsAreCountedIntoBars();
    void aLittleOfALongTimeIsSeen_data();
    void aLittleOfALongTimeIsSeen();
    void aGapIsHatchedAndHasNoBar();
    void aGapIsHatchedAlikeAtEachScale();
    void aMarkIsALineWithAWord();
    void nowIsAtTheRightEdge();
    void nothingAboveTheAxesIsCut_data();
    void nothingAboveTheAxesIsCut();
    void nothingAboveTheAxesLiesOnAnother();
    void aTitleIsWholeOrSaidByALabel();
    void wordsOfMarksStandAboveTheValues();
    void numbersDoNotLieOnEachOther();
    void whatStandsInPlaceOfValuesIsReadWithinTheAxes();
    void timesDoNotTouchEachOther_data();
    void timesDoNotTouchEachOther();
    void whatIsOldIsNotCalledNow();
    void numbersComeBeforeANeighbourIsLaidOut();
    void whatIsBeingReadIsNoGap();
    void whatCannotBeReadIsSaid();
    void ofWhatIsNotKnownNoSumIsTold_data();
    void ofWhatIsNotKnownNoSumIsTold();
    void whoCannotSeeItIsToldTheSums();
};

static const History::Time Noon = History::Time(std::chrono::hours(490'000));

template <typename T>
static int countItems(const QCustomPlot &plot)
{
    int count = 0;
    for (int i = 0; i < plot.itemCount(); ++i)
        count += qobject_cast<T *>(plot.item(i)) != nullptr;
    return count;
}

/// One second each, from `from` to `to` seconds before noon.
static void append(History::Samples &samples, int from, int to, qint64 successes, qint64 failures)
{
    for (int second = from; second > to; --second)
        samples.push_back({Noon - second * 1s, Noon - (second - 1) * 1s, successes, failures});
}

void TestDependencyGraph::barsHaveLengthsThatPeopleCountIn_data()
{
    QTest::addColumn<qint64>("span");
    QTest::addColumn<qint64>("width");
    QTest::newRow("1 min") << qint64(60) << qint64(1);
    QTest::newRow("5 min") << qint64(300) << qint64(5);
    QTest::newRow("15 min") << qint64(900) << qint64(15);
    QTest::newRow("30 min") << qint64(1800) << qint64(30);
    QTest::newRow("7 d") << qint64(7 * 86'400) << qint64(10'800);
}

void TestDependencyGraph::barsHaveLengthsThatPeopleCountIn()
{
    QFETCH(qint64, span);
    QTEST(qint64(DependencyGraph::barWidth(std::chrono::seconds(span)).count()), "width");
}

void TestDependencyGraph::operationsAreCountedIntoBars()
{
    DependencyGraph graph;
    History::Samples samples;
    append(samples, 20, 0, 2, 1);
    graph.show(u"db"_s, samples, {}, Noon);
    double successes = 0;
    double failures = 0;
    auto *const lower = qobject_cast<QCPBars *>(graph.plottable(0));
    auto *const upper = qobject_cast<QCPBars *>(graph.plottable(1));
    QCOMPARE(lower->data()->size(), 4); // 20 s in bars of 5 s
    for (const QCPBarsData &bar : *lower->data())
        successes += bar.value;
    for (const QCPBarsData &bar : *upper->data())
        failures += bar.value;
    QCOMPARE(successes, 40.0);
    QCOMPARE(failures, 20.0);
    QCOMPARE(upper->barBelow(), lower); // failures stand on successes
}

void TestDependencyGraph::aLittleOfALongTimeIsSeen_data()
{
    QTest::addColumn<int>("begun"); // seconds since the bar at the right edge has begun
    QTest::addColumn<bool>("isLine");
    for (const bool isLine : {false, true}) {
        for (const int begun : {0, 30, 600, 1200, 5400, 10'799})
            QTest::addRow("%s, %d s", isLine ? "line" : "bars", begun) << begun << isLine;
    }
}

/// Two minutes in seven days.
void TestDependencyGraph::aLittleOfALongTimeIsSeen()
{
    QFETCH(int, begun);
    QFETCH(bool, isLine);
    const History::Time now = Noon - 1h + begun * 1s; // a bar of three hours begins an hour before noon
    DependencyGraph bars;
    LineGraph line;
    TimeGraph &graph = isLine ? static_cast<TimeGraph &>(line) : bars;
    graph.resize(500, 300);
    graph.setSpan(7 * 24h);
    if (isLine) {
        HistoryRange range;
        Stretch stretch;
        stretch.from = now - 120s;
        stretch.to = now;
        stretch.polls = 120;
        stretch.latency = Seconds(0.010);
        range.stretches.push_back(stretch);
        line.show(Measure::Latency, range, now);
    } else {
        bars.show(u"db"_s, {{now - 120s, now, 0, 275}}, {}, now);
    }
    const QImage picture = graph.toPixmap(500, 300).toImage();
    const Theme &theme = Theme::of(graph.palette());
    const QColor colour = isLine ? theme.accent(ServiceState::Unauthorized) : theme.accent(DependencyStatus::Error);
    const QRect axes = graph.axisRect()->rect();
    QList<int> coloured; // from left to right
    for (int x = axes.left(); x <= axes.right(); ++x) {
        for (int y = axes.top(); y <= axes.bottom(); ++y) {
            if (picture.pixelColor(x, y).rgb() == colour.rgb() && (coloured.isEmpty() || coloured.last() != x))
                coloured << x;
        }
    }
    QVERIFY2(coloured.size() >= 2, qPrintable(QString::number(coloured.size())));
    QVERIFY2(coloured.first() > axes.right() - 10, qPrintable(QString::number(axes.right() - coloured.first())));
}

void TestDependencyGraph::aGapIsHatchedAndHasNoBar()
{
    DependencyGraph graph;
    History::Samples samples;
    append(samples, 300, 200, 1, 0);
    append(samples, 100, 0, 1, 0);
    graph.show(u"db"_s, samples, {}, Noon);
    QCOMPARE(countItems<QCPItemRect>(graph), 1);
    graph.show(u"db"_s, samples, {}, Noon + 60s); // and nothing came since: a second one
    QCOMPARE(countItems<QCPItemRect>(graph), 2);
    graph.show(u"db"_s, {}, {}, Noon); // everything is one gap
    QCOMPARE(countItems<QCPItemRect>(graph), 1);
    QCOMPARE(qobject_cast<QCPBars *>(graph.plottable(0))->data()->size(), 0);
}

/// A picture twice as large has lines twice as far apart, not twice as many.
void TestDependencyGraph::aGapIsHatchedAlikeAtEachScale()
{
    DependencyGraph graph;
    graph.resize(400, 200);
    graph.show(u"db"_s, {}, {}, Noon); // everything is one gap
    graph.grab();                      // laid out
    const QRect axes = graph.axisRect()->rect();
    const auto linesAt = [&](int scale) {
        const QImage image = graph.toPixmap(400, 200, scale).toImage();
        const QRgb ground = graph.palette().color(QPalette::Active, QPalette::Base).rgb();
        int most = 0; // of any row: a line of the grid is one alone
        for (int y = axes.top() + 3; y < axes.bottom() - 3; ++y) {
            int lines = 0;
            bool wasLine = false;
            for (int x = (axes.left() + 3) * scale; x < (axes.right() - 3) * scale; ++x) {
                const bool isLine = image.pixel(x, y * scale) != ground;
                lines += isLine && !wasLine;
                wasLine = isLine;
            }
            most = std::max(most, lines);
        }
        return most;
    };
    const int once = linesAt(1);
    const int twice = linesAt(2);
    QVERIFY2(once > 10, qPrintable(QString::number(once)));
    QVERIFY2(std::abs(once - twice) <= 2, qPrintable(u"%1, %2"_s.arg(once).arg(twice)));
}

void TestDependencyGraph::aMarkIsALineWithAWord()
{
    DependencyGraph graph;
    const int before = countItems<QCPItemLine>(graph);
    graph.show(u"db"_s, {}, {{Noon - 10s, u"restarted"_s}, {Noon - 1h, u"restarted"_s}},
               Noon); // the second is out of sight
    QCOMPARE(countItems<QCPItemLine>(graph), before + 1);
}

void TestDependencyGraph::nowIsAtTheRightEdge()
{
    DependencyGraph graph;
    graph.setSpan(60s);
    graph.show(u"db"_s, {}, {}, Noon);
    QCOMPARE(graph.xAxis->range().upper, std::chrono::duration<double>(Noon.time_since_epoch()).count());
    QCOMPARE(graph.xAxis->range().size(), 60.0);
}

void TestDependencyGraph::nothingAboveTheAxesIsCut_data()
{
    QTest::addColumn<int>("height");
    for (const int height : {120, 300, 700, 1300})
        QTest::addRow("%d px", height) << height;
}

void TestDependencyGraph::nothingAboveTheAxesIsCut()
{
    QFETCH(int, height);
    DependencyGraph graph;
    graph.resize(500, height);
    graph.setSpan(1min);
    History::Samples samples;
    append(samples, 30, 0, 3, 1);
    graph.show(u"db"_s, samples, {}, Noon);
    graph.replot();
    int above = 0;
    for (int each = 0; each < graph.itemCount(); ++each) {
        const auto *const text = qobject_cast<QCPItemText *>(graph.item(each));
        if (!text || !text->visible() || text->bottom->pixelPosition().y() > graph.axisRect()->top())
            continue;
        ++above;
        QVERIFY2(text->top->pixelPosition().y() >= 0, qPrintable(text->text()));
    }
    QVERIFY(above >= 2); // what succeeded, and what failed
}

/// What stands there of a latency, and of a dependency with a long name, in graphs of any width.
void TestDependencyGraph::nothingAboveTheAxesLiesOnAnother()
{
    HistoryRange range;
    Stretch stretch;
    stretch.from = Noon - 30s;
    stretch.to = Noon;
    stretch.polls = 30;
    stretch.latency = Seconds(0.0193);
    stretch.slowest = Seconds(0.0928);
    range.stretches = {stretch};
    History::Samples samples;
    append(samples, 30, 0, 3, 1);
    LineGraph line;
    line.setTitle(u"Latency of the last minutes"_s);
    DependencyGraph bars;
    bars.setTitle(u"embeddings-and-invoices"_s);
    for (int width = 800; width > 280; width -= 40) {
        for (TimeGraph *const graph : {static_cast<TimeGraph *>(&line), static_cast<TimeGraph *>(&bars)}) {
            graph->resize(width, 120);
            graph->setSpan(1min);
        }
        line.show(Measure::Latency, range, Noon);
        bars.show(u"db"_s, samples, {{Noon - 20s, u"restarted"_s}}, Noon);
        for (TimeGraph *const graph : {static_cast<TimeGraph *>(&line), static_cast<TimeGraph *>(&bars)}) {
            graph->grab(); // lays it out
            QList<QRectF> seen;
            for (int each = 0; each < graph->itemCount(); ++each) {
                const auto *const text = qobject_cast<QCPItemText *>(graph->item(each));
                if (!text || !text->visible() || text->text().isEmpty()
                    || text->bottom->pixelPosition().y() > graph->axisRect()->top())
                    continue;
                const QRectF place = QRectF(text->topLeft->pixelPosition(), text->bottomRight->pixelPosition())
                                         .marginsRemoved(text->padding());
                for (const QRectF &other : seen)
                    QVERIFY2(!other.intersects(place), qPrintable(u"%1 at %2"_s.arg(text->text()).arg(width)));
                seen << place;
            }
            QVERIFY2(seen.size() >= 2, qPrintable(QString::number(width)));
        }
    }
}

/// A label that names the graph stands for it where there is no room for both.
void TestDependencyGraph::aTitleIsWholeOrSaidByALabel()
{
    HistoryRange range;
    Stretch stretch;
    stretch.from = Noon - 30s;
    stretch.to = Noon;
    stretch.polls = 30;
    stretch.latency = Seconds(0.0193);
    stretch.slowest = Seconds(0.0928);
    range.stretches = {stretch};
    LineGraph graph;
    graph.setTitle(u"Latency"_s);
    graph.setSpan(1min);
    for (int width = 500; width > 150; width -= 10) {
        graph.resize(width, 160);
        graph.show(Measure::Latency, range, Noon);
        graph.grab();
        for (int each = 0; each < graph.itemCount(); ++each) {
            const auto *const text = qobject_cast<QCPItemText *>(graph.item(each));
            if (text && text->visible() && text->text().startsWith(u"La"_s))
                QCOMPARE(text->text(), u"Latency"_s);
        }
    }
}

/// Where an end and a start are a moment apart, too, and where they are many.
void TestDependencyGraph::wordsOfMarksStandAboveTheValues()
{
    History::Samples samples;
    append(samples, 60, 0, 3, 1);
    const History::Marks few{{Noon - 50s, u"restarted"_s}, {Noon - 3s, u"ended"_s}, {Noon - 2s, u"restarted"_s}};
    History::Marks many;
    for (int each = 59; each > 0; each -= 2)
        many.push_back({Noon - each * 1s, each % 4 == 1 ? u"restarted"_s : u"ended"_s});
    for (const History::Marks &marks : {few, many}) {
        for (int width = 800; width > 280; width -= 40) {
            DependencyGraph graph;
            graph.resize(300, 120);
            graph.setSpan(1min);
            graph.show(u"db"_s, samples, marks, Noon);
            graph.replot();
            graph.resize(width, 120); // what was laid out follows
            graph.grab();
            const QRect axes = graph.axisRect()->rect();
            QList<QRectF> seen;
            QString told;
            int lines = 0;
            for (int each = 0; each < graph.itemCount(); ++each) {
                lines += qobject_cast<QCPItemLine *>(graph.item(each)) != nullptr;
                const auto *const text = qobject_cast<QCPItemText *>(graph.item(each));
                if (!text || text->objectName() != "mark"_L1)
                    continue;
                const QRectF place(text->topLeft->pixelPosition(), text->bottomRight->pixelPosition());
                QVERIFY2(place.bottom() <= axes.top() + 0.5, qPrintable(text->text()));
                QVERIFY2(place.left() >= axes.left() - 0.5 && place.right() <= axes.right() + 1.5,
                         qPrintable(text->text()));
                for (const QRectF &other : seen)
                    QVERIFY2(!other.intersects(place), qPrintable(u"%1 at %2"_s.arg(text->text()).arg(width)));
                seen << place;
                told.prepend(text->text() + u'|');
            }
            QCOMPARE(lines, int(marks.size()));
            if (marks.size() == few.size())
                QCOMPARE(told, u"restarted|ended, restarted|"_s); // none is left out
        }
    }
}

void TestDependencyGraph::numbersDoNotLieOnEachOther()
{
    for (const qint64 operations : {1, 7, 45, 12'345}) {
        History::Samples samples;
        append(samples, 30, 0, operations, 0);
        DependencyGraph graph;
        graph.setSpan(1min);
        graph.show(u"db"_s, samples, {}, Noon);
        for (int height = 400; height > 80; height -= 6) {
            graph.resize(300, height);
            graph.grab(); // lays it out
            const QFontMetrics metrics(graph.yAxis->tickLabelFont());
            const QVector<double> at = graph.yAxis->tickVector();
            int seen = 0;
            for (qsizetype each = 0; each < at.size(); ++each) {
                seen += graph.yAxis->range().contains(at[each]);
                if (each == 0)
                    continue;
                const double apart = graph.yAxis->coordToPixel(at[each - 1]) - graph.yAxis->coordToPixel(at[each]);
                QVERIFY2(apart >= metrics.height() - 1, qPrintable(u"%1 at %2"_s.arg(apart).arg(height)));
            }
            const bool isRoom = graph.axisRect()->height() > 3 * metrics.height();
            QVERIFY2(seen >= (isRoom ? 2 : 1), qPrintable(QString::number(height)));
        }
    }
}

/// Whatever its words are, and beneath lines of marks.
void TestDependencyGraph::whatStandsInPlaceOfValuesIsReadWithinTheAxes()
{
    HistoryRange range;
    range.marks = {{Noon - 20s, u"restarted"_s}};
    for (int width = 150; width < 700; width += 50) {
        LineGraph graph;
        graph.setSpan(1min);
        graph.resize(width, 160);
        graph.show(Measure::Memory, range, Noon);
        graph.grab();
        const QCPItemText *told = nullptr;
        for (int each = 0; each < graph.itemCount(); ++each) {
            const auto *const text = qobject_cast<QCPItemText *>(graph.item(each));
            if (text && text->text().startsWith("No data"_L1))
                told = text;
        }
        QVERIFY2(told, qPrintable(QString::number(width)));
        const QRectF place(told->topLeft->pixelPosition(), told->bottomRight->pixelPosition());
        QVERIFY2(QRectF(graph.axisRect()->rect()).contains(place), qPrintable(QString::number(width)));
        QCOMPARE(told->layer()->name(), u"overlay"_s);
        QCOMPARE(told->brush().color(), graph.palette().color(QPalette::Base));
        if (width > 250)
            QCOMPARE(QString(told->text()).replace(u'\n', u' '),
                     u"No data for this time, or the service does not report it."_s);
    }
}

void TestDependencyGraph::timesDoNotTouchEachOther_data()
{
    QTest::addColumn<int>("width");
    QTest::addColumn<qint64>("span");
    for (const int width : {150, 260, 385, 700}) {
        for (const qint64 span : {60, 300, 900, 3600, 86'400, 7 * 86'400})
            QTest::addRow("%d px, %lld s", width, (long long)span) << width << span;
    }
}

void TestDependencyGraph::timesDoNotTouchEachOther()
{
    QFETCH(int, width);
    QFETCH(qint64, span);
    DependencyGraph graph;
    graph.resize(width, 150);
    graph.setSpan(std::chrono::seconds(span));
    graph.show(u"db"_s, {}, {}, Noon);
    graph.replot();
    QVector<double> at;
    QVector<QString> labels;
    graph.xAxis->ticker()->generate(graph.xAxis->range(), QLocale(), u'f', 0, at, nullptr, &labels);
    const QFontMetrics metrics(graph.xAxis->tickLabelFont());
    for (qsizetype each = 1; each < at.size(); ++each) {
        const double distance = graph.xAxis->coordToPixel(at[each]) - graph.xAxis->coordToPixel(at[each - 1]);
        QVERIFY2(distance > metrics.horizontalAdvance(labels[each]),
                 qPrintable(u"%1: %2 px"_s.arg(labels.join(u' ')).arg(distance)));
    }
}

/// What stands in place of the values.
static QString wordsIn(const TimeGraph &graph)
{
    QStringList words;
    for (int each = 0; each < graph.itemCount(); ++each) {
        const auto *const text = qobject_cast<QCPItemText *>(graph.item(each));
        if (text && text->visible() && !text->text().isEmpty())
            words << text->text();
    }
    return words.join(u'|');
}

/// What was seen last of one that does not answer any more is not what is now.
void TestDependencyGraph::whatIsOldIsNotCalledNow()
{
    HistoryRange range;
    Stretch stretch;
    stretch.from = Noon - 30s;
    stretch.to = Noon - 1s;
    stretch.polls = 30;
    stretch.latency = Seconds(0.0193);
    range.stretches = {stretch};
    LineGraph line;
    line.setSpan(5min);
    line.show(Measure::Latency, range, Noon);
    QVERIFY2(line.accessibleDescription().contains(u"latency now"_s), qPrintable(line.accessibleDescription()));
    line.show(Measure::Latency, range, Noon + 30s);
    QVERIFY2(line.accessibleDescription().contains(u"latency then"_s), qPrintable(line.accessibleDescription()));
}

/// Whichever of them is laid out first asks for the width of the other's numbers.
void TestDependencyGraph::numbersComeBeforeANeighbourIsLaidOut()
{
    LineGraph early;
    LineGraph late;
    GraphColumn column;
    column.setGraphs({&early, &late});
    for (LineGraph *const graph : {&early, &late}) {
        graph->resize(400, 200);
        graph->replot(); // both are being read, and have no numbers
    }
    const int before = early.axisRect()->margins().left();
    late.show(Measure::Memory, {}, Noon); // it is laid out a little later
    QVERIFY(late.yAxis->tickLabels());
    early.replot();
    QVERIFY(early.axisRect()->margins().left() > before);
}

void TestDependencyGraph::whatIsBeingReadIsNoGap()
{
    LineGraph line;
    DependencyGraph bars;
    for (const bool isDrawnBefore : {false, true}) {
        for (TimeGraph *const graph : std::initializer_list<TimeGraph *>{&line, &bars}) {
            if (isDrawnBefore)
                graph->showReading();
            QCOMPARE(countItems<QCPItemRect>(*graph), 0); // nothing is hatched
            QVERIFY(!graph->yAxis->tickLabels() && graph->yAxis->label().isEmpty());
            QCOMPARE(wordsIn(*graph), QString());
        }
        for (TimeGraph *const graph : std::initializer_list<TimeGraph *>{&line, &bars}) {
            QTRY_COMPARE(wordsIn(*graph), u"Reading…"_s);
            QCOMPARE(graph->accessibleDescription(), u"Reading…"_s);
        }
        line.show(Measure::Memory, {}, Noon);
        bars.show(u"db"_s, {}, {}, Noon);
        for (const TimeGraph *const graph : std::initializer_list<TimeGraph *>{&line, &bars}) {
            QVERIFY2(wordsIn(*graph).contains(u"No data"_s), qPrintable(wordsIn(*graph)));
            QVERIFY(graph->yAxis->tickLabels() && countItems<QCPItemRect>(*graph) > 0);
        }
    }
}

void TestDependencyGraph::whatCannotBeReadIsSaid()
{
    LineGraph line;
    line.showInstead(u"It cannot be read: the disk is gone"_s);
    QCOMPARE(wordsIn(line), u"It cannot be read: the disk is gone"_s);
    QCOMPARE(line.accessibleDescription(), wordsIn(line));
    line.show(Measure::Memory, {}, Noon);
    QVERIFY(!wordsIn(line).contains(u"disk"_s));
}

void TestDependencyGraph::ofWhatIsNotKnownNoSumIsTold_data()
{
    QTest::addColumn<int>("from"); // seconds before noon; 0: nothing at all is known
    QTest::addColumn<int>("to");
    QTest::addColumn<bool>("told");
    QTest::newRow("nothing") << 0 << 0 << false;
    QTest::newRow("another time") << 900 << 800 << false;
    QTest::newRow("that nothing was done") << 100 << 0 << true;
}

/// A zero would be one that nobody has counted.
void TestDependencyGraph::ofWhatIsNotKnownNoSumIsTold()
{
    QFETCH(int, from);
    QFETCH(int, to);
    QFETCH(bool, told);
    DependencyGraph graph;
    History::Samples samples;
    append(samples, from, to, 0, 0);
    graph.show(u"db"_s, samples, {}, Noon);
    QCOMPARE(graph.accessibleDescription().contains(u"0 succeeded"_s), told);
    QCOMPARE(wordsIn(graph).contains(u"0 succeeded"_s), told);
    QCOMPARE(wordsIn(graph).contains(u"No data for this time."_s), !told);
}

void TestDependencyGraph::whoCannotSeeItIsToldTheSums()
{
    DependencyGraph graph;
    History::Samples samples;
    append(samples, 20, 0, 2, 1);
    graph.show(u"qdrant"_s, samples, {}, Noon);
    QCOMPARE(graph.accessibleName(), u"Graph of qdrant"_s);
    QCOMPARE(graph.accessibleDescription(), u"In the last 5 min: 40 succeeded, 20 failed (33 %)."_s);
}

QTEST_MAIN(TestDependencyGraph)
#include "tst_dependencygraph.moc"
