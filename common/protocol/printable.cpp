// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/printable.h"

#include <QList>

#include <algorithm>

namespace Hephaestus {
namespace {

bool isDeceptive(char32_t character)
{
    switch (QChar::category(character)) {
    case QChar::Other_Control:
    case QChar::Other_Format:
    case QChar::Other_Surrogate:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph:
        return true;
    default:
        return false;
    }
}

} // namespace

QString printable(const QString &text)
{
    const QList<uint> characters = text.toUcs4();
    if (std::none_of(characters.begin(), characters.end(), isDeceptive))
        return text;
    QString result;
    for (const char32_t character : characters) {
        if (isDeceptive(character))
            result += QStringLiteral("\\u{%1}").arg(uint(character), 0, 16);
        else
            result += QString::fromUcs4(&character, 1);
    }
    return result;
}

} // namespace Hephaestus
