// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/homedirectory.h"

#include <QDir>
#include <QFile>

#include <pwd.h>
#include <unistd.h>

#include <vector>

namespace Hephaestus {

using namespace Qt::StringLiterals;

QString homeDirectory()
{
    const QByteArray given = qgetenv("HOME");
    if (given.startsWith('/'))
        return QFile::decodeName(given);
    std::vector<char> buffer(16 * 1024);
    passwd entry{};
    passwd *found = nullptr;
    if (::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found) != 0 || !found || !found->pw_dir)
        return {};
    const QByteArray home(found->pw_dir);
    return home.startsWith('/') && home != "/" ? QFile::decodeName(home) : QString();
}

QString defaultStateDirectory()
{
    // QStandardPaths knows the state directory from Qt 6.7 only (XDG Base Directory Specification).
    const QString state = qEnvironmentVariable("XDG_STATE_HOME");
    if (QDir::isAbsolutePath(state))
        return state + u"/hephaestus"_s;
    const QString home = homeDirectory();
    return home.isEmpty() ? QString() : home + u"/.local/state/hephaestus"_s;
}

QString homeRelative(const QString &path)
{
    const QString home = homeDirectory();
    const bool isWithin = home.size() > 1 && (path == home || path.startsWith(home + QLatin1Char('/')));
    return isWithin ? QLatin1Char('~') + path.mid(home.size()) : path;
}

} // namespace Hephaestus
