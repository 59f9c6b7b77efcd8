// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/history/historyrecord.h"
#include "dashboard/ui/timegraph.h"

namespace Hephaestus {

/// What a service's answers say of it beside its dependencies.
enum class Measure { Latency, Memory, Cpu, InFlight, Connections, Threads, Files };

inline constexpr Measure AllMeasures[] = {Measure::Latency,     Measure::Memory,  Measure::Cpu,  Measure::InFlight,
                                          Measure::Connections, Measure::Threads, Measure::Files};

/// `Latency`, `Memory`, …
QString nameOf(Measure measure);
/// The same in English, for files.
QString plainNameOf(Measure measure);
/// In the measure's own unit (seconds, bytes, cores, a count); nothing: the service did not say.
std::optional<double> valueOf(Measure measure, const Stretch &stretch);
/// As people read it: `1.24 ms`, `38.4 MiB`, `12 %`.
QString textOf(Measure measure, double value);

/// One measure over time as a line that is broken where nothing is known; of the latency also the slowest.
class LineGraph : public TimeGraph
{
    Q_OBJECT

public:
    explicit LineGraph(QWidget *parent = nullptr);

    void show(Measure measure, const std::vector<Stretch> &stretches, const std::deque<History::Mark> &marks,
              History::Time now);

protected:
    void drawValues() override;
    void applyColours() override;
    QStringList valuesAt(double &at) const override;

private:
    Measure m_measure = Measure::Latency;
    std::vector<Stretch> m_stretches;
    QCPGraph *m_line;
    QCPGraph *m_slowest;
};

} // namespace Hephaestus
