// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/logpage.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr char TimePattern[] = "0000-00-00T00:00:00.000Z";
constexpr qsizetype TimeSize = sizeof TimePattern - 1;

void putNumber(char *at, int digits, unsigned number)
{
    for (char *to = at + digits; to > at; number /= 10)
        *--to = char('0' + number % 10);
}

unsigned numberAt(QByteArrayView text, qsizetype at, int digits)
{
    unsigned number = 0;
    for (qsizetype i = at; i < at + digits; ++i)
        number = number * 10 + unsigned(text[i] - '0');
    return number;
}

bool fitsPattern(QByteArrayView text)
{
    if (text.size() != TimeSize)
        return false;
    for (qsizetype i = 0; i < TimeSize; ++i) {
        const bool isDigit = text[i] >= '0' && text[i] <= '9';
        if (TimePattern[i] == '0' ? !isDigit : text[i] != TimePattern[i])
            return false;
    }
    return true;
}

} // namespace

QString wireName(OutputStream stream)
{
    switch (stream) {
    case OutputStream::Stdout: return u"stdout"_s;
    case OutputStream::Stderr: return u"stderr"_s;
    case OutputStream::Event: return u"event"_s;
    }
    Q_UNREACHABLE();
}

QByteArray wireTime(OutputLine::Time time)
{
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const auto ofDay = unsigned((time - day).count());
    QByteArray text(TimePattern, TimeSize);
    char *const at = text.data();
    putNumber(at, 4, unsigned(int(date.year())));
    putNumber(at + 5, 2, unsigned(date.month()));
    putNumber(at + 8, 2, unsigned(date.day()));
    putNumber(at + 11, 2, ofDay / 3'600'000);
    putNumber(at + 14, 2, ofDay / 60'000 % 60);
    putNumber(at + 17, 2, ofDay / 1000 % 60);
    putNumber(at + 20, 3, ofDay % 1000);
    return text;
}

std::optional<OutputLine::Time> readWireTime(QByteArrayView text)
{
    if (!fitsPattern(text))
        return {};
    const std::chrono::year_month_day date{std::chrono::year(int(numberAt(text, 0, 4))),
                                           std::chrono::month(numberAt(text, 5, 2)),
                                           std::chrono::day(numberAt(text, 8, 2))};
    const unsigned hours = numberAt(text, 11, 2);
    const unsigned minutes = numberAt(text, 14, 2);
    const unsigned seconds = numberAt(text, 17, 2);
    if (!date.ok() || hours > 23 || minutes > 59 || seconds > 60)
        return {};
    return std::chrono::sys_days(date) + std::chrono::hours(hours) + std::chrono::minutes(minutes)
        + std::chrono::seconds(seconds) + std::chrono::milliseconds(numberAt(text, 20, 3));
}

} // namespace Hephaestus
