// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/wallboard.h"

#include "common/base/duration.h"
#include "common/fleet/servicestate.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/model/sharedtext.h"
#include "dashboard/ui/directedtext.h"
#include "dashboard/ui/icons.h"
#include "dashboard/ui/theme.h"

#include <QKeyEvent>
#include <QPainter>
#include <QStyle>

#include <algorithm>
#include <cmath>
#include <functional>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr double TileRatio = 2.4;
constexpr double HighestTile = 0.6; ///< of its width
constexpr int SmallestTile = 72;    ///< high, in pixels at 100 %; below that nobody reads it
constexpr double SmallerText = 0.6; ///< of its size, where a text does not fit a tile
constexpr auto RefreshAfter = 250ms;

QFont sized(QFont font, double pixels)
{
    font.setPixelSize(std::max(1, int(pixels)));
    return font;
}

/// What stands first matters most: `stale` of `stale · up 1 h 6 min`.
QString elidedParts(const QFontMetrics &metrics, const QString &text, int width)
{
    const qsizetype dot = text.indexOf(u" · ");
    const bool isFirstWhole = dot > 0 && metrics.horizontalAdvance(text.first(dot)) <= width;
    return isFirstWhole ? text.first(dot) : metrics.elidedText(text, Qt::ElideRight, width);
}

bool wantsAPerson(ServiceState state) { return state > ServiceState::ShuttingDown; }

/// What needs a person most is the highest; 0: nothing does.
int urgencyOf(const ServiceRow &row)
{
    if (wantsAPerson(row.state()))
        return 3 + int(row.state());
    return row.worstAlert() ? 2 : row.isStale() ? 1 : 0;
}

/// Why it is so, how long its process runs, or how old all is that is known of it.
QString secondLine(const ServiceRow &row, Clock::TimePoint now)
{
    QStringList parts;
    if (!row.isCurrent() && row.lastSeen)
        parts << Wallboard::tr("last seen %1").arg(formatAge(now - *row.lastSeen));
    if (const FiringAlert *const alert = row.worstAlert(); alert && row.state() != ServiceState::DependencyError)
        parts << Wallboard::tr("alert: %1").arg(alert->name());
    if (!parts.isEmpty())
        return parts.join(u" · "_s);
    if (row.state() == ServiceState::DependencyError) {
        const QString trouble = translated(programTrouble(*row.report));
        return trouble.isEmpty() ? failingDependencies(*row.report).join(u", "_s) : trouble;
    }
    if (row.isCurrent() && row.report && tellsUptime(*row.report))
        return Wallboard::tr("up %1").arg(durationText(wholeSeconds(row.report->uptime)));
    return placeOf(row.entry);
}

} // namespace

QString tileText(const ServiceRow &row, Clock::TimePoint now)
{
    const QString line = secondLine(row, now);
    return row.isStale() ? Wallboard::tr("stale · %1").arg(line) : line;
}

TileLine fitted(TileLine line, double width, QString (*cut)(const QFontMetrics &, const QString &, int))
{
    const QFont smallest = sized(line.font, line.font.pixelSize() * SmallerText);
    if (QFontMetricsF(smallest).horizontalAdvance(line.text) > width)
        line.text = cut(QFontMetrics(smallest), line.text, int(width));
    const double whole = QFontMetricsF(line.font).horizontalAdvance(line.text);
    if (whole > width)
        line.font = sized(line.font, line.font.pixelSize() * std::max(SmallerText, width / whole));
    return line;
}

QString elidedName(const QFontMetrics &metrics, const QString &text, int width)
{
    return metrics.elidedText(text, Qt::ElideMiddle, width);
}

int bestColumns(const QSize &area, int count, double ratio)
{
    int best = 1;
    double largest = 0;
    for (int columns = 1; columns <= count; ++columns) {
        const int rows = (count + columns - 1) / columns;
        const double height = std::min(double(area.height()) / rows, area.width() / (columns * ratio));
        if (height > largest) {
            largest = height;
            best = columns;
        }
    }
    return best;
}

