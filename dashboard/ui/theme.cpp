// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/theme.h"

#include <QFontMetrics>

#include <algorithm>
#include <array>
#include <cmath>

namespace Hephaestus {
namespace {

constexpr double TextContrast = 4.5;

constexpr QColor Green{0x00, 0x9e, 0x73};
constexpr QColor Vermilion{0xd5, 0x5e, 0x00};
constexpr QColor Orange{0xe6, 0x9f, 0x00};
constexpr QColor SkyBlue{0x56, 0xb4, 0xe9};
constexpr QColor Purple{0xcc, 0x79, 0xa7};
constexpr QColor Blue{0x00, 0x72, 0xb2};

double luminance(const QColor &colour)
{
    const auto linear = [](double channel) {
        return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
}

QColor blend(const QColor &below, const QColor &above, double share)
{
    const auto mix = [share](float from, float to) { return float(from + (to - from) * share); };
    return QColor::fromRgbF(mix(below.redF(), above.redF()), mix(below.greenF(), above.greenF()),
                            mix(below.blueF(), above.blueF()));
}

constexpr std::array UsedRoles{QPalette::Base, QPalette::AlternateBase, QPalette::Window, QPalette::Text,
                               QPalette::Highlight};
using Sources = std::array<QColor, UsedRoles.size()>;

/// The colours that a theme is made from.
Sources sourcesOf(const QPalette &palette)
{
    Sources sources;
    std::transform(UsedRoles.begin(), UsedRoles.end(), sources.begin(),
                   [&](QPalette::ColorRole role) { return palette.color(QPalette::Active, role); });
    return sources;
}

} // namespace

double contrast(const QColor &one, const QColor &other)
{
    const double a = luminance(one);
    const double b = luminance(other);
    return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
}

QColor readable(const QColor &colour, const QColor &background, double ratio)
{
    const bool lift = contrast(Qt::white, background) > contrast(Qt::black, background);
    float hue = 0;
    float saturation = 0;
    float lightness = 0;
    colour.getHslF(&hue, &saturation, &lightness);
    QColor found = colour;
    while (contrast(found, background) < ratio && (lift ? lightness < 1 : lightness > 0)) {
        lightness = std::clamp(lightness + (lift ? 0.01F : -0.01F), 0.0F, 1.0F);
        found = QColor::fromHslF(hue, saturation, lightness).toRgb();
    }
    return found;
}

Theme::Theme(const QPalette &palette)
    : m_text(palette.color(QPalette::Active, QPalette::Text))
    , m_selection(blend(palette.color(QPalette::Active, QPalette::Base),
                        palette.color(QPalette::Active, QPalette::Highlight), 0.18))
    , m_line(blend(palette.color(QPalette::Active, QPalette::Base), m_text, 0.16))
{
    const auto fit = [&](QColor colour) {
        for (const auto role : {QPalette::Base, QPalette::AlternateBase, QPalette::Window})
            colour = readable(colour, palette.color(QPalette::Active, role), TextContrast);
        return readable(colour, m_selection, TextContrast);
    };
    m_muted = fit(blend(palette.color(QPalette::Active, QPalette::Base), m_text, 0.6));
    m_green = fit(Green);
    m_vermilion = fit(Vermilion);
    m_orange = fit(Orange);
    m_skyBlue = fit(SkyBlue);
    m_purple = fit(Purple);
    m_blue = fit(Blue);
}

const Theme &Theme::of(const QPalette &palette)
{
    // The palettes of two widgets have keys of their own, and mostly the same colours.
    static qint64 key = palette.cacheKey();
    static Sources sources = sourcesOf(palette);
    static Theme theme(palette);
    if (key == palette.cacheKey())
        return theme;
    key = palette.cacheKey();
    if (const Sources others = sourcesOf(palette); others != sources) {
        sources = others;
        theme = Theme(palette);
    }
    return theme;
}

QColor Theme::accent(ServiceState state) const
{
    switch (state) {
    case ServiceState::Healthy: return m_green;
    case ServiceState::DependencyError:
    case ServiceState::Unreachable: return m_vermilion;
    case ServiceState::ShuttingDown: return m_orange;
    case ServiceState::Starting:
    case ServiceState::Restarting: return m_skyBlue;
    case ServiceState::Unauthorized:
    case ServiceState::Foreign:
    case ServiceState::NotUnderstood: return m_blue;
    case ServiceState::Reachable:
    case ServiceState::Unknown:
    case ServiceState::Stopped: return m_muted;
    }
    Q_UNREACHABLE();
}

QColor Theme::accent(DependencyStatus status) const
{
    switch (status) {
    case DependencyStatus::Working: return m_green;
    case DependencyStatus::Error: return m_vermilion;
    case DependencyStatus::NotUsed:
    case DependencyStatus::Unknown: return m_muted;
    }
    Q_UNREACHABLE();
}

QColor Theme::accent(CodeVerdict verdict) const { return verdict == CodeVerdict::Stale ? m_purple : m_muted; }

QColor Theme::accent(EventKind kind) const
{
    switch (kind) {
    case EventKind::Recovery: return m_green;
    case EventKind::Trouble: return m_vermilion;
    case EventKind::Action: return m_skyBlue;
    case EventKind::Information: return m_text;
    }
    Q_UNREACHABLE();
}

QPalette Theme::light()
{
    QPalette palette(QColor(0xf3, 0xf4, 0xf6), QColor(0xf3, 0xf4, 0xf6));
    palette.setColor(QPalette::Base, Qt::white);
    palette.setColor(QPalette::AlternateBase, QColor(0xf8, 0xf9, 0xfb));
    for (const auto role : {QPalette::Text, QPalette::WindowText, QPalette::ButtonText})
        palette.setColor(role, QColor(0x1c, 0x22, 0x2a));
    palette.setColor(QPalette::Highlight, QColor(0x2f, 0x6f, 0xb5));
    palette.setColor(QPalette::HighlightedText, Qt::white);
    palette.setColor(QPalette::PlaceholderText, QColor(0x6b, 0x74, 0x80));
    palette.setColor(QPalette::ToolTipBase, QColor(0xff, 0xff, 0xf0));
    palette.setColor(QPalette::ToolTipText, QColor(0x1c, 0x22, 0x2a));
    for (const auto role : {QPalette::Text, QPalette::WindowText, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, QColor(0x9a, 0xa1, 0xaa));
    return palette;
}

QPalette Theme::dark()
{
    QPalette palette(QColor(0x2b, 0x30, 0x37), QColor(0x22, 0x26, 0x2c));
    palette.setColor(QPalette::Base, QColor(0x1b, 0x1e, 0x23));
    palette.setColor(QPalette::AlternateBase, QColor(0x20, 0x24, 0x2a));
    for (const auto role : {QPalette::Text, QPalette::WindowText, QPalette::ButtonText, QPalette::BrightText})
        palette.setColor(role, QColor(0xe4, 0xe7, 0xeb));
    palette.setColor(QPalette::Highlight, QColor(0x4a, 0x8f, 0xd8));
    palette.setColor(QPalette::HighlightedText, QColor(0x10, 0x12, 0x15));
    palette.setColor(QPalette::PlaceholderText, QColor(0x95, 0x9d, 0xa8));
    palette.setColor(QPalette::ToolTipBase, QColor(0x2b, 0x30, 0x37));
    palette.setColor(QPalette::ToolTipText, QColor(0xe4, 0xe7, 0xeb));
    palette.setColor(QPalette::Link, QColor(0x6a, 0xb0, 0xf3));
    for (const auto role : {QPalette::Text, QPalette::WindowText, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, QColor(0x6f, 0x77, 0x82));
    return palette;
}

int spacing(const QFontMetrics &metrics, int steps) { return std::max(1, qRound(metrics.height() * steps / 4.25)); }

int enoughFor(const QFontMetrics &metrics, int pixels) { return std::max(pixels, spacing(metrics, pixels / 4)); }

} // namespace Hephaestus
