// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/commanderror.h"

#include "common/protocol/healthcodec.h"

#include <cstdio>

namespace Hephaestus {

using namespace Qt::StringLiterals;

bool asksForJson(const QStringList &arguments)
{
    const qsizetype dashes = arguments.indexOf(u"--"_s);
    return (dashes < 0 ? arguments : arguments.first(dashes)).contains(u"--json"_s);
}

int tellError(const QString &command, const ErrorBody &error, bool json, int exit)
{
    std::fprintf(stderr, "hephaestus %s: %s\n", qPrintable(command), qPrintable(error.message));
    if (json)
        std::printf("%s\n", encode(error).constData());
    return exit;
}

} // namespace Hephaestus
