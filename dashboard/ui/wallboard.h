// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetmodel.h"

#include <QTimer>
#include <QWidget>

namespace Hephaestus {

/// The whole fleet on a screen across the room: one tile for each service, as large as there is room, what needs a
/// person first. A full-screen window of its own; Escape or F11 closes it, a click on a tile goes to the service.
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
    void refresh();
    void paintTile(QPainter &painter, const QRect &area, const ServiceRow &row) const;
    void paintSummary(QPainter &painter, const QRect &area) const;
    QRect summaryArea() const;
    QString summary() const;

    const FleetModel &m_fleet;
    QTimer m_clock;
};

/// How many columns make the tiles of `area` largest, if each is about `ratio` times as wide as high.
int bestColumns(const QSize &area, int count, double ratio);

} // namespace Hephaestus
