// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/linering.h"

#include <algorithm>

namespace Hephaestus {

void LineRing::append(QByteArrayView lines)
{
    const std::lock_guard lock(m_mutex);
    while (!lines.isEmpty()) {
        const qsizetype end = lines.indexOf('\n');
        const qsizetype size = end < 0 ? lines.size() : end + 1;
        m_lines.push_back(lines.first(size).toByteArray());
        m_bytes += size;
        ++m_count;
        lines = lines.sliced(size);
        while (m_lines.size() > m_mostLines || (m_bytes > m_mostBytes && m_lines.size() > 1)) {
            m_bytes -= m_lines.front().size();
            m_lines.pop_front();
        }
    }
}

QByteArray LineRing::tail(qsizetype lines) const
{
    const std::lock_guard lock(m_mutex);
    const std::size_t count = std::min(m_lines.size(), std::size_t(std::max<qsizetype>(lines, 0)));
    QByteArray text;
    for (auto it = m_lines.end() - std::ptrdiff_t(count); it != m_lines.end(); ++it)
        text += *it;
    return text;
}

qint64 LineRing::lineCount() const
{
    const std::lock_guard lock(m_mutex);
    return m_count;
}

} // namespace Hephaestus
