// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace Hephaestus {

/// What a git work tree is on, read from its files without running git. It names a verdict, and decides none. A commit
/// of what already lies in the tree changes no loaded file; a dirty tree changes no commit.
struct GitState
{
    QByteArray worktree;  ///< the directory around all its files; empty: not in a work tree
    QByteArray directory; ///< of the repository: its `.git`
    QByteArray branch;    ///< `refs/heads/main`; empty when detached
    QByteArray commit;    ///< hexadecimal; empty before the first commit

    bool operator==(const GitState &) const = default;

    /// Of the work tree that `directory` lies in. Nothing, if its repository belongs neither to this user, nor to root,
    /// nor to whom `directory` belongs: another could make a `.git` above it. Nothing is read outside the references.
    static GitState of(const QByteArray &directory);
};

} // namespace Hephaestus
