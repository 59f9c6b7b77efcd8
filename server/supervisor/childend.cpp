// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/childend.h"

#include <cstring>

namespace Hephaestus {

using namespace Qt::StringLiterals;

QString signalName(int signalNumber)
{
    if (const char *name = ::sigabbrev_np(signalNumber))
        return u"SIG"_s + QString::fromLatin1(name);
    return u"signal %1"_s.arg(signalNumber);
}

QString ChildEnd::text() const
{
    QString text = exitCode ? u"exited with code %1"_s.arg(*exitCode) : u"killed by %1"_s.arg(signalName(signalNumber));
    if (dumpedCore)
        text += u" (core dumped)"_s;
    if (left > 0)
        text += u", %1 of its processes cannot be ended"_s.arg(left);
    return text;
}

} // namespace Hephaestus
