// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Qt>

class QFontMetrics;
class QPainter;
class QRectF;
class QString;

namespace Hephaestus {

/// How a text is drawn that runs as its own letters do, and stands where a layout of `layout` wants it: `flags`
/// (alignment, Qt::TextFlag) for QPainter::drawText(). In a window from right to left, "18.9 ms" is no "ms 18.9".
int textFlags(Qt::LayoutDirection layout, int flags, const QString &text);

/// Draws `text` so, in the layout of `painter`.
void paintText(QPainter &painter, const QRectF &area, int flags, const QString &text);

/// `text` cut to `width` pixels, but not its last part, after the last comma: `cleaning up: pro…, 27 s left`.
QString elidedBeforeEnd(const QFontMetrics &metrics, const QString &text, int width);

/// The text of a state, cut to `width` pixels: `unreachable` of `unreachable: disconnected`, rather than a part of the
/// reason, which is told elsewhere in full. What ends with a time is cut as elidedBeforeEnd() does.
QString elidedState(const QFontMetrics &metrics, const QString &text, int width);

/// `text` cut to `width` pixels, but not its last sentence: `The address is held by python3 /srv/…. Stop that.`
QString elidedBeforeSentence(const QFontMetrics &metrics, const QString &text, int width);

/// `text` cut to `width` pixels by leaving out whole parts, which a middle dot separates, so that no number is cut. The
/// last one stays, then the first: `127.0.0.1:8002 · … · up 2 h 4 min`. Where it is enough, a long part between them is
/// cut instead: `127.0.0.1:8002 · version 2026.11…5f2c9d0 · pid 4312 · up 4 min`. One part alone is cut as
/// elidedBeforeEnd() does.
QString elidedByParts(const QFontMetrics &metrics, const QString &text, int width);

} // namespace Hephaestus
