// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QStringList>

#include <optional>

namespace Hephaestus {

/// The end of a program that nobody asked for, or that somebody did.
struct Death
{
    QString service;
    QByteArray time{};           ///< as wireTime() writes it
    QString how;                 ///< `exited with code 3`, `killed by SIGSEGV`
    std::optional<qint64> pid{}; ///< nothing: its start is not kept
    bool wasAsked = false;       ///< its wrapper was stopping it
    QStringList lastWords{};     ///< its last lines, oldest first

    bool operator==(const Death &) const = default;
};

} // namespace Hephaestus
