// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/addressholder.h"
#include "dashboard/model/servicerow.h"
#include "dashboard/watch/servicefeed.h"

#include <QSet>

#include <functional>

namespace Hephaestus {

/// Who holds the addresses of services that do not answer as themselves. To find out takes milliseconds of the window's
/// thread: it looks for at most one service each `Pause`, however many there are. The others keep what is known of
/// them. One thread.
class AddressHolders
{
public:
    using Find = std::function<std::optional<AddressHolder>(const FleetEntry &, const EarlierProcess &)>;

    static constexpr std::chrono::milliseconds Pause{100};
    static constexpr std::chrono::seconds FreshFor{5}; ///< of few services; of many it is longer

    explicit AddressHolders(QString stateDirectory = {}, Find find = {});

    /// Of the service of `row`, which is from before this answer. Nothing: it is not known, or the answer is its own.
    std::optional<AddressHolder> take(const ServiceRow &row, const Arrival &arrival);
    void forget(ServiceId id);

private:
    struct Known
    {
        Clock::TimePoint at{}; ///< when it was looked for
        std::optional<AddressHolder> holder{};
        ClientError error = ClientError::None; ///< of the answer at that time
        QString message{};
    };

    bool isDue(const ServiceRow &row, const Arrival &arrival) const;

    const QString m_stateDirectory;
    Find m_find;
    QHash<ServiceId, Known> m_known;
    QSet<ServiceId> m_waiting;                ///< that were not looked for yet
    std::optional<Clock::TimePoint> m_looked; ///< for any of them
};

} // namespace Hephaestus
