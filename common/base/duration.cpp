// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/duration.h"

#include <QRegularExpression>

#include <array>
#include <cmath>

namespace Hephaestus {

using namespace Qt::StringLiterals;

Result<std::chrono::milliseconds> parseDuration(const QString &text)
{
    static const QRegularExpression part(uR"(\G\s*(\d{1,12}(?:\.\d{1,9})?)\s*(ms|s|min|m|h|d)(?![a-z])\s*)"_s);
    const Problem problem{{}, u"expected a duration such as 500ms, 30s or 1h 30m, found \"%1\""_s.arg(text.left(40))};
    if (text.trimmed() == "0"_L1)
        return std::chrono::milliseconds(0);
    double total = 0;
    qsizetype at = 0;
    while (at < text.size()) {
        const QRegularExpressionMatch match = part.match(text, at);
        if (!match.hasMatch())
            return problem;
        const QString unit = match.captured(2);
        const double factor = unit == "ms"_L1 ? 1
            : unit == "s"_L1                  ? 1e3
            : unit == "h"_L1                  ? 3.6e6
            : unit == "d"_L1                  ? 8.64e7
                                              : 6e4;
        total += match.captured(1).toDouble() * factor;
        at = match.capturedEnd();
    }
    if (at == 0)
        return problem;
    if (total > 366 * 8.64e7)
        return Problem{{}, u"\"%1\" is longer than 366 days"_s.arg(text.left(40))};
    return std::chrono::milliseconds(std::llround(total));
}

QString formatDuration(std::chrono::duration<double> duration)
{
    const double seconds = duration.count();
    if (!(seconds > 0))
        return u"0 s"_s;
    if (seconds < 0.0009995)
        return u"%1 µs"_s.arg(seconds * 1e6, 0, 'g', 3);
    if (seconds < 0.9995)
        return u"%1 ms"_s.arg(seconds * 1e3, 0, 'g', 3);
    if (seconds < 59.95)
        return u"%1 s"_s.arg(seconds, 0, 'g', 3);
    struct Unit
    {
        qint64 size;
        const char *word;
        qint64 smaller;
        const char *smallerWord;
    };
    constexpr std::array units{Unit{86'400, "d", 3'600, "h"}, Unit{3'600, "h", 60, "min"}, Unit{60, "min", 1, "s"}};
    const auto whole = qint64(std::llround(seconds));
    for (const Unit &unit : units) {
        if (whole < unit.size)
            continue;
        const qint64 large = whole / unit.size;
        const qint64 small = whole % unit.size / unit.smaller;
        const QString text = u"%1 %2"_s.arg(large).arg(QLatin1StringView(unit.word));
        return small == 0 || large >= 100 ? text
                                          : text + u" %1 %2"_s.arg(small).arg(QLatin1StringView(unit.smallerWord));
    }
    Q_UNREACHABLE();
}

QString writeDuration(std::chrono::milliseconds duration)
{
    const qint64 count = duration.count();
    return count % 1000 == 0 ? u"%1s"_s.arg(count / 1000) : u"%1ms"_s.arg(count);
}

double wireSeconds(std::chrono::duration<double> duration)
{
    constexpr double WithoutFraction = 9007199254.740992; // 2^53 microseconds; more would only lose, or overflow
    return std::abs(duration.count()) < WithoutFraction ? std::round(duration.count() * 1e6) / 1e6 : duration.count();
}

} // namespace Hephaestus
