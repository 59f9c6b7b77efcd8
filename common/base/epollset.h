// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/filedescriptor.h"

#include <QSocketNotifier>

#include <array>
#include <chrono>
#include <memory>

#include <sys/epoll.h>

namespace Hephaestus {

/// Watches many sockets behind one notifier, by one epoll(7) set. Qt's event loop would else look at every one of them
/// in each of its turns.
///
/// Each socket that is ready is told once; then, for as long as was asked, those are looked for that have become so
/// meanwhile. What is still ready is told again in the next turn of the event loop. Lives in one thread, and calls
/// there. It may be destroyed in a call if a shared_ptr owns it.
class EpollSet : public std::enable_shared_from_this<EpollSet>
{
public:
    class Watcher
    {
    public:
        /// What its socket is ready for, of EPOLLIN and the others; EPOLLERR and EPOLLHUP come unasked.
        virtual void onReady(quint32 events) = 0;

    protected:
        ~Watcher() = default;
    };

    explicit EpollSet(std::chrono::nanoseconds longest = {});
    EpollSet(const EpollSet &) = delete;
    EpollSet &operator=(const EpollSet &) = delete;

    /// `watcher` outlives what it is told, until it is removed. False, with `errno`: the system has no room for it.
    bool add(int descriptor, quint32 events, Watcher &watcher);
    bool change(int descriptor, quint32 events, Watcher &watcher);
    /// Before the descriptor is closed. It may be called within onReady(), of this watcher or another one.
    void remove(int descriptor, const Watcher &watcher);
    /// When those that are told now, or were told last, were seen to be ready: the last of many waits for its turn.
    std::chrono::steady_clock::time_point seen() const { return m_seen; }

private:
    bool control(int operation, int descriptor, quint32 events, Watcher &watcher) const;
    void tell();

    static constexpr int MostAtOnce = 64;

    const FileDescriptor m_set;
    const std::chrono::nanoseconds m_longest;
    std::unique_ptr<QSocketNotifier> m_notifier;
    std::array<epoll_event, MostAtOnce> m_ready{};
    std::chrono::steady_clock::time_point m_seen;
    int m_count = 0; ///< of those in `m_ready` that are being told
};

} // namespace Hephaestus
