// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetsession.h"
#include "dashboard/ui/linegraph.h"

#include <QWidget>

#include <map>

class QGridLayout;
class QScrollArea;

namespace Hephaestus {

class DependencyGraph;
class GraphColumns;

/// All graphs of one service at a glance, small, over the last quarter of an hour: latency, error rate, processor,
/// memory, restarts, each dependency with its failures. Restarts and deaths are lines in all of them. A click shows one
/// large.
class OverviewPage : public QWidget
{
    Q_OBJECT

public:
    static constexpr std::chrono::minutes Span{15};

    explicit OverviewPage(FleetSession &session, QWidget *parent = nullptr);

    void setService(ServiceId id);
    /// Asks for what is shown, unless that was done a moment ago or nobody sees it; called with every answer.
    void refresh();

Q_SIGNALS:
    void measureChosen(Hephaestus::Measure measure);
    void dependencyChosen(const QString &name);

protected:
    void showEvent(QShowEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void ask();
    void show(const HistoryRange &range);
    void showInstead(const QString &why);
    DependencyGraph *graphOf(const QString &dependency);
    void prepare(TimeGraph *graph, const QString &title);
    void arrange();
    void fitRows();

    FleetSession &m_session;
    ServiceId m_service = NoService;
    std::map<Measure, LineGraph *> m_lines;
    std::map<QString, DependencyGraph *> m_bars;
    QScrollArea *m_scroll;
    QWidget *m_area;
    QGridLayout *m_grid;
    GraphColumns *m_aligned; ///< those beneath each other
    int m_columns = 0;
    bool m_asked = false;
    Clock::TimePoint m_shown{};
};

} // namespace Hephaestus
