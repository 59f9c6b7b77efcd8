// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetmodel.h"

#include <QSet>

namespace Hephaestus {

/// Remembers in the settings which services of a fleet are favourites, by their address, also of those that are not
/// watched now.
class Favourites : public QObject
{
    Q_OBJECT

public:
    /// `fleet` outlives this.
    explicit Favourites(FleetModel &fleet, QObject *parent = nullptr);

private:
    void apply(int first, int last);
    void take(const QModelIndex &first, const QModelIndex &last);

    FleetModel &m_fleet;
    QSet<QString> m_urls;
};

} // namespace Hephaestus
