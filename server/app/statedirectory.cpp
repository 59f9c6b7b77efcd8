// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/statedirectory.h"

#include "common/fleet/launcher.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;

QString stateDirectory()
{
    const QString given = qEnvironmentVariable("STATE_DIRECTORY").section(u':', 0, 0);
    return given.isEmpty() ? defaultStateDirectory() : given;
}

} // namespace Hephaestus
