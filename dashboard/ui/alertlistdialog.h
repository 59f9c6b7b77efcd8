// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/alertlistmodel.h"

#include <QDialog>

class QPushButton;
class QStackedWidget;
class QTableView;

namespace Hephaestus {

/// What is amiss, muted and acknowledged, in one list; the chosen one can be acknowledged and muted here. What one
/// cause explains is one row, to be opened; acts on it are for all that it explains.
class AlertListDialog : public QDialog
{
    Q_OBJECT

public:
    /// All outlive this.
    AlertListDialog(FleetModel &fleet, AlertCauses &causes, AlertMutes &mutes, QWidget *parent = nullptr);

Q_SIGNALS:
    void serviceWanted(Hephaestus::ServiceId id);

private:
    QWidget *makeButtons();
    void update();
    void acknowledge();
    void mute();
    void unmute();
    void go();
    void fold(bool folded);
    QList<ServiceId> services() const; ///< of the chosen row
    bool eventFilter(QObject *watched, QEvent *event) override;
    int row() const; ///< -1: none is chosen

    FleetModel &m_fleet;
    AlertMutes &m_mutes;
    AlertListModel m_model;
    QStackedWidget *m_pages;
    QTableView *m_table;
    QPushButton *m_acknowledge;
    QPushButton *m_mute;
    QPushButton *m_unmute;
};

} // namespace Hephaestus
