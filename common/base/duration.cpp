// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/duration.h"

#include <array>
#include <cmath>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

// By hand: a regular expression costs every process that reads one option a compiler's memory.

bool isAsciiDigit(QChar c) { return c >= u'0' && c <= u'9'; }

/// Up to `most` digits from `at` on, which is moved behind them.
QStringView takeDigits(QStringView text, qsizetype &at, int most)
{
    const qsizetype begin = at;
    while (at < text.size() && at - begin < most && isAsciiDigit(text[at]))
        ++at;
    return text.sliced(begin, at - begin);
}

void skipSpace(QStringView text, qsizetype &at)
{
    while (at < text.size() && text[at].isSpace())
        ++at;
}

/// `1.5 h`, which `at` is moved behind, in milliseconds.
std::optional<double> takePart(QStringView text, qsizetype &at)
{
    constexpr std::pair<QLatin1StringView, double> units[] = {
        {"ms"_L1, 1}, {"s"_L1, 1e3}, {"min"_L1, 6e4}, {"m"_L1, 6e4}, {"h"_L1, 3.6e6}, {"d"_L1, 8.64e7},
    };
    skipSpace(text, at);
    const qsizetype begin = at;
    if (takeDigits(text, at, 12).isEmpty())
        return {};
    if (at < text.size() && text[at] == u'.' && takeDigits(text, ++at, 9).isEmpty())
        return {};
    const double number = text.sliced(begin, at - begin).toDouble();
    skipSpace(text, at);
    const qsizetype word = at;
    while (at < text.size() && text[at] >= u'a' && text[at] <= u'z')
        ++at;
    for (const auto &[unit, factor] : units) {
        if (text.sliced(word, at - word) == unit) {
            skipSpace(text, at);
            return number * factor;
        }
    }
    return {};
}

} // namespace

Result<std::chrono::milliseconds> parseDuration(const QString &text)
{
    const Problem problem{{}, u"expected a duration such as 500ms, 30s or 1h 30m, found \"%1\""_s.arg(text.left(40))};
    if (text.trimmed() == "0"_L1)
        return std::chrono::milliseconds(0);
    double total = 0;
    qsizetype at = 0;
    while (at < text.size()) {
        const std::optional<double> part = takePart(text, at);
        if (!part)
            return problem;
        total += *part;
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
    constexpr double Longest = 1e11; // some 3,000 years
    if (std::isnan(seconds))
        return u"—"_s;
    if (seconds <= -1)
        return u"−"_s + formatDuration(-duration);
    if (!(seconds > 0))
        return u"0 s"_s;
    if (seconds > Longest)
        return u"%1 s"_s.arg(seconds, 0, 'g', 3);
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

Seconds wholeSeconds(Seconds duration) { return Seconds(std::floor(duration.count())); }

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
