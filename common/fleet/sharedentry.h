// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleet.h"

#include <memory>

namespace Hephaestus {

/// An entry that several keep of one service: copies share the memory of one value, which never changes.
class SharedEntry
{
public:
    SharedEntry(FleetEntry entry = {}) : m_entry(std::make_shared<const FleetEntry>(std::move(entry))) {}

    const FleetEntry &operator*() const { return *m_entry; }
    const FleetEntry *operator->() const { return m_entry.get(); }

private:
    std::shared_ptr<const FleetEntry> m_entry; ///< never null
};

} // namespace Hephaestus
