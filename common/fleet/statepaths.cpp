// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/statepaths.h"

#include <QFile>
#include <QUrl>

#include <sys/stat.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// A file name of any service name: what is not plain is percent-encoded.
QString fileNameOf(const QString &serviceName)
{
    const QString encoded = QString::fromLatin1(QUrl::toPercentEncoding(serviceName, {}, "~"));
    return encoded.startsWith(u'.') ? u"%2E"_s + encoded.mid(1) : encoded.left(200);
}

} // namespace

QString logFileOf(const QString &name, const QString &stateDirectory)
{
    const QString directory = stateDirectory.isEmpty() ? defaultStateDirectory() : stateDirectory;
    return directory.isEmpty() ? QString() : directory + u"/logs/"_s + fileNameOf(name) + u".log"_s;
}

qint64 fileChangedAt(const QString &file)
{
    struct stat status = {};
    if (::stat(QFile::encodeName(file).constData(), &status) != 0)
        return 0;
    return qint64(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
}

} // namespace Hephaestus
