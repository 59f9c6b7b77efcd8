// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/startdirectory.h"

#include <sys/stat.h>
#include <unistd.h>

#include <climits>

namespace Hephaestus {

QByteArray startDirectory()
{
    const QByteArray named = qgetenv("PWD");
    struct stat there = {};
    struct stat here = {};
    if (named.startsWith('/') && ::stat(named.constData(), &there) == 0 && ::stat(".", &here) == 0
        && there.st_dev == here.st_dev && there.st_ino == here.st_ino)
        return named;
    return currentDirectory();
}

QByteArray currentDirectory()
{
    char path[PATH_MAX];
    return ::getcwd(path, sizeof path) ? QByteArray(path) : QByteArray();
}

} // namespace Hephaestus
