// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/eventline.h"

namespace Hephaestus {

OutputLine::Time timeOfNow() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

QByteArray eventLine(const QString &event, OutputLine::Time time)
{
    return wireTime(time) + " hephaestus: " + event.toUtf8() + '\n';
}

} // namespace Hephaestus
