// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QList>
#include <QObject>
#include <QTimer>

class QTableView;

namespace Hephaestus {

/// Widths in pixels, within `room` where that is enough for all of `least`: who needs little has it all, and those that
/// need more than there is get equally much. Both lists are of the same columns; no need is below its least.
QList<int> sharedWidths(const QList<int> &needs, const QList<int> &least, int room);

/// Shares a table's width among its columns by what their header and the texts in view need. A column never shrinks
/// for a text that got shorter, so that nothing moves to and fro; it does when rows go and all others are in view. A
/// width that somebody gave to a column by the mouse holds.
class FittingColumns : public QObject
{
    Q_OBJECT

public:
    /// `least`: in digits, what each column keeps as far as it needs that; 0 has what is left, too, or else the first
    /// one has. `yielding`: columns
    /// that are hidden where there is not even room for the least of all, the first one first.
    FittingColumns(QTableView *table, const QList<int> &least, const QList<int> &yielding);

    int wholeWidth(); ///< in pixels: with it nothing is cut

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void watch();
    void noteAll();
    void measure();
    void fit();
    void fitChanged();
    void arrange();
    QList<int> hiddenFor(int room, const QList<int> &least) const;
    int leastOf(int column) const;
    bool areAllRowsInView() const;

    QTableView *m_table; ///< the parent
    QList<int> m_digits;
    QList<int> m_yielding;
    QList<int> m_needs;       ///< of each column, in pixels
    QList<bool> m_changed;    ///< which columns may read differently since they were measured
    QHash<int, int> m_chosen; ///< widths by the mouse, likewise
    bool m_isArranging = false;
    bool m_hasLostRows = false;
    QTimer m_soon;
};

} // namespace Hephaestus
