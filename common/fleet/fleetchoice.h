// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDir>
#include <QString>

namespace Hephaestus {

/// Which fleet file a command goes by, and why that one.
struct FleetChoice
{
    enum class Reason {
        Given,       ///< it was named on the command line
        Environment, ///< $HEPHAESTUS_FLEET names it
        Project,     ///< it is the nearest one in the folder or above, within the git work tree
        User         ///< the user's own: defaultFleetPath()
    };

    QString path; ///< absolute, but for Given, which is as it was written; only a Project's is known to be there
    Reason reason = Reason::User;

    /// `fleet file ~/shop/fleet.toml (of this project)`, without control characters.
    QString text() const;

    bool operator==(const FleetChoice &) const = default;
};

/// `given`: what the command line names, or empty. `directory`: where a project's is looked for. Outside a work tree it
/// is looked for in that folder alone: what lies above is nobody's project.
FleetChoice chooseFleet(const QString &given, const QString &directory = QDir::currentPath());

/// The same for who names a project each time: what this program's environment says is not about it.
FleetChoice chooseProjectFleet(const QString &directory);

} // namespace Hephaestus
