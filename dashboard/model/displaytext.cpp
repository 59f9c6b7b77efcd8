// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/displaytext.h"

#include "common/protocol/duration.h"

#include <QCoreApplication>

#include <array>
#include <cmath>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

bool isDangerous(char32_t character)
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

QString escape(char32_t character)
{
    switch (character) {
    case U'\n': return u"\\n"_s;
    case U'\r': return u"\\r"_s;
    case U'\t': return u"\\t"_s;
    default: break;
    }
    return character > 0xffff ? u"\\u{%1}"_s.arg(uint(character), 0, 16)
                              : u"\\u%1"_s.arg(uint(character), 4, 16, QChar(u'0'));
}

/// `value` with at most three significant digits, never in exponent form.
QString threeDigits(double value)
{
    const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    QString text = QString::number(value, 'f', decimals);
    if (decimals > 0) {
        while (text.endsWith(u'0'))
            text.chop(1);
        if (text.endsWith(u'.'))
            text.chop(1);
    }
    return text;
}

template <std::size_t N>
QString scaled(qint64 value, double step, const std::array<const char *, N> &units)
{
    double rest = double(value);
    std::size_t unit = 0;
    while (rest >= step - 0.5 && unit + 1 < N) {
        rest /= step;
        ++unit;
    }
    const QString number = unit == 0 ? QString::number(value) : threeDigits(rest);
    const QString word = QString::fromLatin1(units[unit]);
    return word.isEmpty() ? number : number + u' ' + word;
}

} // namespace

QString visibleText(QStringView text, qsizetype limit)
{
    QString shown;
    shown.reserve(std::min(text.size(), limit));
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (shown.size() >= limit)
            return shown + u'…';
        char32_t character = text[i].unicode();
        if (text[i].isHighSurrogate() && i + 1 < text.size() && text[i + 1].isLowSurrogate()) {
            character = QChar::surrogateToUcs4(text[i], text[i + 1]);
            ++i;
        }
        if (isDangerous(character))
            shown += escape(character);
        else
            shown += QChar::fromUcs4(character);
    }
    return shown;
}

QString formatCount(qint64 count)
{
    return scaled(count, 1000, std::array{"", "k", "M", "G", "T"});
}

QString formatBytes(qint64 bytes)
{
    return scaled(bytes, 1024, std::array{"B", "KiB", "MiB", "GiB", "TiB"});
}

QString formatAge(std::chrono::duration<double> age)
{
    if (age < std::chrono::seconds(1))
        return QCoreApplication::translate("Age", "now");
    return QCoreApplication::translate("Age", "%1 ago").arg(formatDuration(std::chrono::floor<std::chrono::seconds>(age)));
}

} // namespace Hephaestus
