// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetsession.h"
#include "dashboard/model/graphpins.h"

#include <QTimer>
#include <QWidget>

class QComboBox;
class QGridLayout;
class QLabel;

namespace Hephaestus {

class ElidedLabel;
class GraphColumns;
class TimeGraph;

/// The pinned graphs of several services, small, over one span of time, which ends now. A window of its own: Escape
/// closes it. Each graph has a button that takes it away; a click on a graph goes to its service.
class PinnedGraphs : public QWidget
{
    Q_OBJECT

public:
    /// Both outlive this.
    PinnedGraphs(FleetSession &session, GraphPins &pins, QWidget *parent);

Q_SIGNALS:
    void serviceChosen(Hephaestus::ServiceId id);

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void showEvent(QShowEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    struct Panel
    {
        GraphPin pin;
        QWidget *frame = nullptr; ///< the area's
        TimeGraph *graph = nullptr;
        ElidedLabel *name = nullptr;
        bool isAsked = false;
    };

    void rebuild();
    Panel makePanel(const GraphPin &pin);
    void arrange();
    void refresh();
    void ask(Panel &panel);
    void draw(const Panel &panel, const HistoryRange &range) const;
    QString nameOf(const GraphPin &pin) const;
    std::chrono::seconds span() const;

    FleetSession &m_session;
    GraphPins &m_pins;
    QComboBox *m_span;
    QLabel *m_nothing;
    QWidget *m_area;
    QGridLayout *m_grid;
    std::vector<Panel> m_panels;
    GraphColumns *m_aligned; ///< those beneath each other
    int m_columns = 0;
    QTimer m_timer;
};

} // namespace Hephaestus
