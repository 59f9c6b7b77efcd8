// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/foreignservice.h"

#include "common/base/gitstate.h"
#include "common/base/homedirectory.h"
#include "common/base/printable.h"
#include "common/client/httpconnection.h"
#include "common/fleet/fleetfile.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// Without links; as it is, if it is not there any more.
QString canonical(const QString &directory)
{
    const QString path = QFileInfo(directory).canonicalFilePath();
    return path.isEmpty() ? QDir::cleanPath(directory) : path;
}

/// The work tree of git that the directory lies in; empty: in none.
QString worktreeAround(const QString &directory)
{
    return QFile::decodeName(GitState::of(QFile::encodeName(directory)).worktree);
}

bool isInside(const QString &inner, const QString &outer)
{
    return inner == outer || inner.startsWith(outer.endsWith(u'/') ? outer : outer + u'/');
}

/// Where the entry's project is; empty: it does not say.
QString directoryOf(const FleetEntry &entry)
{
    const RestartByCommand *const command = commandToStart(entry);
    const Result<HttpPeer> peer = parsePeer(entry.url);
    if (!command || !peer || !peer->address.isLoopback())
        return {};
    const QString directory = command->directory.isEmpty() ? QDir::currentPath() : command->directory;
    return canonical(directory) == canonical(QFileInfo(defaultFleetPath()).path()) ? QString() : canonical(directory);
}

} // namespace

QString foreignOwner(const FleetEntry &entry, const HealthReport &report)
{
    const QString own = directoryOf(entry);
    if (own.isEmpty() || !report.identity || report.identity->directory.isEmpty())
        return {};
    const ServiceIdentity &identity = *report.identity;
    const QString other = canonical(identity.directory);
    const QString ownTree = worktreeAround(own);
    const QString otherTree = identity.worktree.isEmpty() ? QString() : canonical(identity.worktree);
    const bool isForeign = !ownTree.isEmpty() && !otherTree.isEmpty() ? ownTree != otherTree
                                                                      : !isInside(own, other) && !isInside(other, own);
    if (!isForeign)
        return {};
    QString owner = printable(homeRelative(otherTree.isEmpty() ? other : otherTree));
    if (!identity.branch.isEmpty())
        owner += u", branch "_s + printable(identity.branch.left(80));
    return report.pid ? owner + u" (pid %1)"_s.arg(*report.pid) : owner;
}

} // namespace Hephaestus
