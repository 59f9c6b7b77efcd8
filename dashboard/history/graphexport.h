// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/history/historyrecord.h"

namespace Hephaestus {

/// What a graph shows of one service, for a file.
struct GraphContent
{
    QString service;
    QString what; ///< `database`, `Latency`; of all dependencies: empty
    History::Samples operations;
    QStringList columns;                                                  ///< of `values`, with their units
    std::vector<std::pair<Stretch, QList<std::optional<double>>>> values; ///< a line each, as many as there are columns
};

/// RFC 4180, UTC times in ISO 8601, one line a stretch; where nothing is known there is no line. What a spreadsheet
/// would take for a formula is preceded by an apostrophe.
QByteArray csvOf(const QList<GraphContent> &graphs);

} // namespace Hephaestus
