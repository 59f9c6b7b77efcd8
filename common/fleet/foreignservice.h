// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleet.h"

#include <QHash>

namespace Hephaestus {

/// Whose the service at the address of `entry` is, if it is another project's or user's than the one the entry starts:
/// `~/shop-b, branch fix-cart, pid 4312`. Empty: it is the entry's own, or nobody can tell.
///
/// It is another's if it says where it was started, and that is another work tree than the entry's directory is in.
/// Where one of them is in none, it is another's if neither directory is inside the other. It is, too, if it says that
/// its user is not the entry's (`user`; otherwise this user), and the kernel says the same of the process that it
/// names. An entry without a command, a command in the user's general fleet file that names no directory, and an
/// address of another machine say nothing. Neither does a service whose pid is of another pid namespace, as in a
/// container.
QString foreignOwner(const FleetEntry &entry, const HealthReport &report);

/// Whether the two start programs of different projects: by commands in different places, told apart as above. An
/// entry that says no place belongs to every project.
bool isOfOtherProject(const FleetEntry &entry, const FleetEntry &other);

/// Whether the kernel knows the report's pid as a process that began when the report says. False for one of another
/// machine or container, whatever stands between.
bool isProcessHere(const HealthReport &report);

/// The same for who asks again and again: looks once at each process. One thread.
class ForeignServices
{
public:
    /// Puts the owner into a foreign service's report, and takes out what it says of its code: the entry's own does not
    /// run.
    void addTo(HealthReport &report, const FleetEntry &entry);

private:
    struct Look
    {
        QString instanceId;
        std::optional<qint64> pid;
        std::optional<ServiceIdentity> identity;
        RestartMethod restart; ///< of the entry
        QString user;
        QString owner;
    };

    QHash<std::pair<QString, QString>, Look> m_looks; ///< the latest, by URL and the command's directory
};

} // namespace Hephaestus
