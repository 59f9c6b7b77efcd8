// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetmodel.h"

#include <QWidget>

class QHBoxLayout;
class QToolButton;

namespace Hephaestus {

/// How many services there are of each kind, as buttons that show only those.
class TotalsStrip : public QWidget
{
    Q_OBJECT

public:
    explicit TotalsStrip(FleetModel &fleet, QWidget *parent = nullptr);

    /// Marks the button that stands for the filter in use.
    void setFilter(const QString &filter);

Q_SIGNALS:
    void filterWanted(const QString &filter); ///< empty: all

protected:
    void changeEvent(QEvent *event) override;

private:
    QToolButton *addButton(const QString &filter, const QString &icon);
    void update();
    void updateIcons();

    FleetModel &m_fleet;
    QHBoxLayout *m_layout;
    QToolButton *m_all;
    QToolButton *m_stale;
    QHash<ServiceState, QToolButton *> m_states;
};

} // namespace Hephaestus
