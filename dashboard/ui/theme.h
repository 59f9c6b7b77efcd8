// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/servicesnapshot.h"
#include "dashboard/history/event.h"

#include <QColor>
#include <QPalette>

class QFontMetrics;

namespace Hephaestus {

/// The contrast ratio of two opaque colours, 1 to 21: WCAG 2.1, "contrast ratio" and "relative luminance".
double contrast(const QColor &one, const QColor &other);

/// `colour` with its lightness moved, hue kept, just as far as it takes to reach `ratio` on `background`.
QColor readable(const QColor &colour, const QColor &background, double ratio);

/// The colours that mean something, made for one palette: everything else is the palette's own. The accents are from
/// the set of Okabe and Ito ("Color Universal Design", 2008), which colour-blind eyes can tell apart. They never stand
/// alone: a shape and a word go with each. All are fit for text (4.5 : 1) on the palette's Base, AlternateBase, Window
/// and on selection().
class Theme
{
public:
    explicit Theme(const QPalette &palette);

    /// The theme of a palette; remembers the latest, since every cell asks. GUI thread only.
    static const Theme &of(const QPalette &palette);

    QColor accent(ServiceState state) const;
    QColor accent(DependencyStatus status) const;
    QColor accent(CodeVerdict verdict) const;
    QColor accent(EventKind kind) const;

    QColor muted() const { return m_muted; }         ///< secondary text
    QColor selection() const { return m_selection; } ///< a quiet background for selected rows, under ordinary text
    QColor line() const { return m_line; }           ///< separators and grids

    /// A light or dark palette for those whose system offers none.
    static QPalette light();
    static QPalette dark();

private:
    QColor m_text;
    QColor m_selection;
    QColor m_line;
    QColor m_muted;
    QColor m_green;
    QColor m_vermilion;
    QColor m_orange;
    QColor m_skyBlue;
    QColor m_purple;
    QColor m_blue;
};

/// One scale of distances, in steps of a quarter of the font's height: step 1 is 4 px at 100 %.
int spacing(const QFontMetrics &metrics, int steps);

/// `pixels`, or more where letters are larger than at 100 %: below that there is too little room for something.
int enoughFor(const QFontMetrics &metrics, int pixels);

/// In pixels: a window that is narrower has no room for two things beside each other.
constexpr int NarrowWindow = 900;

} // namespace Hephaestus
