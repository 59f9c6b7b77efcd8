// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/refusals.h"

#include <QLoggingCategory>

namespace Hephaestus {

Q_LOGGING_CATEGORY(refusalLog, "hephaestus.http.refused")

void Refusals::add(const QByteArray &reason, const std::function<QByteArray()> &peer)
{
    qint64 silent = 0;
    {
        const std::lock_guard lock(m_mutex);
        Tally &tally = m_tallies[reason];
        ++tally.count;
        const Clock::TimePoint now = m_clock.now();
        if (tally.logged != Clock::TimePoint() && now - tally.logged < std::chrono::seconds(1)) {
            ++tally.unlogged;
            return;
        }
        tally.logged = now;
        silent = std::exchange(tally.unlogged, 0);
    }
    const QByteArray from = peer();
    if (silent > 0)
        qCWarning(refusalLog, "%s from %s (and %lld more)", reason.constData(), from.constData(), silent);
    else
        qCWarning(refusalLog, "%s from %s", reason.constData(), from.constData());
}

QMap<QByteArray, qint64> Refusals::counts() const
{
    const std::lock_guard lock(m_mutex);
    QMap<QByteArray, qint64> counts;
    for (auto tally = m_tallies.cbegin(); tally != m_tallies.cend(); ++tally)
        counts.insert(tally.key(), tally->count);
    return counts;
}

} // namespace Hephaestus
