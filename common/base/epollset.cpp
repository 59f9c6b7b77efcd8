// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/epollset.h"

#include <cerrno>
#include <optional>

namespace Hephaestus {

EpollSet::EpollSet(std::chrono::nanoseconds longest) : m_set(::epoll_create1(EPOLL_CLOEXEC)), m_longest(longest)
{
    if (!m_set.isOpen())
        return;
    m_notifier = std::make_unique<QSocketNotifier>(m_set.number(), QSocketNotifier::Read);
    QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(), [this] { tell(); });
}

bool EpollSet::add(int descriptor, quint32 events, Watcher &watcher)
{
    return control(EPOLL_CTL_ADD, descriptor, events, watcher);
}

bool EpollSet::change(int descriptor, quint32 events, Watcher &watcher)
{
    return control(EPOLL_CTL_MOD, descriptor, events, watcher);
}

bool EpollSet::control(int operation, int descriptor, quint32 events, Watcher &watcher) const
{
    if (!m_set.isOpen()) {
        errno = EMFILE; // most likely
        return false;
    }
    epoll_event event{events, {.ptr = &watcher}};
    return ::epoll_ctl(m_set.number(), operation, descriptor, &event) == 0;
}

void EpollSet::remove(int descriptor, const Watcher &watcher)
{
    ::epoll_ctl(m_set.number(), EPOLL_CTL_DEL, descriptor, nullptr);
    for (int i = 0; i < m_count; ++i) {
        if (m_ready[size_t(i)].data.ptr == &watcher)
            m_ready[size_t(i)].data.ptr = nullptr;
    }
}

/// A watcher that runs an event loop of its own comes back here: what was not told yet is then told there.
void EpollSet::tell()
{
    const std::shared_ptr<EpollSet> self = weak_from_this().lock();
    std::optional<std::chrono::steady_clock::time_point> end;
    do {
        m_count = ::epoll_wait(m_set.number(), m_ready.data(), MostAtOnce, 0);
        if (m_count <= 0)
            break;
        m_seen = std::chrono::steady_clock::now();
        end = end.value_or(m_seen + m_longest);
        for (int i = 0; i < m_count; ++i) {
            const epoll_event event = m_ready[size_t(i)];
            if (event.data.ptr)
                static_cast<Watcher *>(event.data.ptr)->onReady(event.events);
        }
    } while (m_longest.count() > 0 && std::chrono::steady_clock::now() < *end);
    m_count = 0;
}

} // namespace Hephaestus
