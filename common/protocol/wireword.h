// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <array>
#include <optional>

namespace Hephaestus {

/// A value of an enumeration as read from the wire. A newer program may send a word that this version does not know.
/// Such a word is kept, so that it can be shown and sent on. It equals no enumerator.
template <typename Enum>
class WireWord
{
public:
    WireWord(Enum value) : m_value(value) {}

    /// The one of `all` whose wireName() is `text`; otherwise the text itself.
    template <std::size_t N>
    static WireWord read(const QString &text, const std::array<Enum, N> &all)
    {
        for (const Enum candidate : all) {
            if (wireName(candidate) == text)
                return candidate;
        }
        WireWord unknown(all[0]);
        unknown.m_value.reset();
        unknown.m_unknown = text;
        return unknown;
    }

    const std::optional<Enum> &value() const { return m_value; } ///< nothing: the word is not known
    QString text() const { return m_value ? wireName(*m_value) : m_unknown; }

    bool operator==(const WireWord &) const = default;

private:
    std::optional<Enum> m_value;
    QString m_unknown;
};

} // namespace Hephaestus
