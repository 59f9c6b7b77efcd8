// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/timegraph.h"

#include "common/base/clock.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/ui/theme.h"

#include <QPixmapCache>

#include <algorithm>
#include <cmath>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int Bars = 80;
constexpr int MostTimes = 4;   ///< about so many labels of time
constexpr int MostNumbers = 4; ///< likewise of the other axis
constexpr auto ReadingIsSaidAfter = 200ms;
constexpr double ShortestView = 10;
constexpr double LongestView = 30.0 * 86'400;
constexpr double Wide = 2.0 * 86'400; ///< from here on dates say more than times

/// Steps of 1, 2 or 5 times a power of ten, written as people count: `50 k`. They are as far apart as the numbers are
/// high, and some more.
class Numbers : public QCPAxisTicker
{
public:
    explicit Numbers(const QCPAxis *axis) : m_axis(axis) {}

protected:
    double getTickStep(const QCPRange &range) override
    {
        const QMargins around = m_axis->axisRect()->margins(); // it is not laid out yet in its new height
        const int high = m_axis->parentPlot()->height() - around.top() - around.bottom();
        const int height = QFontMetrics(m_axis->tickLabelFont()).height();
        const double apart = height * 1.2 / std::max(high, 1);
        const double exact = range.size() * std::max(1.0 / MostNumbers, apart);
        const double power = std::pow(10, std::floor(std::log10(exact)));
        double before = power / 2;
        for (const double factor : {1.0, 2.0, 5.0, 10.0}) {
            const double step = factor * power;
            // Two numbers say more than the zero alone, also where they nearly touch each other.
            if (step >= exact)
                return step > range.size() && before * high >= range.size() * height ? before : step;
            before = step;
        }
        return 10 * power;
    }
    QString getTickLabel(double tick, const QLocale &, QChar, int) override
    {
        return tick == std::round(tick) ? formatCount(qint64(tick)) : localNumber(QString::number(tick, 'g', 3));
    }

private:
    const QCPAxis *m_axis; ///< owns it
};

/// Times as far apart as their labels are wide, and some more.
class Times : public QCPAxisTickerDateTime
{
public:
    explicit Times(const QCPAxis *axis) : m_axis(axis) {}

protected:
    double getTickStep(const QCPRange &range) override
    {
        const QString label = QDateTime::currentDateTime().toString(dateTimeFormat());
        const double wanted = QFontMetrics(m_axis->tickLabelFont()).horizontalAdvance(label) * 1.25;
        for (int count = MostTimes; count > 1; --count) {
            setTickCount(count);
            const double step = QCPAxisTickerDateTime::getTickStep(range);
            if (step * m_axis->axisRect()->width() >= wanted * range.size())
                return step;
        }
        setTickCount(1);
        return QCPAxisTickerDateTime::getTickStep(range);
    }
    /// None that would lie on the numbers of the other axis.
    QString getTickLabel(double tick, const QLocale &locale, QChar format, int precision) override
    {
        const QString label = QCPAxisTickerDateTime::getTickLabel(tick, locale, format, precision);
        const int half = QFontMetrics(m_axis->tickLabelFont()).horizontalAdvance(label) / 2;
        return m_axis->coordToPixel(tick) - half < m_axis->axisRect()->left() ? QString() : label;
    }

private:
    const QCPAxis *m_axis; ///< owns it
};

/// Between the values and what stands above them: the words of the marks have a line of their own.
int markBand(const QFontMetrics &metrics) { return metrics.height(); }

/// However high the graph is, so that what stands there is not cut.
QMargins aboveTheAxes(const QFontMetrics &metrics) { return {0, 0, 0, markBand(metrics) + spacing(metrics, 1)}; }

/// The words of marks that are too near each other for a word each, each of them once: `ended, restarted`, `3 × ended`.
QString joined(const QStringList &words)
{
    QStringList told;
    for (qsizetype each = 0; each < words.size(); ++each) {
        const qsizetype count = words.count(words[each]);
        if (words.indexOf(words[each]) == each)
            told << (count > 1 ? u"%1 × %2"_s.arg(count).arg(words[each]) : words[each]);
    }
    return told.join(u", "_s);
}

