// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/history.h"
#include "dashboard/ui/plot.h"

namespace Hephaestus {

/// Operations of a dependency over time as bars, failures standing on successes; now is at the right edge. Where nothing is known the
/// background is hatched: a gap is not a zero. The wheel zooms the time, a drag moves it, a double click returns to now; hovering tells
/// the time and the values.
class DependencyGraph : public QCustomPlot
{
    Q_OBJECT

public:
    explicit DependencyGraph(QWidget *parent = nullptr);

    /// `name` is what the graph is called to those who cannot see it.
    void show(const QString &name, const std::deque<History::Sample> &samples, const std::deque<History::Mark> &marks,
              History::Time now);
    /// How much time is seen, ending now. 10 s to 30 days.
    void setSpan(std::chrono::seconds span);
    std::chrono::seconds span() const { return m_span; }

    /// The width of a bar for a span: about eighty bars, of a length people count in.
    static std::chrono::seconds barWidth(std::chrono::seconds span);

protected:
    void changeEvent(QEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;

private:
    struct Bar
    {
        qint64 successes = 0;
        qint64 failures = 0;
    };

    void draw();
    void drawBars();
    void drawGaps();
    void drawMarks();
    void applyTheme();
    void followNow();
    double seconds(History::Time time) const;

    QCPBars *m_successes;
    QCPBars *m_failures;
    QCPItemText *m_successLabel;
    QCPItemText *m_failureLabel;
    QCPItemText *m_emptyLabel;
    QCPItemStraightLine *m_cursor;
    QCPItemText *m_cursorLabel;
    QList<QCPAbstractItem *> m_gapsAndMarks;

    QString m_name;
    std::deque<History::Sample> m_samples;
    std::deque<History::Mark> m_marks;
    std::map<qint64, Bar> m_bars; ///< by the start of the bar, seconds since the epoch
    History::Time m_now;
    std::chrono::seconds m_span{300};
    bool m_following = true; ///< nobody has moved the time axis
};

} // namespace Hephaestus
