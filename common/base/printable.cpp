// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/printable.h"

#include <QStringDecoder>

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
    case QChar::Separator_Paragraph: return true;
    default: return false;
    }
}

QString hexNumber(char32_t value) { return QStringLiteral("\\u{%1}").arg(uint(value), 0, 16); }
QString hexByte(char32_t value) { return QStringLiteral("\\x%1").arg(uint(value), 2, 16, QLatin1Char('0')); }

/// A byte that is not UTF-8 as an unpaired surrogate, in which no text has it.
constexpr char32_t NotUtf8 = 0xdc00;

/// Empty: `character` is shown as it is.
QString escapeOf(char32_t character, Escape escape)
{
    switch (escape) {
    case Escape::Screen: return isDeceptive(character) ? hexNumber(character) : QString();
    case Escape::Log:
        if (character == U'\n')
            return QStringLiteral("\\n");
        if (character == U'\t' || QChar::isSurrogate(character) || !isDeceptive(character))
            return {};
        return character <= 0xff ? hexByte(character) : hexNumber(character);
    case Escape::Path:
        if (character == U'\\')
            return QStringLiteral("\\\\");
        if (character >= NotUtf8 + 0x80 && character <= NotUtf8 + 0xff)
            return hexByte(character - NotUtf8);
        return character < 0x20 || character == 0x7f ? hexByte(character) : QString();
    }
    Q_UNREACHABLE();
}

QString decodedPath(QByteArrayView path)
{
    QString text;
    for (qsizetype i = 0; i < path.size();) {
        const auto byte = uchar(path[i]);
        const qsizetype length = byte < 0x80 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
        QStringDecoder decoder(QStringDecoder::Utf8);
        const QString character = decoder(path.sliced(i, std::min(length, path.size() - i)));
        if (character.isEmpty() || decoder.hasError() || character.contains(QChar::ReplacementCharacter)) {
            text += QChar(char16_t(NotUtf8 + byte));
            ++i;
        } else {
            text += character;
            i += length;
        }
    }
    return text;
}

} // namespace

QString printable(const QString &text, Escape escape)
{
    QString result;
    result.reserve(text.size());
    for (qsizetype i = 0; i < text.size(); ++i) {
        const bool isPair = text[i].isHighSurrogate() && i + 1 < text.size() && text[i + 1].isLowSurrogate();
        const char32_t character = isPair ? QChar::surrogateToUcs4(text[i], text[i + 1]) : text[i].unicode();
        if (const QString escaped = escapeOf(character, escape); !escaped.isEmpty())
            result += escaped;
        else
            result += QStringView(text).mid(i, isPair ? 2 : 1);
        i += isPair;
    }
    return result;
}

QString printablePath(const QByteArray &path) { return printable(decodedPath(path), Escape::Path); }

} // namespace Hephaestus