/// Lines that rise to the right, `apart` from each other, as thick and as far apart at any scale of the device.
QBrush hatching(const QColor &colour, int apart, double scale)
{
    const QString key = u"hephaestus/hatching/%1/%2/%3"_s.arg(colour.name()).arg(apart).arg(scale);
    const int side = std::max(1, qRound(apart * scale)); // of the device
    QPixmap tile;
    if (!QPixmapCache::find(key, &tile)) {
        tile = QPixmap(side, side);
        tile.fill(Qt::transparent);
        QPainter painter(&tile);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(colour, scale));
        for (const int shift : {-side, 0, side}) // what of the neighbours' lines reaches into it, too
            painter.drawLine(shift - side, 2 * side, shift + 2 * side, -side);
        painter.end();
        QPixmapCache::insert(key, tile);
    }
    QBrush brush(tile);
    brush.setTransform(QTransform::fromScale(1 / scale, 1 / scale));
    return brush;
}

/// A time of which nothing is known. A pattern of Qt's own would have device pixels, too fine to be seen at 200 %.
class Gap : public QCPItemRect
{
public:
    using QCPItemRect::QCPItemRect;

protected:
    void draw(QCPPainter *painter) override
    {
        const QWidget *const plot = parentPlot();
        setBrush(hatching(Theme::of(plot->palette()).line(), spacing(plot->fontMetrics(), 2),
                          painter->deviceTransform().m11()));
        QCPItemRect::draw(painter);
    }
};

QCPItemText *corner(QCustomPlot *plot, Qt::Alignment alignment)
{
    auto *const label = new QCPItemText(plot);
    label->position->setType(QCPItemPosition::ptAxisRectRatio);
    label->setPositionAlignment(alignment);
    label->setClipToAxisRect(false);
    label->setText({}); // it has one of its own
    return label;
}

} // namespace

TimeGraph::TimeGraph(QWidget *parent)
    : QCustomPlot(parent)
    , m_emptyLabel(corner(this, Qt::AlignCenter))
    , m_titleLabel(corner(this, Qt::AlignRight | Qt::AlignBottom))
    , m_cursor(new QCPItemStraightLine(this))
    , m_cursorLabel(new QCPItemText(this))
    , m_times(new Times(xAxis))
{
    setLayoutDirection(Qt::LeftToRight); // as time goes
    m_emptyLabel->position->setCoords(0.5, 0.5);
    m_emptyLabel->setLayer(u"overlay"_s); // no line of the grid, of an axis or of a mark goes through it
    m_titleLabel->position->setCoords(1, 0);
    m_cursorLabel->setPositionAlignment(Qt::AlignTop | Qt::AlignHCenter);
    m_cursorLabel->position->setTypeX(QCPItemPosition::ptPlotCoords);
    m_cursorLabel->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
    m_cursorLabel->setPadding(QMargins(6, 3, 6, 3));
    m_cursorLabel->setTextAlignment(Qt::AlignLeft);
    m_cursor->setVisible(false);
    m_cursorLabel->setVisible(false);
    m_cursorLabel->setLayer(u"overlay"_s);

    xAxis->setTicker(m_times);
    yAxis->setTicker(QSharedPointer<QCPAxisTicker>(new Numbers(yAxis)));

    axisRect()->setRangeDrag(Qt::Horizontal);
    axisRect()->setRangeZoom(Qt::Horizontal);
    axisRect()->setAutoMargins(QCP::msLeft | QCP::msBottom);
    setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    setMouseTracking(true);
    setFocusPolicy(Qt::NoFocus); // the boxes beside it do by keys what the mouse does here
    m_readingTimer.setSingleShot(true);
    connect(&m_readingTimer, &QTimer::timeout, this, [this] {
        showInstead(tr("Reading…"));
        m_isReading = true;
    });
    m_readingTimer.start(ReadingIsSaidAfter);
    yAxis->setTickLabels(false);
    connect(this, &QCustomPlot::mouseDoubleClick, this, &TimeGraph::followNow);
    connect(this, &QCustomPlot::afterLayout, this, &TimeGraph::fitAbove);
    connect(this, &QCustomPlot::afterLayout, this, &TimeGraph::fitEmptyText);
    connect(this, &QCustomPlot::afterLayout, this, [this] {
        if (m_markedIn != axisRect()->rect()) // their places are pixels
            drawMarks();
    });
    connect(xAxis, qOverload<const QCPRange &>(&QCPAxis::rangeChanged), this, &TimeGraph::moved);
}

