// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/statepaths.h"

#include <QUrl>

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

} // namespace Hephaestus
