// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/notificationtarget.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;

bool isPostable(const QUrl &url)
{
    const bool isHttp = url.scheme() == "http"_L1 || url.scheme() == "https"_L1;
    return url.isValid() && isHttp && !url.host().isEmpty();
}

} // namespace Hephaestus
