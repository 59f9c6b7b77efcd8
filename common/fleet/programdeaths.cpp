// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/programdeaths.h"

#include "common/fleet/restarttexts.h"

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// What the wrapper says; empty: the program says it.
QByteArray eventIn(const OutputLine &line)
{
    constexpr char Mark[] = " hephaestus: ";
    const qsizetype at = line.stream == OutputStream::Event ? line.text.indexOf(Mark) : -1;
    return at < 0 ? QByteArray() : line.text.sliced(at + qsizetype(sizeof Mark) - 1).trimmed();
}

} // namespace

QList<Death> deathsIn(const QString &service, const QList<OutputLine> &lines)
{
    constexpr QByteArrayView Started = "started with pid ";
    QList<Death> deaths;
    Death next{service, {}, {}, {}, false, {}};
    for (const OutputLine &line : lines) {
        const QByteArray event = eventIn(line);
        if (event.isEmpty()) {
            const QString text = QString::fromUtf8(line.text).trimmed();
            if (!text.isEmpty())
                next.lastWords << text.left(400);
            next.lastWords = next.lastWords.last(std::min<qsizetype>(next.lastWords.size(), LastWords));
        } else if (event.startsWith(Started)) {
            next = {service, {}, {}, event.sliced(Started.size()).split(' ').first().toLongLong(), false, {}};
        } else if (event.startsWith("stopping: ")) {
            next.wasAsked = true;
        } else if (event.startsWith("exited with code ") || event.startsWith("killed by ")) {
            next.how = QString::fromUtf8(event);
            next.time = line.time == OutputLine::Time() ? QByteArray() : wireTime(line.time);
            deaths << std::exchange(next, {service, {}, {}, {}, false, {}});
        }
    }
    return deaths;
}

} // namespace Hephaestus
