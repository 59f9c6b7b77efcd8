// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetrows.h"

#include <QHash>
#include <QSet>
#include <QTableView>
#include <QTimer>

#include <array>
#include <memory>

class QMenu;
class QLabel;
class QToolButton;
class QSettings;

namespace Hephaestus {

class RowDrag;

/// The table of services: filtered, sorted, in groups. One row is current, and stays so while rows come, go and move;
/// any number are marked, for acts on several services at once.
///
/// Alt and an arrow, or the mouse, move rows into the person's own order, while no column sorts.
///
/// While the pointer is over it, and for three seconds after a key, the order holds. A quiet button offers to sort
/// anew.
class FleetView : public QTableView
{
    Q_OBJECT

public:
    explicit FleetView(FleetModel &fleet, QWidget *parent = nullptr);
    ~FleetView() override;

    FleetRows &rows() { return *m_rows; }

    ServiceId currentService() const; ///< NoService: none, or a heading
    /// What acts are for: all that is marked, a heading snapshot for its group, or else the current one. In the table's
    /// order.
    QList<ServiceId> selectedServices() const;
    QList<ServiceId> shownServices() const; ///< those whose rows are in view now
    void select(ServiceId id);
    /// All of them that are in view; the first of these is current.
    void selectAllOf(const QList<ServiceId> &services);
    /// Makes the first service current, if none is: there is always something to look at.
    void keepSomethingCurrent();
    void setQuery(const FilterQuery &query);
    /// Headings where the services have groups.
    void setGrouped(bool grouped);

    /// Which columns there are, how wide, in which order, and by which of them the rows are sorted.
    void saveColumns(QSettings &settings, const QString &group) const;
    void restoreColumns(const QSettings &settings, const QString &group); ///< as they are, if none were saved
    /// There are alerts of Alertmanagers: their column is shown, unless somebody has hidden it since it first was.
    void offerAlerts();
    /// To choose columns from, and to have the first arrangement back.
    void fillColumnsMenu(QMenu *menu);

    void keyboardSearch(const QString &) override {} ///< letters are commands here
    /// None of a hidden column, nor of a cell that a heading covers, unless that is current: a screen reader takes it
    /// as whether the cell is seen.
    QRect visualRect(const QModelIndex &index) const override;
    /// After a click on a cell that is partly seen nothing moves sideways under the pointer.
    void scrollTo(const QModelIndex &index, ScrollHint hint = EnsureVisible) override;

Q_SIGNALS:
    void currentServiceChanged(Hephaestus::ServiceId id); ///< NoService: none
    void selectedServicesChanged(const QList<Hephaestus::ServiceId> &services);
    void dependencyOpened(const QString &name); ///< of the current service: its graph is wanted
    void opened();                              ///< Enter or a double click: show more of it

protected:
    void keyPressEvent(QKeyEvent *event) override;
    QItemSelectionModel::SelectionFlags selectionCommand(const QModelIndex &index, const QEvent *event) const override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    bool viewportEvent(QEvent *event) override;
    void hideEvent(QHideEvent *event) override;
    void scrollContentsBy(int dx, int dy) override;

private:
    void arrangeColumns();
    void watchDependencies();
    void chooseColumn(int column, bool shown);
    void makeRoom();
    int hideForRoom(int room, int forNames, const std::array<int, FleetModel::ColumnCount> &widths,
                    QSet<int> &hidden) const;
    int giveNeeded(int room, int forNames, const QSet<int> &hidden, std::array<int, FleetModel::ColumnCount> &widths);
    bool haveAllInViewAnswered() const;
    void makeRoomForNames();
    void keepCurrentInSight();
    void restoreWidths(const QSettings &settings, const QString &key);
    bool isOrderHeld() const;
    void holdOrder();
    void placeSortAnew();
    void sayNothingMatches();
    void tellSelected();
    void markCurrent();
    void mark();
    void endMarking();
    void applyGroups();
    void spanHeadings();
    void move(QKeyEvent *event, int key);
    bool foldByKey(int key);
    bool moveByKey(const QKeyEvent &event);
    void fold(int row, bool folded);

    FleetModel &m_fleet;
    FleetRows *m_rows;
    QSet<int> m_unwanted;                                ///< columns that a person does not want to see
    QHash<int, int> m_chosen;                            ///< widths that a person gave to columns
    std::array<int, FleetModel::ColumnCount> m_least{};  ///< the widths of the others, where there is little room
    int m_leastLatency = 0;                              ///< without the line beside the number
    std::array<int, FleetModel::ColumnCount> m_widest{}; ///< in pixels, of what was in view; it only grows
    bool m_haveAllAnswered = false;                      ///< of those in view, since the columns were arranged
    QTimer m_roomSoon;                                   ///< runs while dependencies may be wider than before
    QToolButton *m_sortAnew;
    QLabel *m_nothing;
    QTimer m_sinceKey;           ///< runs while a key was just pressed
    QList<ServiceId> m_selected; ///< as it was told
    QTimer m_tellSoon;           ///< runs once rows went
    bool m_isPointerOver = false;
    bool m_isArranging = false; ///< widths change, and not by a person
    bool m_hasSpans = false;
    bool m_grouped = false;
    bool m_marking = false;   ///< by keys: the arrows move, and leave what is marked
    bool m_isByMouse = false; ///< what was pressed last is no key
    bool m_isFiltering = false;
    bool m_hasAlerts = false;
    bool m_offeredAlerts = false; ///< in this arrangement of columns
    std::unique_ptr<RowDrag> m_drag;
};

} // namespace Hephaestus
