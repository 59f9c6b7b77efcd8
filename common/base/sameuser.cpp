// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/sameuser.h"

#include <QFile>

namespace Hephaestus {
namespace {

/// Of a small file of the kernel.
QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Whether each user has a number of its own here, as where the machine began (user_namespaces(7)).
bool hasAllUsers() { return contentOf(QStringLiteral("/proc/self/uid_map")).simplified() == "0 0 4294967295"; }

} // namespace

uid_t overflowUser()
{
    static const uid_t number = [] {
        bool isNumber = false;
        const uint read = contentOf(QStringLiteral("/proc/sys/kernel/overflowuid")).trimmed().toUInt(&isNumber);
        return isNumber ? uid_t(read) : uid_t(65534);
    }();
    return number;
}

bool isSameUser(uid_t user, uid_t wanted) { return user == wanted && (user != overflowUser() || hasAllUsers()); }

} // namespace Hephaestus