double TimeGraph::seconds(History::Time time) { return std::chrono::duration<double>(time.time_since_epoch()).count(); }

History::Time TimeGraph::from() const
{
    return History::Time(std::chrono::milliseconds(qint64(xAxis->range().lower * 1000)));
}

History::Time TimeGraph::to() const
{
    return History::Time(std::chrono::milliseconds(qint64(xAxis->range().upper * 1000)));
}

std::chrono::seconds TimeGraph::seenSpan() const
{
    return m_following ? m_span : std::chrono::seconds(qint64(std::ceil(xAxis->range().size())));
}

void TimeGraph::setSpan(std::chrono::seconds span)
{
    m_span = std::clamp(span, 10s, std::chrono::seconds(30 * 24h));
    followNow();
}

std::chrono::seconds TimeGraph::barWidth(std::chrono::seconds span)
{
    for (const std::chrono::seconds width :
         {1s, 2s, 5s, 10s, 15s, 30s, 60s, 120s, 300s, 600s, 900s, 1800s, 3600s, 7200s, 10800s}) {
        if (width * Bars >= span)
            return width;
    }
    return 6h;
}

void TimeGraph::followNow()
{
    m_following = true;
    redraw();
    Q_EMIT viewChanged();
}

/// Somebody moved the axis: within reason.
void TimeGraph::moved(const QCPRange &range)
{
    if (m_moving)
        return;
    m_following = false;
    const double size = std::clamp(range.size(), ShortestView, LongestView);
    const double upper = std::min(range.center() + size / 2, seconds(m_now));
    m_moving = true;
    xAxis->setRange(upper - size, upper);
    m_moving = false;
    redraw();
    Q_EMIT viewChanged();
}

void TimeGraph::showSameTimeAs(const TimeGraph &other)
{
    m_following = other.m_following;
    m_span = other.m_span;
    m_moving = true;
    xAxis->setRange(other.xAxis->range());
    m_moving = false;
    redraw();
}

void TimeGraph::setLeastTop(double top)
{
    if (m_leastTop == top)
        return;
    m_leastTop = top;
    redraw();
}

void TimeGraph::setTop(double top, double unit)
{
    m_top = top;
    m_unit = unit;
}

void TimeGraph::setTitle(const QString &title)
{
    m_title = visibleText(title, 60);
    placeUnit();
}

void TimeGraph::setUnitWord(const QString &word, const QString &shortWord)
{
    m_unitWord = word;
    m_shortUnitWord = shortWord;
    placeUnit();
}

void TimeGraph::placeUnit()
{
    // Without the times below, and the labels and the words of the marks above.
    const int axisHeight = height() - 5 * fontMetrics().height();
    const bool fits = fontMetrics().horizontalAdvance(m_unitWord) < axisHeight;
    yAxis->setLabel(fits ? m_unitWord : QString());
    const QString above = fits ? QString() : m_shortUnitWord;
    m_above = m_title.isEmpty() || above.isEmpty() ? m_title + above : m_title + u", "_s + above;
    fitAbove();
}

/// No two texts above the graph lie on each other.
void TimeGraph::fitAbove()
{
    const QFontMetrics metrics = fontMetrics();
    const int gap = spacing(metrics, 4);
    int room = axisRect()->width();
    const int title = m_above.isEmpty() ? 0 : metrics.horizontalAdvance(m_above) + gap;
    for (qsizetype i = 0; i < m_labelCount; ++i) {
        const int wide = metrics.horizontalAdvance(m_labels[i]->text()) + (i > 0 ? gap : 0);
        const bool fits = i < m_neededLabels || room - wide >= title;
        m_labels[i]->setVisible(fits);
        room -= fits ? wide : 0;
    }
    const QString fitting = metrics.elidedText(m_above, Qt::ElideRight, std::max(room - gap, 0));
    // `latency now 3 ms` names the graph as well as its title does.
    const bool isNamed = m_labelCount > 0 && m_labels[0]->text().contains(m_above, Qt::CaseInsensitive);
    m_titleLabel->setText(isNamed && fitting != m_above ? QString() : fitting);
}

