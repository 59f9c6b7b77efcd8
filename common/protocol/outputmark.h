// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <optional>

namespace Hephaestus {

/// The beginning of an event's line in a log file, after its time.
constexpr char EventMark[] = " hephaestus: ";

/// Whether a whole line of a log file reads as one that tells of those after it (`2026-01-31T12:00:00.000Z stdout:`),
/// or as an event's, perhaps after blanks. What a program writes so has one blank more in the file.
bool looksLikeMark(QByteArrayView line);

/// Whole lines of a program as they stand in a log file. Nothing: as they are.
std::optional<QByteArray> withoutMarks(QByteArrayView lines);

} // namespace Hephaestus
