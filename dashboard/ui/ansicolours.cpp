// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/ansicolours.h"

#include "dashboard/ui/theme.h"

#include <array>

namespace Hephaestus {

namespace {

constexpr double LogContrast = 4.5;
constexpr std::size_t MostFormats = 4096; // of a program that never uses a style twice

constexpr std::array<QRgb, 16> BasicColours{0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd,
                                            0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00,
                                            0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff};

quint64 bitsOf(const std::optional<AnsiColour> &colour)
{
    if (!colour)
        return 0;
    return colour->index ? 1U << 24 | *colour->index
                         : 2U << 24 | unsigned(colour->red) << 16 | unsigned(colour->green) << 8 | colour->blue;
}

quint64 bitsOf(const TextStyle &style)
{
    quint64 bits = bitsOf(style.foreground) << 26 | bitsOf(style.background);
    for (const bool is :
         {style.isBold, style.isDim, style.isItalic, style.isUnderlined, style.isStruckOut, style.isReversed})
        bits = bits << 1 | quint64(is);
    return bits;
}

} // namespace

AnsiColours::AnsiColours(const QPalette &palette) : m_palette(palette) {}

QColor AnsiColours::named(const AnsiColour &colour)
{
    if (!colour.index)
        return {colour.red, colour.green, colour.blue};
    const int index = *colour.index;
    if (index < int(BasicColours.size()))
        return QColor::fromRgb(BasicColours[std::size_t(index)]);
    if (index >= 232) {
        const int grey = 8 + 10 * (index - 232);
        return {grey, grey, grey};
    }
    const auto level = [](int step) { return step == 0 ? 0 : 55 + 40 * step; };
    const int cube = index - 16;
    return {level(cube / 36), level(cube / 6 % 6), level(cube % 6)};
}

const QTextCharFormat &AnsiColours::format(const TextStyle &style)
{
    if (m_formats.size() >= MostFormats)
        m_formats.clear();
    const auto [known, isNew] = m_formats.try_emplace(bitsOf(style));
    if (isNew)
        known->second = made(style);
    return known->second;
}

QTextCharFormat AnsiColours::made(const TextStyle &style) const
{
    std::optional<QColor> front;
    std::optional<QColor> back;
    if (style.foreground)
        front = named(*style.foreground);
    if (style.background)
        back = named(*style.background);
    if (style.isReversed) {
        const QColor behind = back.value_or(m_palette.color(QPalette::Base));
        back = front.value_or(m_palette.color(QPalette::Text));
        front = behind;
    }
    QTextCharFormat format;
    const QColor behind = back.value_or(m_palette.color(QPalette::Base));
    QColor shown = front.value_or(m_palette.color(QPalette::Text));
    if (style.isDim)
        shown = QColor::fromRgb((shown.red() * 3 + behind.red() * 2) / 5, (shown.green() * 3 + behind.green() * 2) / 5,
                                (shown.blue() * 3 + behind.blue() * 2) / 5);
    if (front || back || style.isDim)
        format.setForeground(readable(shown, behind, LogContrast));
    if (back)
        format.setBackground(*back);
    if (style.isBold)
        format.setFontWeight(QFont::Bold);
    format.setFontItalic(style.isItalic);
    format.setFontUnderline(style.isUnderlined);
    format.setFontStrikeOut(style.isStruckOut);
    return format;
}

QTextCharFormat AnsiColours::format(LogLevel level) const
{
    const Theme &theme = Theme::of(m_palette);
    QTextCharFormat format;
    switch (level) {
    case LogLevel::None: break;
    case LogLevel::Debug: format.setForeground(theme.muted()); break;
    case LogLevel::Information: format.setForeground(theme.accent(ServiceState::NotUnderstood)); break;
    case LogLevel::Warning: format.setForeground(theme.accent(ServiceState::ShuttingDown)); break;
    case LogLevel::Error: format.setForeground(theme.accent(ServiceState::DependencyError)); break;
    }
    if (level >= LogLevel::Warning)
        format.setFontWeight(QFont::Bold);
    return format;
}

QTextCharFormat AnsiColours::nameFormat() const
{
    QTextCharFormat format;
    format.setForeground(Theme::of(m_palette).muted());
    return format;
}

} // namespace Hephaestus
