// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetmodel.h"

#include <QTimer>
#include <QWidget>

#include <vector>

namespace Hephaestus {

/// The whole fleet on a screen across the room: one tile for each service, as large as there is room, what needs a
/// person first. Of a fleet whose tiles could not be read, only those services have one, as many as fit, and the others
/// are counted. A full-screen window of its own; Escape or F11 closes it, a click on a tile goes to the service.
class Wallboard : public QWidget
{
    Q_OBJECT

public:
    /// `fleet` outlives this.
    explicit Wallboard(const FleetModel &fleet, QWidget *parent);

    /// Where each service is drawn, in the order of drawing.
    QList<std::pair<ServiceId, QRect>> tiles() const;

Q_SIGNALS:
    void serviceChosen(Hephaestus::ServiceId id);

protected:
    void paintEvent(QPaintEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    /// Where everything is.
    struct Plan
    {
        QList<std::pair<ServiceId, QRect>> tiles;
        QRect counts;       ///< of services by state; empty: each has a tile
        QRect more;         ///< in place of a tile
        qsizetype left = 0; ///< services that need a person and have no tile
    };

    void refresh();
    void refreshSoon();
    Plan plan() const;
    qsizetype room(const QRect &area) const;
    std::vector<const ServiceRow *> urgent() const;
    void placeTiles(Plan &plan, const QRect &area, const std::vector<const ServiceRow *> &rows) const;
    void paintCounts(QPainter &painter, const Plan &plan) const;
    void paintMore(QPainter &painter, const Plan &plan) const;
    void paintTile(QPainter &painter, const QRect &area, const ServiceRow &row) const;
    void paintSummary(QPainter &painter, const QRect &area) const;
    QRect summaryArea() const;
    QString summary() const;

    const FleetModel &m_fleet;
    QTimer m_clock;
    QTimer m_soon; ///< many changes are one refresh
};

/// The second line of a tile: why, how long its process runs (`stale · up 7 h 17 min`), or since when nothing new is
/// known of it (`last seen 12 s ago`).
QString tileText(const ServiceRow &row, Clock::TimePoint now);

/// A text as a tile has room for it: smaller where it is too long, then cut.
struct TileLine
{
    QString text;
    QFont font;
};

/// `line` in `width` pixels; `cut` cuts a text to a width.
TileLine fitted(TileLine line, double width, QString (*cut)(const QFontMetrics &, const QString &, int));

/// Of a name the beginning and the end tell who it is: `hephae…nitor`.
QString elidedName(const QFontMetrics &metrics, const QString &text, int width);

/// How many columns make the tiles of `area` largest, if each is about `ratio` times as wide as high.
int bestColumns(const QSize &area, int count, double ratio);

} // namespace Hephaestus
