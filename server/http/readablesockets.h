// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/filedescriptor.h"

#include <QSocketNotifier>

#include <array>
#include <memory>

#include <sys/epoll.h>

namespace Hephaestus {

/// Tells the readers of many sockets that there is something to read: one epoll(7) set behind one notifier. The event
/// loop would else look at every socket in each of its turns, and each costs it as much as an answer does in part.
///
/// Each socket that is ready is told once, then those are looked for that have become so; after a millisecond of that
/// the event loop has its turn. Lives in one thread, and calls there.
class ReadableSockets
{
public:
    class Reader
    {
    public:
        /// It has something to read, or has ended. Called again until it is read, or removed.
        virtual void onReadable() = 0;

    protected:
        ~Reader() = default;
    };

    ReadableSockets();
    ReadableSockets(const ReadableSockets &) = delete;
    ReadableSockets &operator=(const ReadableSockets &) = delete;

    /// `reader` outlives what it is told, until it is removed. False: the system has no room for it.
    bool add(int descriptor, Reader &reader);
    /// Before the descriptor is closed. It may be called within onReadable(), of this reader or another one.
    void remove(int descriptor, const Reader &reader);

private:
    void tell();

    static constexpr int MostAtOnce = 64;

    const FileDescriptor m_set;
    std::unique_ptr<QSocketNotifier> m_notifier;
    std::array<epoll_event, MostAtOnce> m_ready{};
    int m_count = 0; ///< of those in `m_ready` that are being told
};

} // namespace Hephaestus
