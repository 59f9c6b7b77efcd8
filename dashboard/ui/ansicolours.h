// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/ansitext.h"
#include "dashboard/model/loglevel.h"

#include <QPalette>
#include <QTextCharFormat>

#include <map>

namespace Hephaestus {

/// How styles and levels look on one palette. A program chose its colours for another background than ours: lightness
/// is moved until text can be read (4.5 : 1 on what is behind it), hue is kept. GUI thread only.
class AnsiColours
{
public:
    explicit AnsiColours(const QPalette &palette);

    /// Remembers what it made: a log repeats few styles many times.
    const QTextCharFormat &format(const TextStyle &style);
    QTextCharFormat format(LogLevel level) const;
    QTextCharFormat nameFormat() const; ///< of a service's name before its line

    /// The colour before anything is done for contrast: the sixteen of xterm, its cube, its greys.
    static QColor named(const AnsiColour &colour);

private:
    QTextCharFormat made(const TextStyle &style) const;

    QPalette m_palette;
    std::map<quint64, QTextCharFormat> m_formats; ///< by a style's bits
};

} // namespace Hephaestus
