// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/logtail.h"

namespace Hephaestus {

QByteArray newLines(const QByteArray &previous, const QByteArray &current)
{
    // The longest overlap first: lines that repeat are taken for old ones rather than shown twice.
    for (qsizetype from = 0; from < previous.size(); from = previous.indexOf('\n', from) + 1) {
        const QByteArrayView end = QByteArrayView(previous).sliced(from);
        if (current.startsWith(end) && (end.endsWith('\n') || current.size() == end.size()))
            return current.mid(end.size());
        if (previous.indexOf('\n', from) < 0)
            break;
    }
    return current;
}

} // namespace Hephaestus
