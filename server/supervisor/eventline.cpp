// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/eventline.h"

#include <cstdio>
#include <ctime>

namespace Hephaestus {

OutputLine::Time timeOfNow() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

QByteArray timeText(OutputLine::Time time)
{
    // By the C library: a guardian that was forked beside other threads must take no lock of theirs.
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const std::time_t whole = seconds.time_since_epoch().count();
    std::tm parts{};
    ::gmtime_r(&whole, &parts);
    char text[64];
    std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900, parts.tm_mon + 1,
                  parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, int((time - seconds).count()));
    return text;
}

QByteArray eventLine(const QString &event, OutputLine::Time time)
{
    return timeText(time) + " hephaestus: " + event.toUtf8() + '\n';
}

} // namespace Hephaestus
