// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QPixmap>
#include <QString>

namespace Hephaestus {

class TimeGraph;

/// The graphs one below the other, with a title and, below it, a quieter line above them: at twice the resolution of
/// the screen's, to be put into a document.
QPixmap pictureOf(const QList<TimeGraph *> &graphs, const QString &title, const QString &subtitle);

} // namespace Hephaestus
