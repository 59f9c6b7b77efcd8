// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/outputmark.h"

#include "common/protocol/logpage.h"

#include <algorithm>

namespace Hephaestus {

constexpr qsizetype WireTimeSize = 24;

bool looksLikeMark(QByteArrayView line)
{
    const auto *const begin = std::find_if(line.begin(), line.end(), [](char each) { return each != ' '; });
    line = line.sliced(begin - line.begin());
    if (line.size() <= WireTimeSize || line[WireTimeSize - 1] != 'Z' || !readWireTime(line.first(WireTimeSize)))
        return false;
    const QByteArrayView rest = line.sliced(WireTimeSize);
    return rest == " stdout:\n" || rest == " stderr:\n" || rest.startsWith(EventMark);
}

std::optional<QByteArray> withoutMarks(QByteArrayView lines)
{
    QByteArray text;
    qsizetype copied = 0;
    for (qsizetype at = lines.indexOf('Z'); at >= 0;) { // the first of a line: the end of a mark's time
        const QByteArrayView rest = lines.sliced(at + 1);
        const qsizetype end = lines.indexOf('\n', at);
        const qsizetype next = end < 0 ? lines.size() : end + 1;
        if (rest.startsWith(" stdout:\n") || rest.startsWith(" stderr:\n") || rest.startsWith(EventMark)) {
            const qsizetype begin = at == 0 ? 0 : lines.lastIndexOf('\n', at) + 1;
            if (looksLikeMark(lines.sliced(begin, next - begin))) {
                text += lines.sliced(copied, begin - copied);
                text += ' ';
                copied = begin;
            }
        }
        at = lines.indexOf('Z', next);
    }
    return text.isEmpty() ? std::nullopt : std::optional(text.append(lines.sliced(copied)));
}

} // namespace Hephaestus
