// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/ownidentity.h"

#include "common/base/gitstate.h"
#include "common/base/username.h"

#include <QDir>
#include <QFile>

#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

ServiceIdentity ownIdentity()
{
    static const QByteArray branches("refs/heads/");
    ServiceIdentity identity;
    identity.directory = QDir::currentPath();
    const GitState git = GitState::of(QFile::encodeName(identity.directory));
    identity.worktree = QFile::decodeName(git.worktree);
    identity.branch =
        QString::fromLocal8Bit(git.branch.startsWith(branches) ? git.branch.mid(branches.size()) : git.branch);
    identity.commit = QString::fromLatin1(git.commit);
    identity.user = userName(::geteuid());
    return identity;
}

} // namespace Hephaestus
