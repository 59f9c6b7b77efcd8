// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayList>

namespace Hephaestus {

/// A pattern of file paths, or a directory, which stands for everything in it but what isJunk(). In a pattern: `*`, `?`
/// and `[…]` within one name (fnmatch(3)), `**` any number of directories, none included. Names that begin with a dot
/// are matched only by a pattern that writes the dot. Directories are followed through symbolic links only where the
/// pattern names them. Paths are bytes, as the kernel has them.
class GlobPattern
{
public:
    /// `pattern` is absolute or relative to `directory`, which is absolute. `.` and `..` are resolved before the first
    /// wildcard.
    GlobPattern(const QByteArray &directory, const QByteArray &pattern);

    /// The patterns that one with braces stands for: `*.{js,ts}` is `*.js` and `*.ts`. They may be nested.
    static QByteArrayList expand(const QByteArray &pattern);
    /// What a directory is full of that nobody edits: `node_modules`, `__pycache__`, build directories, logs, ….
    static bool isJunk(QByteArrayView name);

    /// As a pattern, `path` and nothing else.
    static QByteArray literal(const QByteArray &path);

    /// Whether it has a wildcard, or is a directory. If not, root() is the one file it names.
    bool isPattern() const { return !m_names.isEmpty(); }
    /// The deepest directory that holds every match.
    const QByteArray &root() const { return m_root; }
    /// Whether this absolute path matches, if it is a file.
    bool matches(QByteArrayView path) const;
    /// Whether something in this absolute directory, or below it, can match.
    bool mayMatchBelow(QByteArrayView directory) const;

    /// Whether there is any file that it names.
    bool matchesAny() const;

private:
    friend class GlobWalk;
    /// Positions in m_names that the next name of a path may match.
    using Positions = QList<qsizetype>;
    Positions start() const;
    Positions next(const Positions &positions, const char *name) const;
    bool accepts(const Positions &positions, const char *name) const;
    /// Whether one of these positions is just this name, without a wildcard.
    bool isNamed(const Positions &positions, const char *name) const;
    void addPosition(Positions &positions, qsizetype position) const;
    /// The names of `path` below root(), or nothing known: false.
    bool below(QByteArrayView path, QByteArrayList &names) const;

    QByteArray m_root;
    bool m_isDirectory = false;
    QByteArrayList m_names; ///< below m_root, from the first with a wildcard; the last is the file's
};

} // namespace Hephaestus
