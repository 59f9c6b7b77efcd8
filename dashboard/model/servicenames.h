// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetsession.h"

#include <QSet>

namespace Hephaestus {

/// What services are called that are watched because of no fleet file, and the group they are in. One that was added by
/// its address takes the name that it tells, until a fleet file names it or the user gives it another; the user's name
/// and group stay. What was told and what the user said is in the settings, by address, for the next start.
class ServiceNames : public QObject
{
    Q_OBJECT

public:
    /// `session` outlives this.
    explicit ServiceNames(FleetSession &session, QObject *parent = nullptr);

    /// Why it cannot be renamed here, as a sentence; empty if it can.
    QString whyNot(ServiceId id) const;
    /// By the user. Empty: that of a fleet file, the name that it tells, or its address.
    void rename(ServiceId id, const QString &name);
    /// Empty: it is in none.
    void setGroup(ServiceId id, const QString &group);

private:
    void begin(int first, int last);
    void applyTold(ServiceId id);
    void applyFile(ServiceId id, const QString &fleetFile, const FleetEntry &entry);
    QString distinct(ServiceId id, const QString &name) const;

    FleetSession &m_session;
    QSet<ServiceId> m_unnamed;           ///< which take the name they tell
    QHash<ServiceId, QString> m_byFiles; ///< what fleet files call them
};

} // namespace Hephaestus
