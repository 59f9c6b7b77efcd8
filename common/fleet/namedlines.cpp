// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/namedlines.h"

#include <QHash>

#include <algorithm>

namespace Hephaestus {

void sortByTime(QList<NamedLine> &lines)
{
    // A clock that was set back must not change the order within a service.
    QHash<int, OutputLine::Time> latest;
    QList<std::pair<OutputLine::Time, NamedLine>> timed;
    timed.reserve(lines.size());
    for (NamedLine &named : lines) {
        OutputLine::Time &time = latest[named.service];
        time = std::max(time, named.line.time);
        timed.append({time, std::move(named)});
    }
    std::stable_sort(timed.begin(), timed.end(),
                     [](const auto &one, const auto &other) { return one.first < other.first; });
    lines.clear();
    for (auto &[time, named] : timed)
        lines.append(std::move(named));
}

} // namespace Hephaestus
