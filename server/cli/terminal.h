// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>

namespace Hephaestus {

/// Colours of states, as words; each goes with a shape and a word, never alone.
enum class Paint { None, Good, Bad, Busy, Stale, Locked, Faint, Strong };

/// What standard output can show. Text is written whole, and flushed.
class Terminal
{
public:
    enum class Color { Auto, Always, Never };

    /// Auto: colours on a terminal that can, unless NO_COLOR is set (no-color.org).
    explicit Terminal(Color color = Color::Auto);

    bool isTerminal() const { return m_isTerminal; }
    QString painted(const QString &text, Paint paint) const;
    /// In the colour of the `index`th of several; the same again and again from the seventh on.
    QString paintedAs(int index, const QString &text) const;
    /// Columns of the terminal; nothing if the output goes elsewhere.
    std::optional<int> width() const;
    /// `text` is JSON, or what printable() and painted() made.
    void write(const QString &text) const;
    /// Writes `text` over what the screen shows; elsewhere just writes it.
    void replaceScreen(const QString &text) const;

private:
    bool m_isTerminal;
    bool m_color;
};

} // namespace Hephaestus
