// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>

#include <optional>

namespace Hephaestus {

/// A colour as SGR escapes name it: one of 256, or its red, green and blue.
struct AnsiColour
{
    std::optional<quint8> index; ///< 0 to 15: the terminal's own; 16 to 231: a cube; 232 to 255: greys
    quint8 red = 0;
    quint8 green = 0;
    quint8 blue = 0;

    bool operator==(const AnsiColour &) const = default;
};

/// How text looks, as SGR escapes (ECMA-48, 8.3.117) say. The defaults are those of the view.
struct TextStyle
{
    std::optional<AnsiColour> foreground{};
    std::optional<AnsiColour> background{};
    bool isBold = false;
    bool isDim = false;
    bool isItalic = false;
    bool isUnderlined = false;
    bool isStruckOut = false;
    bool isReversed = false;

    bool operator==(const TextStyle &) const = default;
};

/// A part of a line, in UTF-16 units.
struct StyledSpan
{
    int begin = 0;
    int length = 0;
    TextStyle style;

    bool operator==(const StyledSpan &) const = default;
};

/// A line as it is shown, and how. What is in no span has the default style.
struct StyledLine
{
    QString text;
    QList<StyledSpan> spans; ///< in their order; they do not overlap

    bool operator==(const StyledLine &) const = default;
};

/// What a terminal would show of one line of output, with `limit` characters at most and an ellipsis where it was cut.
/// Each line begins in the default style, so that one program's escapes do not colour another's lines.
///
/// `\r` and `\b` go back and overwrite, `ESC [ K` erases. Every other complete escape sequence is dropped. One that the
/// line does not complete, and every other invisible character, is made visible as by printable(): nothing is hidden.
StyledLine styledLine(const QString &line, int limit);

} // namespace Hephaestus
