// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/ui/timegraph.h"

#include <map>

namespace Hephaestus {

/// Operations of a dependency over time as bars, failures snapshot on successes.
class DependencyGraph : public TimeGraph
{
    Q_OBJECT

public:
    explicit DependencyGraph(QWidget *parent = nullptr);

    /// `name` is what the graph is called to those who cannot see it.
    void show(const QString &name, const History::Samples &samples, const History::Marks &marks, History::Time now);

protected:
    void drawValues() override;
    void clearValues() override;
    void applyColours() override;
    QStringList valuesAt(double &at) const override;

private:
    struct Bar
    {
        qint64 successes = 0;
        qint64 failures = 0;
    };

    /// Failures stand on successes.
    struct Columns
    {
        QCPBars *successes;
        QCPBars *failures;

        void setData(const QVector<double> &at, const std::vector<Bar> &bars, double width);
    };

    Columns m_whole;  ///< bars that end in what is seen
    Columns m_latest; ///< the one that is cut by its right edge: as wide as what of it is seen, or as an eye needs
    History::Samples m_samples;
    std::map<qint64, Bar> m_bars; ///< by the start of the bar, seconds since the epoch
    qint64 m_width = 1;           ///< of a bar, seconds
};

} // namespace Hephaestus
