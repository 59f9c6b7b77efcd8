// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/gitstate.h"

#include "common/base/regularfile.h"

#include <QFile>

#include <algorithm>

#include <sys/stat.h>
#include <unistd.h>

namespace Hephaestus {
namespace {

constexpr qsizetype LongestLine = 64 * 1024;
constexpr off_t LargestPackedRefs = 256 * 1024 * 1024; ///< bytes; some 3 million references

/// Whose files are believed: this user's and root's. In a repository of him whose folder one works in, his alone.
/// Whoever else made a `.git` above would have us read, and tell, what is ours.
class Owners
{
public:
    explicit Owners(const QByteArray &directory)
    {
        struct stat status = {};
        if (::stat(directory.isEmpty() ? "/" : directory.constData(), &status) == 0)
            m_worker = status.st_uid;
    }

    bool include(uid_t owner) const { return owner == ::geteuid() || owner == 0 || owner == m_worker; }
    /// From here on only the files of a repository of `owner` are looked at.
    void narrow(uid_t owner) { m_repository = owner; }
    bool includeFileOf(uid_t owner) const
    {
        return m_repository == ::geteuid() || m_repository == 0 ? owner == ::geteuid() || owner == 0
                                                                : owner == m_repository;
    }

private:
    uid_t m_worker = 0;
    uid_t m_repository = 0;
};

/// Nothing: there is none that is believed.
FileDescriptor openOwned(const QByteArray &path, const Owners &owners, off_t largest)
{
    Result<FileDescriptor> file = openRegularFile(path);
    struct stat status = {};
    if (!file || ::fstat(file->number(), &status) != 0 || !owners.includeFileOf(status.st_uid)
        || status.st_size > largest)
        return {};
    return std::move(*file);
}

/// The first line of a small file, or nothing.
QByteArray firstLine(const QByteArray &path, const Owners &owners)
{
    const FileDescriptor file = openOwned(path, owners, LongestLine);
    QByteArray content(LongestLine, Qt::Uninitialized);
    const ssize_t count = file.isOpen() ? ::read(file.number(), content.data(), size_t(content.size())) : 0;
    content.truncate(std::max<ssize_t>(count, 0));
    const qsizetype end = content.indexOf('\n');
    return content.first(end < 0 ? content.size() : end).trimmed();
}

QByteArray resolve(const QByteArray &directory, const QByteArray &path)
{
    return path.startsWith('/') ? path : directory + '/' + path;
}

/// `.git` of the work tree around `directory`, which becomes that tree's: a directory, or a file that names one
/// (gitrepository-layout(5)). Empty, too, if it is somebody else's.
QByteArray repositoryOf(QByteArray &directory, Owners &owners)
{
    for (;;) {
        const QByteArray candidate = directory + "/.git";
        struct stat link = {};
        struct stat status = {};
        if (::lstat(candidate.constData(), &link) == 0 && ::stat(candidate.constData(), &status) == 0) {
            if (!owners.include(link.st_uid) || !owners.include(status.st_uid))
                return {};
            owners.narrow(status.st_uid);
            if (S_ISDIR(status.st_mode))
                return candidate;
            const QByteArray named = firstLine(candidate, owners);
            return named.startsWith("gitdir: ") ? resolve(directory, named.mid(8)) : QByteArray();
        }
        const qsizetype slash = directory.lastIndexOf('/');
        if (slash < 0)
            return {};
        directory.truncate(slash);
    }
}

/// A name that stays within the repository (git-check-ref-format(1)).
bool isReference(const QByteArray &name)
{
    const auto isPlain = [](char c) { return c < 0 || (c > ' ' && c != 0x7f); };
    return name.startsWith("refs/") && !name.contains("..") && !name.contains("/.") && !name.contains("//")
        && std::all_of(name.begin(), name.end(), isPlain);
}

/// What is no name of a commit, SHA-1 or SHA-256, is not told.
QByteArray asCommit(const QByteArray &line)
{
    const auto isHex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    return (line.size() == 40 || line.size() == 64) && std::all_of(line.begin(), line.end(), isHex) ? line
                                                                                                    : QByteArray();
}

QByteArray packedCommit(const QByteArray &repository, const QByteArray &reference, const Owners &owners)
{
    FileDescriptor descriptor = openOwned(repository + "/packed-refs", owners, LargestPackedRefs);
    QFile packed;
    if (!descriptor.isOpen() || !packed.open(descriptor.number(), QIODevice::ReadOnly, QFileDevice::AutoCloseHandle))
        return {};
    descriptor.release();
    while (!packed.atEnd()) {
        const QByteArray line = packed.readLine(LongestLine).trimmed();
        const qsizetype space = line.indexOf(' ');
        if (space > 0 && QByteArrayView(line).sliced(space + 1) == reference)
            return asCommit(line.first(space));
    }
    return {};
}

} // namespace

GitState GitState::of(const QByteArray &directory)
{
    Owners owners(directory);
    GitState state;
    state.worktree = directory;
    state.directory = repositoryOf(state.worktree, owners);
    if (state.directory.isEmpty())
        return {};
    const QByteArray head = firstLine(state.directory + "/HEAD", owners);
    if (!head.startsWith("ref: ")) {
        state.commit = asCommit(head);
        return state;
    }
    if (!isReference(head.mid(5)))
        return state;
    state.branch = head.mid(5);
    const QByteArray common = firstLine(state.directory + "/commondir", owners); // of a second work tree
    const QByteArray shared = common.isEmpty() ? state.directory : resolve(state.directory, common);
    const QByteArray loose = shared + '/' + state.branch;
    struct stat status = {};
    const bool isLoose = ::lstat(loose.constData(), &status) == 0 && !S_ISDIR(status.st_mode);
    // What is packed is older than what is loose.
    state.commit = isLoose ? asCommit(firstLine(loose, owners)) : packedCommit(shared, state.branch, owners);
    return state;
}

} // namespace Hephaestus
