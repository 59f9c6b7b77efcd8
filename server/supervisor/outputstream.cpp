// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/supervisor/outputstream.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;

QString wireName(OutputStream stream)
{
    switch (stream) {
    case OutputStream::Stdout: return u"stdout"_s;
    case OutputStream::Stderr: return u"stderr"_s;
    case OutputStream::Event: return u"event"_s;
    }
    Q_UNREACHABLE();
}

} // namespace Hephaestus
