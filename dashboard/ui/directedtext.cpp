// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/directedtext.h"

#include <QFontMetrics>
#include <QPainter>
#include <QStringList>
#include <QStyle>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr int LeastWidth = 12;  ///< letters of what stands before an end that is kept
constexpr int LeastOfPart = 18; ///< likewise of a part that is cut: no number is that long

} // namespace

int textFlags(Qt::LayoutDirection layout, int flags, const QString &text)
{
    const Qt::Alignment sideways = Qt::Alignment(flags & Qt::AlignHorizontal_Mask);
    const Qt::Alignment placed = QStyle::visualAlignment(layout, sideways ? sideways : Qt::AlignLeft);
    constexpr int Given = int(Qt::AlignHorizontal_Mask) | Qt::TextForceLeftToRight | Qt::TextForceRightToLeft;
    return (flags & ~Given) | int(placed | Qt::AlignAbsolute)
        | (text.isRightToLeft() ? Qt::TextForceRightToLeft : Qt::TextForceLeftToRight);
}

QString elidedBeforeEnd(const QFontMetrics &metrics, const QString &text, int width)
{
    const qsizetype comma = text.lastIndexOf(u", ");
    const QString end = comma < 0 ? QString() : text.mid(comma);
    const int room = width - metrics.horizontalAdvance(end);
    if (end.isEmpty() || metrics.horizontalAdvance(text) <= width)
        return metrics.elidedText(text, Qt::ElideRight, width);
    if (room < 4 * metrics.averageCharWidth()) // nothing of the beginning would be left
        return metrics.elidedText(text, Qt::ElideMiddle, width);
    return metrics.elidedText(text.first(comma), Qt::ElideRight, room) + end;
}

QString elidedState(const QFontMetrics &metrics, const QString &text, int width)
{
    if (metrics.horizontalAdvance(text) <= width)
        return text;
    const qsizetype colon = text.indexOf(u": ");
    const bool isWordAlone =
        colon > 0 && !text.contains(u", ") && metrics.horizontalAdvance(text.first(colon)) <= width;
    return isWordAlone ? text.first(colon) : elidedBeforeEnd(metrics, text, width);
}

QString elidedBeforeSentence(const QFontMetrics &metrics, const QString &text, int width)
{
    const qsizetype end = text.lastIndexOf(u". ");
    if (end < 0 || metrics.horizontalAdvance(text) <= width)
        return metrics.elidedText(text, Qt::ElideRight, width);
    const QString last = text.mid(end);
    const int room = width - metrics.horizontalAdvance(last);
    return room < LeastWidth * metrics.averageCharWidth()
        ? metrics.elidedText(text, Qt::ElideRight, width)
        : metrics.elidedText(text.first(end), Qt::ElideRight, room) + last;
}

/// The longest part between the first and the last one cut in its middle, if that is enough and it is no short number.
static QString withLongestCut(const QFontMetrics &metrics, QStringList parts, const QString &dot, int width)
{
    const auto begin = parts.begin() + 1;
    const auto longest = std::max_element(begin, std::max(begin, parts.end() - 1),
                                          [](const QString &a, const QString &b) { return a.size() < b.size(); });
    if (longest >= parts.end() - 1)
        return {};
    const int whole = metrics.horizontalAdvance(*longest);
    const int room = whole - (metrics.horizontalAdvance(parts.join(dot)) - width);
    if (room >= whole || room < LeastOfPart * metrics.averageCharWidth())
        return {};
    *longest = metrics.elidedText(*longest, Qt::ElideMiddle, room);
    return parts.join(dot);
}

QString elidedByParts(const QFontMetrics &metrics, const QString &text, int width)
{
    const QString dot = u" · "_s;
    const QStringList parts = text.split(dot);
    if (parts.size() < 2 || metrics.horizontalAdvance(text) <= width)
        return elidedBeforeEnd(metrics, text, width);
    if (const QString cut = withLongestCut(metrics, parts, dot, width); !cut.isEmpty())
        return cut;
    for (qsizetype kept = parts.size() - 2; kept > 0; --kept) {
        const QString shorter = (parts.first(kept) << u"…"_s << parts.last()).join(dot);
        if (metrics.horizontalAdvance(shorter) <= width)
            return shorter;
    }
    const QString end = dot + parts.last();
    const int room = width - metrics.horizontalAdvance(end);
    return room < 4 * metrics.averageCharWidth() ? metrics.elidedText(parts.last(), Qt::ElideMiddle, width)
                                                 : metrics.elidedText(parts.first(), Qt::ElideMiddle, room) + end;
}

void paintText(QPainter &painter, const QRectF &area, int flags, const QString &text)
{
    painter.drawText(area, textFlags(painter.layoutDirection(), flags, text), text);
}

} // namespace Hephaestus
