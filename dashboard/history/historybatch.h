// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/receipt.h"
#include "dashboard/history/historyrecord.h"

#include <QHash>

#include <compare>
#include <map>
#include <optional>

namespace Hephaestus {

/// What waits to be written: observations summed into the rows of every tier, events, obituaries, and so on. Bounded:
/// while nothing can be written, the finest rows are given up first.
class HistoryBatch
{
public:
    static constexpr std::size_t MostRows = 50'000;  ///< and
    static constexpr std::size_t MostRowsEach = 128; ///< for each service

    /// The part of one bucket that these observations contribute.
    struct Look
    {
        qint64 since = 0; ///< ms since the epoch; the bucket is known from here
        qint64 until = 0; ///< to here
        qint64 polls = 0;
        double latency = 0; ///< seconds, summed
        double slowest = 0;
        qint64 inFlight = -1; ///< the highest; -1: not known
        qint64 connections = -1;
        qint64 files = -1;
        qint64 threads = -1;
        qint64 resident = -1;
        double cpu = -1; ///< seconds, summed
    };
    struct Count
    {
        qint64 successes = 0;
        qint64 failures = 0;
    };

    /// Of a tier. The finest come first, and of one tier the oldest.
    struct Bucket
    {
        int step = 0;     ///< seconds
        qint64 start = 0; ///< seconds since the epoch

        auto operator<=>(const Bucket &) const = default;
    };
    template <typename Row>
    using Rows = std::map<Bucket, Row>;
    struct ServiceRows
    {
        Rows<Look> looks;
        std::map<QString, Rows<Count>> counts; ///< by dependency, zero or not: that is how it is known to be there
    };
    struct StoredEvent
    {
        Event event;
        QString url;
    };

    void add(const Observation &observation);
    void add(const Event &event, const QString &url);
    void add(const Obituary &obituary);
    void add(const Receipt &receipt, const QString &url) { m_receipts.append({url, receipt}); }
    void add(const KnownService &service, const QString &url) { m_known.insert(url, service); }

    /// The finest tier that is kept: the more services there are, the coarser, so that the file and its writing stay
    /// small.
    std::chrono::seconds finestStep() const;

    bool isEmpty() const
    {
        return m_rows == 0 && m_events.isEmpty() && m_obituaries.isEmpty() && m_receipts.isEmpty() && m_known.isEmpty();
    }
    void clear(); ///< but for which services there are

    const QHash<QString, ServiceRows> &services() const { return m_services; } ///< by URL
    const QList<StoredEvent> &events() const { return m_events; }
    const QList<Obituary> &obituaries() const { return m_obituaries; }
    const QList<std::pair<QString, Receipt>> &receipts() const { return m_receipts; } ///< with their URLs

    const QHash<QString, KnownService> &known() const { return m_known; } ///< by URL

private:
    std::optional<Bucket> addLook(ServiceRows &rows, int step, const Observation &observation);
    std::size_t mostRows() const { return MostRows + MostRowsEach * std::size_t(m_services.size()); }
    void giveUpFinest();

    QHash<QString, ServiceRows> m_services; ///< every one ever added
    std::size_t m_rows = 0;                 ///< of all of them
    QList<StoredEvent> m_events;
    QList<Obituary> m_obituaries;
    QList<std::pair<QString, Receipt>> m_receipts;
    QHash<QString, KnownService> m_known;
};

} // namespace Hephaestus
