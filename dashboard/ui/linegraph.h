// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/history/historyrecord.h"
#include "dashboard/ui/timegraph.h"

namespace Hephaestus {

/// What a service's answers say of it as one number.
enum class Measure { Latency, Errors, Memory, Cpu, Restarts, InFlight, Connections, Threads, Files };

inline constexpr Measure AllMeasures[] = {Measure::Latency,     Measure::Errors,   Measure::Memory,
                                          Measure::Cpu,         Measure::Restarts, Measure::InFlight,
                                          Measure::Connections, Measure::Threads,  Measure::Files};

/// `Latency`, `Memory`, …
QString nameOf(Measure measure);
/// The same in English, for files.
QString plainNameOf(Measure measure);
/// The word for it in settings, which no language changes.
QString keyOf(Measure measure);
std::optional<Measure> measureOf(const QString &key);

/// The value of a stretch in the measure's own unit: seconds, bytes, cores, 0 to 1 of Errors, a count. Nothing: the
/// service did not say, or, of Errors, did nothing.
using MeasuredStretch = std::pair<Stretch, std::optional<double>>;
/// Of all dependencies together, if it is Errors. Of Restarts: how many since the beginning of the range.
std::vector<MeasuredStretch> valuesOf(Measure measure, const HistoryRange &range);
/// As people read it: `1.24 ms`, `38.4 MiB`, `12 %`.
QString textOf(Measure measure, double value);

/// One measure over time as a line that is broken where nothing is known; of the latency also the slowest.
class LineGraph : public TimeGraph
{
    Q_OBJECT

public:
    explicit LineGraph(QWidget *parent = nullptr);

    void show(Measure measure, const HistoryRange &range, History::Time now);

protected:
    void drawValues() override;
    void showAlone(const QVector<double> &at, const QVector<double> &values);
    void clearValues() override;
    void applyColours() override;
    QStringList valuesAt(double &at) const override;

private:
    Measure m_measure = Measure::Latency;
    std::vector<MeasuredStretch> m_values;
    QCPGraph *m_line;
    QCPGraph *m_slowest;
    QCPGraph *m_alone; ///< dots
};

} // namespace Hephaestus
