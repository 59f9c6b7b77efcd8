// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <list>
#include <memory>

namespace Hephaestus {

using HeldBody = std::shared_ptr<const QByteArray>;

/// The large bodies that wait until their readers have taken them. Readers of the same bytes share one, and all
/// together have no more than `most` bytes; one alone may have more. What they took is given back to the system when
/// the last has gone. For one thread; outlives what it hands out.
class HeldBodies
{
public:
    /// Smaller ones are not worth it: the kernel takes them at once.
    static constexpr qsizetype Large = 64 * 1024;

    explicit HeldBodies(qint64 most) : m_most(most) {}

    /// Null: there is no room. It may be one that another reader has.
    HeldBody hold(const QByteArray &body);
    qint64 size() const { return m_size; } ///< of all, in bytes

private:
    void release(qint64 size);

    const qint64 m_most;
    qint64 m_size = 0;
    qint64 m_peak = 0; ///< since none was held
    std::list<std::weak_ptr<const QByteArray>> m_shared;
};

} // namespace Hephaestus