Wallboard::Wallboard(const FleetModel &fleet, QWidget *parent) : QWidget(parent, Qt::Window), m_fleet(fleet)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Hephaestus: wallboard"));
    setBackgroundRole(QPalette::Base);
    setAutoFillBackground(true);
    connect(&fleet, &QAbstractItemModel::dataChanged, this, &Wallboard::refreshSoon);
    connect(&fleet, &QAbstractItemModel::rowsInserted, this, &Wallboard::refreshSoon);
    connect(&fleet, &QAbstractItemModel::rowsRemoved, this, &Wallboard::refreshSoon);
    m_soon.setSingleShot(true);
    connect(&m_soon, &QTimer::timeout, this, &Wallboard::refresh);
    connect(&m_clock, &QTimer::timeout, this, &Wallboard::refresh);
    m_clock.start(1s);
    refresh();
}

void Wallboard::refresh()
{
    setAccessibleName(summary());
    update();
}

void Wallboard::refreshSoon()
{
    if (!m_soon.isActive())
        m_soon.start(RefreshAfter);
}

QRect Wallboard::summaryArea() const
{
    const int high = std::clamp(height() / 14, 2 * fontMetrics().height(), 3 * spacing(fontMetrics(), 12));
    return {0, height() - high, width(), high};
}

QList<std::pair<ServiceId, QRect>> Wallboard::tiles() const { return plan().tiles; }

/// How many tiles can be read there.
qsizetype Wallboard::room(const QRect &area) const
{
    const int gap = spacing(fontMetrics(), 3);
    const int high = spacing(fontMetrics(), SmallestTile / 4) + gap;
    const int wide = int(high * TileRatio);
    return qsizetype(std::max(1, (area.width() + gap) / wide)) * std::max(1, (area.height() + gap) / high);
}

/// The services that need a person, the most urgent first; else as in the fleet.
std::vector<const ServiceRow *> Wallboard::urgent() const
{
    std::vector<const ServiceRow *> rows;
    for (int line = 0; line < m_fleet.rowCount(); ++line) {
        if (const ServiceRow &row = m_fleet.row(line); urgencyOf(row) > 0)
            rows.push_back(&row);
    }
    std::ranges::stable_sort(rows, std::greater(), [](const ServiceRow *row) { return urgencyOf(*row); });
    return rows;
}

Wallboard::Plan Wallboard::plan() const
{
    Plan plan;
    const int gap = spacing(fontMetrics(), 3);
    if (m_fleet.rowCount() == 0 || width() < 8 * gap || height() < 8 * gap)
        return plan;
    QRect area = rect().adjusted(gap, gap, -gap, -summaryArea().height());
    std::vector<const ServiceRow *> rows;
    if (m_fleet.rowCount() <= room(area)) {
        for (int line = 0; line < m_fleet.rowCount(); ++line)
            rows.push_back(&m_fleet.row(line));
    } else {
        plan.counts =
            QRect(area.left(), area.top(), area.width(), std::min(area.height() / 4, 2 * summaryArea().height()));
        area.setTop(plan.counts.bottom() + gap);
        rows = urgent();
        if (const qsizetype most = room(area); qsizetype(rows.size()) > most) {
            plan.left = qsizetype(rows.size()) - (most - 1);
            rows.resize(std::size_t(most - 1));
        }
    }
    std::ranges::stable_sort(rows, [](const ServiceRow *a, const ServiceRow *b) {
        if (urgencyOf(*a) != urgencyOf(*b))
            return urgencyOf(*a) > urgencyOf(*b);
        return QString::localeAwareCompare(a->entry.name, b->entry.name) < 0;
    });
    placeTiles(plan, area, rows);
    return plan;
}

