// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSet>
#include <QString>

namespace Hephaestus {

/// Texts that many have in common, each once in memory. One thread.
class TextPool
{
public:
    static constexpr qsizetype Most = 4096; ///< that it knows; with one more it begins anew

    /// The same text, in the memory of an earlier one that reads the same.
    QString shared(const QString &text)
    {
        if (const auto known = m_texts.constFind(text); known != m_texts.cend())
            return *known;
        if (m_texts.size() >= Most)
            m_texts.clear();
        return *m_texts.insert(text);
    }

private:
    QSet<QString> m_texts;
};

} // namespace Hephaestus
