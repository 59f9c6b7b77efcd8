// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"

#include <QByteArray>
#include <QHash>

#include <functional>

namespace Hephaestus {

/// What the hooks of one fleet file have told, for all processes of this user that run them: `hooks/HASH` in the state
/// directory (0600), a line of a key and a value each. What a process notes here before it tells, no other tells again.
class HookRecord
{
public:
    using Values = QHash<QByteArray, QByteArray>;

    /// `stateDirectory`: empty for defaultStateDirectory().
    HookRecord(const QString &fleetFile, const QString &stateDirectory);

    /// Lets `change` alter the values while no other process does; waits for another one's such moment. A Problem:
    /// they cannot be kept, and `change` was not called, or what it did is not there for others.
    std::optional<Problem> change(const std::function<void(Values &values)> &change) const;

    /// The same for the same parts, and for no others.
    static QByteArray keyOf(const QStringList &parts);

private:
    QString m_file; ///< empty: there is no place for it
};

} // namespace Hephaestus
