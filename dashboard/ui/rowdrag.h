// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetrows.h"

#include <QObject>
#include <QPoint>
#include <QTimer>

class QMouseEvent;

namespace Hephaestus {

class FleetView;

/// Drags rows of the table of services into the person's own order, while no column sorts. A line shows where they
/// would come. Escape leaves all as it was. Rows stay within their group, and favourites before the others.
///
/// It follows the pointer itself: what is dragged never leaves the table, so the desktop has no part in it.
class RowDrag : public QObject
{
    Q_OBJECT

public:
    explicit RowDrag(FleetView *view); ///< which must outlive it

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    /// Rows side by side that may change places.
    struct Run
    {
        int first;
        int end; ///< past the last one
    };

    bool press(const QMouseEvent &event);
    bool follow(const QMouseEvent &event);
    bool release(const QMouseEvent &event);
    void begin();
    void end();
    bool isDragging() const { return !m_dragged.isEmpty(); }
    Run run() const;
    int target() const;
    void showTarget();
    void scroll();

    FleetView *m_view;
    QWidget *m_line;                 ///< between two rows: they would come there
    ServiceId m_pressed = NoService; ///< with the mouse, and not yet released
    QList<ServiceId> m_dragged;      ///< in the table's order; empty: nothing is dragged yet
    QPoint m_from;                   ///< of the pointer, in the viewport
    QPoint m_at;
    bool m_isCalledOff = false; ///< and the button is still down
    QTimer m_scrolling;
};

} // namespace Hephaestus
