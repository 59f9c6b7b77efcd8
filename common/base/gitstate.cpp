// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/gitstate.h"

#include "common/base/regularfile.h"

#include <QFile>

#include <sys/stat.h>

namespace Hephaestus {
namespace {

constexpr qsizetype LongestLine = 64 * 1024;

/// The first line of a small file, or nothing.
QByteArray firstLine(const QByteArray &path)
{
    QFile file;
    if (openRegularFile(file, QFile::decodeName(path)))
        return {};
    return file.readLine(LongestLine).trimmed();
}

QByteArray resolve(const QByteArray &directory, const QByteArray &path)
{
    return path.startsWith('/') ? path : directory + '/' + path;
}

/// `.git` of the work tree around `directory`, which becomes that tree's: a directory, or a file that names one
/// (gitrepository-layout(5)).
QByteArray repositoryOf(QByteArray &directory)
{
    for (;;) {
        const QByteArray candidate = directory + "/.git";
        struct stat status = {};
        if (::stat(candidate.constData(), &status) == 0) {
            if (S_ISDIR(status.st_mode))
                return candidate;
            const QByteArray link = firstLine(candidate);
            return link.startsWith("gitdir: ") ? resolve(directory, link.mid(8)) : QByteArray();
        }
        const qsizetype slash = directory.lastIndexOf('/');
        if (slash < 0)
            return {};
        directory.truncate(slash);
    }
}

QByteArray packedCommit(const QByteArray &repository, const QByteArray &reference)
{
    QFile packed;
    if (openRegularFile(packed, QFile::decodeName(repository + "/packed-refs")))
        return {};
    while (!packed.atEnd()) {
        const QByteArray line = packed.readLine(LongestLine).trimmed();
        const qsizetype space = line.indexOf(' ');
        if (space > 0 && QByteArrayView(line).sliced(space + 1) == reference)
            return line.first(space);
    }
    return {};
}

} // namespace

GitState GitState::of(const QByteArray &directory)
{
    GitState state;
    state.worktree = directory;
    state.directory = repositoryOf(state.worktree);
    if (state.directory.isEmpty())
        return {};
    const QByteArray head = firstLine(state.directory + "/HEAD");
    if (!head.startsWith("ref: ")) {
        state.commit = head;
        return state;
    }
    state.branch = head.mid(5);
    const QByteArray common = firstLine(state.directory + "/commondir"); // of a second work tree
    const QByteArray shared = common.isEmpty() ? state.directory : resolve(state.directory, common);
    state.commit = firstLine(shared + '/' + state.branch);
    if (state.commit.isEmpty())
        state.commit = packedCommit(shared, state.branch);
    return state;
}

} // namespace Hephaestus
