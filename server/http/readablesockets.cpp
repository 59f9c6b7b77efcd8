// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/readablesockets.h"

#include <chrono>

namespace Hephaestus {

using namespace std::chrono_literals;

namespace {

constexpr auto Longest = 1ms; ///< then others have their turn: timers, new connections, those who wait for theirs

} // namespace

ReadableSockets::ReadableSockets() : m_set(::epoll_create1(EPOLL_CLOEXEC))
{
    if (!m_set.isOpen())
        return;
    m_notifier = std::make_unique<QSocketNotifier>(m_set.number(), QSocketNotifier::Read);
    QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(), [this] { tell(); });
}

bool ReadableSockets::add(int descriptor, Reader &reader)
{
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &reader;
    return ::epoll_ctl(m_set.number(), EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void ReadableSockets::remove(int descriptor, const Reader &reader)
{
    ::epoll_ctl(m_set.number(), EPOLL_CTL_DEL, descriptor, nullptr);
    for (int i = 0; i < m_count; ++i) {
        if (m_ready[size_t(i)].data.ptr == &reader)
            m_ready[size_t(i)].data.ptr = nullptr;
    }
}

void ReadableSockets::tell()
{
    const auto end = std::chrono::steady_clock::now() + Longest;
    do {
        m_count = ::epoll_wait(m_set.number(), m_ready.data(), MostAtOnce, 0);
        if (m_count <= 0)
            break;
        for (int i = 0; i < m_count; ++i) {
            if (auto *const reader = static_cast<Reader *>(m_ready[size_t(i)].data.ptr))
                reader->onReadable();
        }
    } while (std::chrono::steady_clock::now() < end);
    m_count = 0;
}

} // namespace Hephaestus
