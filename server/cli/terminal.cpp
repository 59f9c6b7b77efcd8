// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/terminal.h"

#include "common/base/printablejson.h"

#include <array>
#include <cstdio>
#include <sys/ioctl.h>
#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// ECMA-48 "select graphic rendition", in the terminal's own palette.
QLatin1StringView code(Paint paint)
{
    switch (paint) {
    case Paint::None: return "0"_L1;
    case Paint::Good: return "32"_L1;
    case Paint::Bad: return "31"_L1;
    case Paint::Busy: return "33"_L1;
    case Paint::Stale: return "35"_L1;
    case Paint::Locked: return "34"_L1;
    case Paint::Faint: return "2"_L1;
    case Paint::Strong: return "1"_L1;
    }
    Q_UNREACHABLE();
}

} // namespace

Terminal::Terminal(Color color) : m_isTerminal(::isatty(STDOUT_FILENO) == 1)
{
    const bool able = m_isTerminal && qgetenv("NO_COLOR").isEmpty() && qgetenv("TERM") != "dumb";
    m_color = color == Color::Always || (color == Color::Auto && able);
}

QString Terminal::painted(const QString &text, Paint paint) const
{
    return m_color && paint != Paint::None && !text.isEmpty() ? u"\x1b["_s + code(paint) + u'm' + text + u"\x1b[0m"_s
                                                              : text;
}

QString Terminal::paintedAs(int index, const QString &text) const
{
    constexpr std::array Colors{36, 33, 32, 35, 34, 31}; // of ECMA-48
    return m_color ? u"\x1b[%1m%2\x1b[0m"_s.arg(Colors[std::size_t(index) % Colors.size()]).arg(text) : text;
}

std::optional<int> Terminal::width() const
{
    winsize size{};
    if (!m_isTerminal || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return {};
    return size.ws_col;
}

void Terminal::write(const QString &text) const
{
    const QByteArray bytes = (m_isTerminal ? printableJson(text) : text).toUtf8();
    std::fwrite(bytes.constData(), 1, size_t(bytes.size()), stdout);
    std::fflush(stdout);
}

void Terminal::replaceScreen(const QString &text) const
{
    if (!m_isTerminal)
        return write(text);
    // Home, each line cleared to its end, then all below: no flicker.
    write(u"\x1b[H"_s + QString(text).replace(u'\n', u"\x1b[K\n"_s) + u"\x1b[J"_s);
}

} // namespace Hephaestus
