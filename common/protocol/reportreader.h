// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "common/protocol/health.h"

#include <QByteArray>
#include <QByteArrayView>

#include <vector>

namespace Hephaestus {

/// Reads the detailed bodies of one service, one after the other, as decodeReport() does. No two bodies of a service
/// are the same, but mostly they differ only in the numbers of a few fields: seconds, counts and resources. Such a body
/// is compared with the one before up to each of these numbers, and only they are read. A body that differs in anything
/// else is decoded anew. Keeps the latest body and its report. Not thread-safe.
class ReportReader
{
public:
    /// Exactly what decodeReport(json) gives.
    Result<HealthReport> read(const QByteArray &json);

private:
    enum class Field : quint8 {
        Uptime,
        LastSuccess,
        LastFailure,
        Successes,
        Failures,
        OpenConnections,
        BackgroundTasks,
        InFlightRequests,
        OpenFiles,
        Threads,
        ResidentBytes,
        CpuSeconds,
        PeakBytes,
        OomKills,
        WrapperResidentBytes,
        WrapperCpuSeconds,
        CodeChecked,
    };

    /// A number in the body that may move. There are dozens in each of thousands of readers.
    struct Slot
    {
        quint32 start; ///< of its first character
        quint8 length;
        Field field;
        qint16 dependency; ///< its place in the report; -1: it is of none

        qsizetype end() const { return qsizetype(start) + length; } ///< behind its last
    };

    void findSlots();
    void addSlot(const QStringList &path, qsizetype start, qsizetype end, const QString &name);
    bool readNumbers(QByteArrayView json);
    static bool put(HealthReport &report, const Slot &slot, double value);

    QByteArray m_body; ///< empty: there is none to compare with
    HealthReport m_report;
    std::vector<Slot> m_slots;
    bool m_slotsKnown = false;
};

} // namespace Hephaestus
