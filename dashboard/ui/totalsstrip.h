// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetmodel.h"

#include <QWidget>

class QHBoxLayout;
class QIcon;
class QToolButton;

namespace Hephaestus {

/// How many services there are of each kind, as buttons that show only those. Where there is little room they become
/// an icon and a number, one after the other, trouble last. While the pointer is over it no button moves: what appears
/// does so behind the others, and gets its place when the pointer leaves, or when there is no room for it there.
class TotalsStrip : public QWidget
{
    Q_OBJECT

public:
    explicit TotalsStrip(FleetModel &fleet, QWidget *parent = nullptr);

    /// Marks the button that stands for the filter in use.
    void setFilter(const QString &filter);

    QSize minimumSizeHint() const override; ///< of icons and numbers

Q_SIGNALS:
    void filterWanted(const QString &filter); ///< empty: all

protected:
    void resizeEvent(QResizeEvent *event) override;
    void enterEvent(QEnterEvent *event) override;
    void leaveEvent(QEvent *event) override;

private:
    QToolButton *addButton(const QString &filter, const QIcon &icon);
    void update();
    int fit();
    void fitOrLetGo();
    void hold();
    void letGo();
    void append(QToolButton *button);
    QList<QToolButton *> byImportance() const;

    FleetModel &m_fleet;
    bool m_isHeld = false;
    QHBoxLayout *m_layout;
    QToolButton *m_all;
    QToolButton *m_stale;
    QHash<ServiceState, QToolButton *> m_states;
    QList<QToolButton *> m_inOrder; ///< as they stand where nothing is held
    QList<QToolButton *> m_late;    ///< behind those that are held
};

} // namespace Hephaestus
