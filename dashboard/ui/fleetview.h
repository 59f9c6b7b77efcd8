// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetfiltermodel.h"

#include <QTableView>

namespace Hephaestus {

/// The table of services, filtered and sorted. One row is current, and stays so while rows come, go and move.
class FleetView : public QTableView
{
    Q_OBJECT

public:
    explicit FleetView(FleetModel &fleet, QWidget *parent = nullptr);

    ServiceId currentService() const;
    void select(ServiceId id);
    void setQuery(const FilterQuery &query);

Q_SIGNALS:
    void currentServiceChanged(Hephaestus::ServiceId id); ///< NoService: none
    void opened(); ///< Enter or a double click: show more of it

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    FleetModel &m_fleet;
    FleetFilterModel *m_rows;
};

} // namespace Hephaestus