/// Within the axes, in as many lines as there is room for.
void TimeGraph::fitEmptyText()
{
    const QFontMetrics metrics = fontMetrics();
    const int gap = spacing(metrics, 1);
    const int room = axisRect()->width() - 4 * gap;
    const auto most = std::max<qsizetype>(1, (axisRect()->height() - 2 * gap) / metrics.lineSpacing());
    QStringList lines;
    for (const QString &word : m_emptyText.split(u' ', Qt::SkipEmptyParts)) {
        const QString longer = lines.isEmpty() ? word : lines.last() + u' ' + word;
        if (!lines.isEmpty() && (lines.size() == most || metrics.horizontalAdvance(longer) <= room))
            lines.last() = longer;
        else
            lines << word;
    }
    for (QString &line : lines)
        line = metrics.elidedText(line, Qt::ElideRight, std::max(room, 1));
    m_emptyLabel->setText(axisRect()->width() > 0 ? lines.join(u'\n') : m_emptyText); // 0: before the first layout
    m_emptyLabel->setPadding(lines.isEmpty() ? QMargins() : QMargins(gap, gap, gap, gap));
    m_emptyLabel->setBrush(lines.isEmpty() ? QBrush(Qt::NoBrush) : palette().color(QPalette::Active, QPalette::Base));
}

void TimeGraph::resizeEvent(QResizeEvent *event)
{
    placeUnit();
    QCustomPlot::resizeEvent(event);
}

void TimeGraph::draw(const QString &name, const std::vector<Span> &known, const History::Marks &marks,
                     History::Time now)
{
    m_readingTimer.stop();
    m_isReading = false;
    m_isDrawn = true;
    m_name = name;
    m_known = known;
    m_marks = marks;
    m_now = now;
    redraw();
}

void TimeGraph::showReading()
{
    if (m_isReading)
        return;
    showInstead({});
    m_isReading = true;
    m_readingTimer.start(ReadingIsSaidAfter);
}

void TimeGraph::showInstead(const QString &why)
{
    m_readingTimer.stop();
    m_isReading = false;
    m_isDrawn = false;
    m_known.clear();
    m_marks.clear();
    m_now = Clock::machine().wall();
    clearValues();
    m_emptyText = why;
    redraw();
}

/// Neither numbers nor a unit of what nobody knows yet, and no hatching: it is no gap.
void TimeGraph::undraw()
{
    setLabels({}, 0);
    setUnitWord({}, {});
    setAccessibleDescription(m_emptyText);
    yAxis->setRange(0, 1);
}

void TimeGraph::redraw()
{
    if (m_following) {
        m_moving = true;
        xAxis->setRange(seconds(m_now - m_span), seconds(m_now));
        m_moving = false;
    }
    m_times->setDateTimeFormat(xAxis->range().size() > Wide       ? u"d MMM"_s
                                   : xAxis->range().size() > 3600 ? u"HH:mm"_s
                                                                  : u"HH:mm:ss"_s);
    for (QCPAbstractItem *const item : std::exchange(m_gaps, {}))
        removeItem(item);
    yAxis->setTickLabels(m_isDrawn);
    if (m_isDrawn) {
        drawGaps();
        drawValues();
        yAxis->setRange(0, std::max(m_top, m_leastTop) / m_unit);
        drawMarks();
    } else {
        undraw();
    }
    fitEmptyText();
    // Another plot of the column may be laid out first, and asks for the labels that this one has now (GraphColumn).
    axisRect()->update(QCPLayoutElement::upPreparation);
    replot(QCustomPlot::rpQueuedReplot);
}

void TimeGraph::drawGaps()
{
    const auto hatch = [this](double from, double to) {
        auto *const gap = new Gap(this);
        gap->setLayer(u"background"_s);
        gap->topLeft->setTypeY(QCPItemPosition::ptAxisRectRatio);
        gap->bottomRight->setTypeY(QCPItemPosition::ptAxisRectRatio);
        gap->topLeft->setCoords(from, 0);
        gap->bottomRight->setCoords(to, 1);
        gap->setPen(Qt::NoPen);
        m_gaps << gap;
    };
    const QCPRange seen = xAxis->range();
    const double slack = std::max(0.001, seen.size() / 2000); // narrower than half a pixel or so: not to be seen
    double known = seen.lower;
    for (const Span &span : m_known) {
        if (span.from > seen.upper)
            break;
        if (span.from > known + slack && span.from > seen.lower)
            hatch(known, span.from);
        known = std::max(known, span.to);
    }
    if (isOverdue(known))
        hatch(known, std::min(seen.upper, seconds(m_now)));
}

