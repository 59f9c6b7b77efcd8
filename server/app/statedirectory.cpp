// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/statedirectory.h"

#include "common/fleet/statepaths.h"

#include <QFile>

#include <sys/stat.h>
#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// A directory that nobody else may enter or has put there; empty: there can be none.
QString privateDirectoryIn(const QString &parent)
{
    if (!parent.startsWith(u'/'))
        return {};
    const QString path = parent + u"/hephaestus-%1"_s.arg(::geteuid());
    const QByteArray file = QFile::encodeName(path);
    ::mkdir(file.constData(), 0700);
    struct stat status = {};
    const bool isOurs = ::lstat(file.constData(), &status) == 0 && S_ISDIR(status.st_mode)
        && status.st_uid == ::geteuid() && (status.st_mode & 077) == 0;
    return isOurs ? path : QString();
}

} // namespace

QString stateDirectory()
{
    const QString given = qEnvironmentVariable("STATE_DIRECTORY").section(u':', 0, 0);
    return given.isEmpty() ? defaultStateDirectory() : given;
}

QStringList placesForFiles()
{
    QStringList places{stateDirectory()};
    for (const QString &parent :
         {qEnvironmentVariable("XDG_RUNTIME_DIR"), qEnvironmentVariable("TMPDIR"), u"/tmp"_s, u"/dev/shm"_s})
        places << privateDirectoryIn(parent);
    places.removeAll(QString());
    return places;
}

} // namespace Hephaestus
