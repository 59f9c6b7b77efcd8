// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/logreading.h"

#include <QEventLoop>

#include <algorithm>

namespace Hephaestus {

namespace {

constexpr qsizetype ComparedLines = 8; // of those that were printed last

bool isSameLine(const OutputLine &one, const OutputLine &other)
{
    return one.text == other.text && one.stream == other.stream
        && std::chrono::abs(one.time - other.time) <= std::chrono::seconds(1); // as a file tells it
}

} // namespace

QList<LogState> readLogs(const QList<FleetEntry> &entries, qint64 most)
{
    std::vector<std::unique_ptr<LogReader>> readers;
    QEventLoop loop;
    qsizetype open = entries.size();
    for (const FleetEntry &entry : entries) {
        readers.push_back(std::make_unique<LogReader>(entry, most));
        QObject::connect(readers.back().get(), &LogReader::finished, &loop, [&] {
            if (--open == 0)
                loop.quit();
        });
        readers.back()->start();
    }
    if (open > 0)
        loop.exec();
    QList<LogState> states;
    for (const auto &reader : readers)
        states << reader->state();
    return states;
}

std::optional<QList<OutputLine>> linesAfter(const QList<OutputLine> &lines, const QList<OutputLine> &printed)
{
    const QList<OutputLine> last = printed.last(std::min(printed.size(), ComparedLines));
    if (last.isEmpty())
        return lines;
    // The first place: of lines that repeat some come twice rather than not at all.
    const auto found = std::search(lines.begin(), lines.end(), last.begin(), last.end(), isSameLine);
    if (found == lines.end())
        return {};
    return QList<OutputLine>(found + last.size(), lines.end());
}

} // namespace Hephaestus