/// The newest poll may be under way: no gap before it is overdue.
bool TimeGraph::isOverdue(double known) const
{
    const QCPRange seen = xAxis->range();
    return std::min(seen.upper, seconds(m_now)) - known > std::max(3.0, seen.size() / 100);
}

/// Each mark is a line through the values, up to its word in the band above them. The words of those that are too
/// near each other for a word each are told as one, at the latest of them.
void TimeGraph::drawMarks()
{
    struct Told
    {
        double at;
        QStringList words; ///< in the order of time
    };
    for (QCPAbstractItem *const item : std::exchange(m_markItems, {}))
        removeItem(item);
    m_markedIn = axisRect()->rect();
    std::vector<Told> all; // from the right
    QList<double> places;
    const double gap = spacing(fontMetrics(), 2);
    for (auto mark = m_marks.rbegin(); mark != m_marks.rend(); ++mark) {
        const double at = seconds(mark->at);
        if (!xAxis->range().contains(at))
            continue;
        places << at;
        const QString word = visibleText(mark->word, 24);
        const auto leftOf = [&](const Told &told) {
            return xAxis->coordToPixel(told.at) - fontMetrics().horizontalAdvance(joined(told.words)) - gap;
        };
        if (all.empty() || xAxis->coordToPixel(at) <= leftOf(all.back()))
            all.push_back({at, {word}});
        else
            all.back().words.prepend(word);
        // One that would reach beyond the left edge stands at the right of its line, where there is room.
        const auto reachesOut = [&](const Told &told) { return leftOf(told) < axisRect()->left(); };
        const auto rightOf = [&](const Told &told) { return 2 * xAxis->coordToPixel(told.at) - leftOf(told); };
        while (all.size() > 1 && reachesOut(all.back()) && rightOf(all.back()) > leftOf(all[all.size() - 2])) {
            const QStringList earlier = all.back().words;
            all.pop_back();
            all.back().words = earlier + all.back().words;
        }
    }
    for (const double at : std::as_const(places))
        drawMark(at, std::ranges::find(all, at, &Told::at) != all.end());
    for (const Told &told : all)
        drawWord(told.at, joined(told.words));
}

/// `isNamed`: up to its word; else it would go through another one's.
void TimeGraph::drawMark(double at, bool isNamed)
{
    auto *const line = new QCPItemLine(this);
    for (QCPItemPosition *const end : {line->start, line->end}) {
        end->setTypeX(QCPItemPosition::ptPlotCoords);
        end->setTypeY(QCPItemPosition::ptAxisRectRatio);
    }
    line->start->setCoords(at, isNamed ? -double(markBand(fontMetrics())) / std::max(axisRect()->height(), 1) : 0);
    line->end->setCoords(at, 1);
    line->setClipToAxisRect(false);
    line->setPen(QPen(Theme::of(palette()).muted(), 1));
    m_markItems << line;
}

