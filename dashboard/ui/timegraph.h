// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/history/history.h"
#include "dashboard/ui/plot.h"

#include <QTimer>

#include <vector>

namespace Hephaestus {

/// What all graphs over time share. Now is at the right edge. Where nothing is known the background is hatched, for a
/// gap is not a zero. Events are thin lines with a word above the values. The wheel zooms the time, a drag moves it, a
/// double click returns to now; hovering tells the time and the values. Subclasses draw the values.
class TimeGraph : public QCustomPlot
{
    Q_OBJECT

public:
    /// How much time is seen, ending now. 10 s to 30 days.
    void setSpan(std::chrono::seconds span);
    bool isFollowing() const { return m_following; } ///< the right edge is now
    /// What is known up to then, in seconds since the epoch, is not the present any more.
    bool isOverdue(double known) const;
    void followNow(); ///< again, with the span as it was set
    std::chrono::seconds span() const { return m_span; }

    /// What is seen, which is not the latest span once somebody has zoomed or moved it.
    History::Time from() const;
    History::Time to() const;
    std::chrono::seconds seenSpan() const;
    /// Shows the same time as another graph.
    void showSameTimeAs(const TimeGraph &other);

    /// The height of what is shown; and the least height of the axis, for graphs that are compared.
    double top() const { return m_top; }
    void setLeastTop(double top);

    /// What is to be shown is being read: until values come it says so, after 200 ms. At first it is so.
    void showReading();
    /// There are no values, and this is why: until some come it stands in their place.
    void showInstead(const QString &why);

    /// A line above it; empty: none.
    void setTitle(const QString &title);

    /// About eighty steps to a span, of a length people count in.
    static std::chrono::seconds barWidth(std::chrono::seconds span);

    static double seconds(History::Time time);

Q_SIGNALS:
    /// Somebody zoomed, moved, or returned to now.
    void viewChanged();

protected:
    explicit TimeGraph(QWidget *parent = nullptr);

    /// For subclasses: all that is drawn, after the values changed. `known`: the stretches in which something is known,
    /// ascending.
    struct Span
    {
        double from;
        double to;
    };
    void draw(const QString &name, const std::vector<Span> &known, const History::Marks &marks, History::Time now);
    void redraw();

    /// To be called once by the constructor of a subclass: colours and fonts.
    void applyTheme();
    virtual void drawValues() = 0; ///< sets the top by setTop()
    virtual void applyColours() {}
    /// What is at `at` (seconds since the epoch), line by line; the first is the time. `at` becomes where the line is
    /// drawn.
    virtual QStringList valuesAt(double &at) const = 0;

    /// The height of what is shown, and how much of it is 1 on the axis.
    void setTop(double top, double unit = 1);
    double leastTop() const { return m_leastTop; }
    /// What 1 on the axis is; and in few letters, for above the graph where it would be cut beside the axis.
    void setUnitWord(const QString &word, const QString &shortWord);
    using Labels = QList<std::pair<QString, QColor>>;
    /// Direct labels above the graph, from the left. Where the title beside them leaves too little room, those after
    /// the first `needed` are not shown, and then the title is cut.
    void setLabels(const Labels &labels, qsizetype needed);
    void setEmptyText(const QString &text) { m_emptyText = text; }
    /// For subclasses: nothing is drawn of what was there.
    virtual void clearValues() = 0;
    const QString &name() const { return m_name; }
    QString timeText(double at) const;

    void changeEvent(QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;

private:
    void undraw();
    void drawGaps();
    void drawMarks();
    void drawMark(double at, bool isNamed);
    void drawWord(double at, const QString &text);
    void moved(const QCPRange &range);
    void placeUnit();
    void fitAbove();
    void fitEmptyText();

    QList<QCPItemText *> m_labels;
    qsizetype m_labelCount = 0;   ///< of these, from the first
    qsizetype m_neededLabels = 0; ///< likewise
    QString m_above;              ///< the title, and the unit where it is not beside the axis
    QCPItemText *m_emptyLabel;
    QCPItemText *m_titleLabel;
    QCPItemStraightLine *m_cursor;
    QCPItemText *m_cursorLabel;
    QList<QCPAbstractItem *> m_gaps;
    QList<QCPAbstractItem *> m_markItems;
    QRect m_markedIn; ///< the place of the axes for which these are
    QSharedPointer<QCPAxisTickerDateTime> m_times;

    QString m_name;
    QString m_title;
    QString m_unitWord;
    QString m_shortUnitWord;
    std::vector<Span> m_known;
    History::Marks m_marks;
    History::Time m_now;
    std::chrono::seconds m_span{300};
    double m_top = 0;
    double m_leastTop = 0;
    double m_unit = 1;
    bool m_following = true; ///< nobody has moved the time axis
    bool m_moving = false;   ///< it is moved from here
    bool m_isDrawn = false;  ///< there are values, or it is known that there are none
    QString m_emptyText;     ///< in place of the values
    bool m_isReading = true;
    QTimer m_readingTimer; ///< until that it is reading is said
};

} // namespace Hephaestus
