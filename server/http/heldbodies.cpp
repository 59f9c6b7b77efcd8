// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/heldbodies.h"

#include <algorithm>
#include <utility>

#include <malloc.h>

namespace Hephaestus {
namespace {

constexpr qint64 WorthReturning = 4 * 1024 * 1024; ///< bytes; giving memory back takes its time

} // namespace

HeldBody HeldBodies::hold(const QByteArray &body)
{
    m_shared.remove_if([](const auto &held) { return held.expired(); });
    for (const auto &held : m_shared) {
        if (HeldBody same = held.lock(); same && *same == body)
            return same;
    }
    if (m_size > 0 && m_size + body.size() > m_most)
        return {};
    HeldBody made(new QByteArray(body), [this](const QByteArray *bytes) {
        const qint64 size = bytes->size();
        delete bytes;
        release(size);
    });
    m_size += body.size();
    m_peak = std::max(m_peak, m_size);
    m_shared.push_back(made);
    return made;
}

void HeldBodies::release(qint64 size)
{
    m_size -= size;
    if (m_size == 0 && std::exchange(m_peak, 0) >= WorthReturning)
        ::malloc_trim(0);
}

} // namespace Hephaestus