void TimeGraph::drawWord(double at, const QString &text)
{
    const double right = xAxis->coordToPixel(at);
    const int gap = spacing(fontMetrics(), 1);
    const int before = int(right) - axisRect()->left();
    const int behind = axisRect()->right() - int(right);
    const bool isBefore = before >= std::min(fontMetrics().horizontalAdvance(text) + gap, behind);
    const int room = isBefore ? before : behind;
    auto *const word = new QCPItemText(this);
    word->setObjectName(u"mark"_s);
    word->position->setTypeX(QCPItemPosition::ptPlotCoords);
    word->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
    word->position->setCoords(at, 0);
    word->setClipToAxisRect(false);
    word->setPadding(QMargins(gap, 0, gap, 0));
    word->setPositionAlignment((isBefore ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignBottom);
    word->setText(fontMetrics().elidedText(text, Qt::ElideRight, std::max(room - gap, 1)));
    word->setColor(Theme::of(palette()).muted());
    word->setFont(font());
    m_markItems << word;
}

void TimeGraph::setLabels(const Labels &labels, qsizetype needed)
{
    m_labelCount = labels.size();
    m_neededLabels = needed;
    while (m_labels.size() < labels.size()) {
        QCPItemText *const label = corner(this, Qt::AlignLeft | Qt::AlignBottom);
        if (m_labels.isEmpty()) {
            label->position->setCoords(0, 0);
        } else {
            label->position->setParentAnchor(m_labels.last()->bottomRight);
            label->position->setType(QCPItemPosition::ptAbsolute);
            label->position->setCoords(spacing(fontMetrics(), 4), 0);
        }
        m_labels << label;
    }
    for (qsizetype i = 0; i < m_labels.size(); ++i) {
        m_labels[i]->setVisible(i < labels.size());
        if (i >= labels.size())
            continue;
        m_labels[i]->setFont(font());
        m_labels[i]->setPadding(aboveTheAxes(fontMetrics()));
        m_labels[i]->setText(u"■ "_s + labels[i].first);
        m_labels[i]->setColor(labels[i].second);
    }
    fitAbove();
}

void TimeGraph::applyTheme()
{
    const Theme &theme = Theme::of(palette());
    const QColor text = palette().color(QPalette::Active, QPalette::Text);
    setBackground(palette().color(QPalette::Active, QPalette::Base));
    for (QCPAxis *const axis : {xAxis, yAxis}) {
        axis->setBasePen(QPen(theme.line()));
        axis->setTickPen(QPen(theme.line()));
        axis->setSubTickPen(Qt::NoPen);
        axis->setTickLabelColor(theme.muted());
        axis->setLabelColor(theme.muted());
        axis->setTickLabelFont(font());
        axis->setLabelFont(font());
        axis->grid()->setZeroLinePen(QPen(theme.line()));
    }
    xAxis->grid()->setVisible(false);
    yAxis->grid()->setPen(QPen(theme.line(), 1));
    m_emptyLabel->setColor(theme.muted());
    m_titleLabel->setColor(text);
    m_cursor->setPen(QPen(theme.muted(), 1));
    m_cursorLabel->setColor(text);
    m_cursorLabel->setBrush(palette().color(QPalette::Active, QPalette::Window));
    m_cursorLabel->setPen(QPen(theme.line()));
    for (QCPItemText *const label : {m_emptyLabel, m_titleLabel, m_cursorLabel})
        label->setFont(font());
    m_titleLabel->setPadding(aboveTheAxes(fontMetrics()));
    const int above = fontMetrics().height() + markBand(fontMetrics()) + spacing(fontMetrics(), 2);
    axisRect()->setMinimumMargins(QMargins(0, above, spacing(fontMetrics(), 3), 0));
    axisRect()->setMargins(axisRect()->minimumMargins());
    applyColours();
}

void TimeGraph::changeEvent(QEvent *event)
{
    QCustomPlot::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange
        || event->type() == QEvent::StyleChange) {
        applyTheme();
        redraw();
    }
}

QString TimeGraph::timeText(double at) const
{
    return QDateTime::fromSecsSinceEpoch(qint64(at))
        .toString(xAxis->range().size() > 12 * 3600 ? u"d MMM HH:mm"_s : u"HH:mm:ss"_s);
}

void TimeGraph::mouseMoveEvent(QMouseEvent *event)
{
    QCustomPlot::mouseMoveEvent(event);
    const bool inside = axisRect()->rect().contains(event->position().toPoint());
    m_cursor->setVisible(inside);
    m_cursorLabel->setVisible(inside);
    double at = xAxis->pixelToCoord(event->position().x());
    m_cursorLabel->setText(valuesAt(at).join(u'\n'));
    m_cursor->point1->setCoords(at, 0);
    m_cursor->point2->setCoords(at, 1);
    const double share = (at - xAxis->range().lower) / xAxis->range().size();
    m_cursorLabel->setPositionAlignment(Qt::AlignTop | (share > 0.5 ? Qt::AlignRight : Qt::AlignLeft));
    m_cursorLabel->position->setCoords(at, 0.04);
    replot(QCustomPlot::rpQueuedReplot);
}

void TimeGraph::leaveEvent(QEvent *event)
{
    QCustomPlot::leaveEvent(event);
    m_cursor->setVisible(false);
    m_cursorLabel->setVisible(false);
    replot(QCustomPlot::rpQueuedReplot);
}

} // namespace Hephaestus
