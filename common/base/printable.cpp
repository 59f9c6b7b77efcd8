// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/printable.h"

namespace Hephaestus {
namespace {

bool isDeceptive(char32_t character)
{
    switch (QChar::category(character)) {
    case QChar::Other_Control:
    case QChar::Other_Format:
    case QChar::Other_Surrogate:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph: return true;
    default: return false;
    }
}

} // namespace

QString printable(const QString &text)
{
    QString result;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const bool isPair = text[i].isHighSurrogate() && i + 1 < text.size() && text[i + 1].isLowSurrogate();
        const char32_t character = isPair ? QChar::surrogateToUcs4(text[i], text[i + 1]) : text[i].unicode();
        if (isDeceptive(character))
            result += QStringLiteral("\\u{%1}").arg(uint(character), 0, 16);
        else
            result += QStringView(text).mid(i, isPair ? 2 : 1);
        i += isPair;
    }
    return result;
}

} // namespace Hephaestus
