// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/directorywatch.h"
#include "common/fleet/fleet.h"

namespace Hephaestus {

/// Sees at once that a process of this user has begun, goes on with or has ended an act on some service (actlock.h).
/// A hint to look, never a proof, as DirectoryWatch has it. Belongs to one thread, which needs an event loop.
class ActWatch : public QObject
{
    Q_OBJECT

public:
    explicit ActWatch(QObject *parent = nullptr);

    /// `stateDirectory` as for targetOf(); the folder of acts is made there. A Problem: nothing will be seen.
    std::optional<Problem> start(const QString &stateDirectory);

Q_SIGNALS:
    /// Of the service whose recordOfActs() this is. Several times for one step.
    void changed(const QString &record);

private:
    DirectoryWatch m_folder;
};

} // namespace Hephaestus
