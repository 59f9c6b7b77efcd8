// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/alertcause.h"
#include "dashboard/model/alertmutes.h"

#include <QSet>

class QAction;
class QMenu;
class QWidget;

namespace Hephaestus {

/// Acknowledging what is amiss with the selected services, and muting them or the group of the current one. The menu,
/// the keys and the palette share these actions. All of them can be taken back by another.
class AlertCommands : public QObject
{
    Q_OBJECT

public:
    /// All outlive this.
    AlertCommands(FleetModel &fleet, AlertCauses &causes, AlertMutes &mutes, QWidget *window);

    void setServices(const QList<ServiceId> &services); ///< the selected ones
    void setService(ServiceId id);                      ///< whose group is meant

    QAction *acknowledge() const { return m_acknowledge; }
    QAction *withdraw() const { return m_withdraw; }
    QAction *muteAnHour() const { return m_hour; }
    QAction *unmute() const { return m_unmute; }
    QAction *showList() const { return m_list; }
    QList<QAction *> ofServices() const { return {m_acknowledge, m_withdraw, m_hour, m_morning, m_until, m_unmute}; }
    QList<QAction *> ofGroup() const { return {m_groupHour, m_groupMorning, m_groupUntil, m_groupUnmute}; }
    /// All of them, with their texts as they are in a menu.
    void fill(QMenu *menu) const;

Q_SIGNALS:
    void serviceWanted(Hephaestus::ServiceId id); ///< somebody chose it in the list

private:
    QAction *make(const QString &text, const QKeySequence &key, void (AlertCommands::*act)());
    void makeActions();
    void acknowledgeAll();
    void withdrawAll();
    void muteForAnHour();
    void muteUntilMorning();
    void askUntil();
    void unmuteAll();
    void muteGroupForAnHour();
    void muteGroupUntilMorning();
    void askUntilForGroup();
    void unmuteGroup();
    void openList();
    void update();
    void updateGroup();
    QString group() const;
    void updateIfSelected(const QModelIndex &first, const QModelIndex &last);

    FleetModel &m_fleet;
    AlertCauses &m_causes;
    AlertMutes &m_mutes;
    QWidget *m_window;
    QList<ServiceId> m_services;
    QSet<ServiceId> m_isSelected; ///< the same
    QTimer m_updateTimer;         ///< many answers change what is shown once
    ServiceId m_service = NoService;
    QAction *m_acknowledge;
    QAction *m_withdraw;
    QAction *m_hour;
    QAction *m_morning;
    QAction *m_until;
    QAction *m_unmute;
    QAction *m_groupHour;
    QAction *m_groupMorning;
    QAction *m_groupUntil;
    QAction *m_groupUnmute;
    QAction *m_list;
};

} // namespace Hephaestus