void Wallboard::placeTiles(Plan &plan, const QRect &area, const std::vector<const ServiceRow *> &rows) const
{
    const int gap = spacing(fontMetrics(), 3);
    const int count = int(rows.size()) + (plan.left > 0);
    if (count == 0)
        return;
    const int columns = bestColumns(area.size(), count, TileRatio);
    const int lines = (count + columns - 1) / columns;
    const int width = (area.width() + gap) / columns - gap;
    const int height = std::min((area.height() + gap) / lines - gap, int(width * HighestTile));
    for (int each = 0; each < count; ++each) {
        const QRect place = QStyle::visualRect(layoutDirection(), area,
                                               QRect(area.left() + each % columns * (width + gap),
                                                     area.top() + each / columns * (height + gap), width, height));
        if (each < int(rows.size()))
            plan.tiles.emplace_back(rows[std::size_t(each)]->id, place);
        else
            plan.more = place;
    }
}

/// Large numbers, what needs a person first.
void Wallboard::paintCounts(QPainter &painter, const Plan &plan) const
{
    const FleetModel::Totals &totals = m_fleet.totals();
    const Theme &theme = Theme::of(palette());
    struct Count
    {
        int number;
        QString word;
        QColor colour;
    };
    std::vector<Count> counts;
    for (const ServiceState state : AllServiceStates) {
        if (const int number = totals.states.value(state))
            counts.push_back({number, stateWord(state), theme.accent(state)});
    }
    if (totals.alerted > 0)
        counts.push_back({totals.alerted, tr("with alerts"), theme.accent(DependencyStatus::Error)});
    if (totals.stale > 0)
        counts.push_back({totals.stale, tr("stale"), theme.accent(CodeVerdict::Stale)});
    const int width = plan.counts.width() / int(std::max<std::size_t>(counts.size(), 1));
    int left = plan.counts.left();
    for (const Count &count : counts) {
        const QRect area(left, plan.counts.top(), width, plan.counts.height());
        left += width;
        painter.setPen(count.colour);
        QFont number = sized(font(), std::min(area.height() * 0.5, width * 0.2));
        number.setWeight(QFont::DemiBold);
        painter.setFont(number);
        paintText(painter, area.adjusted(0, 0, 0, -area.height() * 2 / 5), Qt::AlignHCenter | Qt::AlignBottom,
                  locale().toString(count.number));
        painter.setFont(sized(font(), std::min(area.height() * 0.22, width * 0.11)));
        paintText(painter, area.adjusted(0, area.height() * 3 / 5, 0, 0), Qt::AlignHCenter | Qt::AlignTop, count.word);
    }
}

void Wallboard::paintMore(QPainter &painter, const Plan &plan) const
{
    painter.setPen(Theme::of(palette()).muted());
    painter.setFont(sized(font(), plan.more.height() * 0.22));
    paintText(painter, plan.more, Qt::AlignCenter, tr("and %n more", nullptr, int(plan.left)));
}

