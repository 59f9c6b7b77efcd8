// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/exitset.h"

#include <csignal>
#include <cstring>

namespace Hephaestus {

using namespace Qt::StringLiterals;

std::optional<int> signalNumber(QStringView name)
{
    bool isNumber = false;
    const int number = name.toInt(&isNumber);
    if (isNumber)
        return number > 0 && number <= SIGRTMAX ? std::optional(number) : std::nullopt;
    QByteArray word = name.toLatin1().toUpper();
    if (word.startsWith("SIG"))
        word.remove(0, 3);
    for (int candidate = 1; candidate < SIGRTMIN; ++candidate) {
        const char *known = ::sigabbrev_np(candidate);
        if (known && word == known)
            return candidate;
    }
    return {};
}

bool isStopSignal(int number) { return number != SIGKILL && number != SIGSTOP; }

Result<ExitSet> parseExitSet(const QString &list)
{
    ExitSet set;
    for (const QString &part : list.split(u',')) {
        bool isNumber = false;
        const int code = part.trimmed().toInt(&isNumber);
        const auto signal = isNumber ? std::nullopt : signalNumber(part.trimmed());
        if (isNumber ? code < 0 || code > 255 : !signal)
            return Problem{
                {}, u"\"%1\": expected exit codes from 0 to 255 and names of signals, as in 0,143,SIGUSR1"_s.arg(part)};
        set.insert(isNumber ? code : 128 + *signal);
    }
    return set;
}

} // namespace Hephaestus
