// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/username.h"

#include <array>

#include <pwd.h>

namespace Hephaestus {

QString userName(uid_t user)
{
    std::array<char, 16 * 1024> memory;
    passwd entry{};
    passwd *found = nullptr;
    if (::getpwuid_r(user, &entry, memory.data(), memory.size(), &found) == 0 && found)
        return QString::fromLocal8Bit(found->pw_name);
    return QString::number(user);
}

} // namespace Hephaestus