void Wallboard::paintTile(QPainter &painter, const QRect &area, const ServiceRow &row) const
{
    const Theme &theme = Theme::of(palette());
    const bool isAlerted = row.worstAlert() && !wantsAPerson(row.state());
    const bool loud = isAlerted || wantsAPerson(row.state());
    const QColor accent = isAlerted ? theme.accent(DependencyStatus::Error) : theme.accent(row.state());
    const QColor base = palette().color(QPalette::Active, QPalette::Base);
    const int radius = spacing(fontMetrics(), 2);
    const bool filled = row.state() == ServiceState::Unreachable; // the worst is seen across the room
    QColor fill = accent;
    fill.setAlphaF(filled ? 1.0F : loud ? 0.16F : 0.06F);
    painter.setPen(loud ? QPen(accent, std::max(1, radius / 4)) : QPen(theme.line()));
    painter.setBrush(fill);
    painter.drawRoundedRect(area, radius, radius);

    // The lines are as large as the width allows, and in the middle of a higher tile.
    const double unit = std::min(double(area.height()), area.width() / TileRatio) / 10;
    const double above = (area.height() - 10 * unit) / 2;
    const QRectF inner = QRectF(area).adjusted(unit, unit + above, -unit, -unit - above);
    const int icon = std::max(1, int(unit * 2.6));
    const auto visual = [&](const QRectF &where) { // mirrored in a window from right to left
        return layoutDirection() == Qt::LeftToRight
            ? where
            : QRectF(inner.left() + inner.right() - where.right(), where.top(), where.width(), where.height());
    };
    painter.drawPixmap(visual({inner.left(), inner.top() + unit * 0.1, double(icon), double(icon)}).topLeft(),
                       Icons::pixmap(Icons::nameOf(row.state()), icon, filled ? base : accent, devicePixelRatioF()));
    const auto write = [&](const QRectF &where, const QFont &font, const QColor &colour, const QString &text,
                           auto cut) {
        const TileLine line = fitted({text, font}, where.width(), cut);
        painter.setFont(line.font);
        painter.setPen(colour);
        paintText(painter, visual(where), Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, line.text);
    };
    QFont name = sized(font(), unit * 2.2);
    name.setWeight(QFont::DemiBold);
    const QColor text = palette().color(QPalette::Active, QPalette::Text);
    const double left = icon + unit * 0.8;
    write(inner.adjusted(left, 0, 0, -unit * 5.3), name,
          filled                        ? base
              : row.isCurrent() || loud ? text
                                        : theme.muted(),
          visibleText(row.entry.name, 80), elidedName);
    QFont state = sized(font(), unit * 1.9);
    state.setWeight(QFont::DemiBold);
    write(inner.adjusted(0, unit * 3.1, 0, -unit * 2.5), state, filled ? base : accent, visibleText(stateText(row), 80),
          elidedState);
    write(inner.adjusted(0, unit * 5.8, 0, 0), sized(font(), unit * 1.7),
          filled              ? base
              : row.isStale() ? theme.accent(CodeVerdict::Stale)
                              : theme.muted(),
          visibleText(tileText(row, Clock::machine().sinceBoot()), 120), elidedParts);
}

QString Wallboard::summary() const
{
    const FleetModel::Totals totals = m_fleet.totals();
    QStringList words{tr("%n service(s)", nullptr, totals.services)};
    for (const ServiceState state : AllServiceStates) {
        if (const int count = totals.states.value(state))
            words << u"%1 %2"_s.arg(count).arg(stateWord(state));
    }
    if (totals.stale > 0)
        words << tr("%n stale", nullptr, totals.stale);
    if (totals.alerted > 0)
        words << tr("%n with alerts", nullptr, totals.alerted);
    if (m_fleet.areAlertsLost())
        words << tr("alerts not known");
    return words.join(u" · "_s);
}

void Wallboard::paintSummary(QPainter &painter, const QRect &area) const
{
    const int gap = spacing(fontMetrics(), 4);
    const QRect inner = area.adjusted(gap, 0, -gap, 0);
    const QString words = summary();
    const QString clock = QTime::currentTime().toString(u"HH:mm:ss"_s);
    QFont fitting = sized(font(), area.height() * 0.36);
    while (fitting.pixelSize() > 1
           && QFontMetrics(fitting).horizontalAdvance(words + u"    "_s + clock) > inner.width())
        fitting.setPixelSize(fitting.pixelSize() - 1);
    painter.setFont(fitting);
    painter.setPen(Theme::of(palette()).muted());
    paintText(painter, inner, Qt::AlignLeft | Qt::AlignVCenter, words);
    paintText(painter, inner, Qt::AlignRight | Qt::AlignVCenter, clock);
}

void Wallboard::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const Plan plan = this->plan();
    for (const auto &[id, area] : plan.tiles)
        paintTile(painter, area, *m_fleet.find(id));
    if (!plan.counts.isEmpty())
        paintCounts(painter, plan);
    if (plan.left > 0)
        paintMore(painter, plan);
    paintSummary(painter, summaryArea());
}

void Wallboard::mouseReleaseEvent(QMouseEvent *event)
{
    for (const auto &[id, area] : tiles()) {
        if (!area.contains(event->position().toPoint()))
            continue;
        Q_EMIT serviceChosen(id);
        close();
        return;
    }
}

void Wallboard::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape || event->key() == Qt::Key_F11)
        close();
    else
        QWidget::keyPressEvent(event);
}

} // namespace Hephaestus
