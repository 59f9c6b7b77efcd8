// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/globpattern.h"

#include "server/code/globwalk.h"

#include <fnmatch.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>

namespace Hephaestus {
namespace {

const QByteArray AnyDirectories("**");

bool hasWildcard(const QByteArray &name) { return name.contains('*') || name.contains('?') || name.contains('['); }

bool matchesName(const QByteArray &pattern, const char *name)
{
    return hasWildcard(pattern) ? ::fnmatch(pattern.constData(), name, FNM_PERIOD) == 0 : pattern == name;
}

} // namespace

GlobPattern::GlobPattern(const QByteArray &directory, const QByteArray &pattern)
{
    QByteArrayList fixed; // of the directory, whatever characters are in its names
    if (!pattern.startsWith('/')) {
        fixed = directory.split('/');
        fixed.removeAll(QByteArray());
    }
    for (const QByteArray &name : pattern.split('/')) {
        if (name.isEmpty() || name == ".")
            continue;
        if (m_names.isEmpty() && name == "..") {
            if (!fixed.isEmpty())
                fixed.removeLast();
        } else if (m_names.isEmpty() && !hasWildcard(name)) {
            fixed << name;
        } else if (name != AnyDirectories || m_names.isEmpty() || m_names.last() != AnyDirectories) {
            m_names << name;
        }
    }
    if (!m_names.isEmpty() && m_names.last() == AnyDirectories)
        m_names << "*"; // `src/**` is everything in it
    m_root = '/' + fixed.join('/');
    struct stat status = {};
    if (m_names.isEmpty() && ::stat(m_root.constData(), &status) == 0 && S_ISDIR(status.st_mode)) {
        m_isDirectory = true;
        m_names = {AnyDirectories, "*"};
    }
}

QByteArrayList GlobPattern::expand(const QByteArray &pattern)
{
    qsizetype open = pattern.indexOf('{');
    while (open > 0 && pattern[open - 1] == '[') // as literal() writes it
        open = pattern.indexOf('{', open + 1);
    int depth = 0;
    QList<qsizetype> cuts{open}; // the opening brace, the commas between, the closing brace
    for (qsizetype i = open; i >= 0 && i < pattern.size(); ++i) {
        const char byte = pattern[i];
        depth += byte == '{' ? 1 : byte == '}' ? -1 : 0;
        if ((byte == ',' && depth == 1) || depth == 0)
            cuts << i;
        if (depth == 0)
            break;
    }
    if (open < 0 || depth != 0 || cuts.size() < 3)
        return {pattern}; // none, or one that is part of a name
    QByteArrayList patterns;
    for (qsizetype i = 0; i + 1 < cuts.size(); ++i) {
        patterns += expand(pattern.first(open) + pattern.mid(cuts[i] + 1, cuts[i + 1] - cuts[i] - 1)
                           + pattern.mid(cuts.last() + 1));
    }
    return patterns;
}

bool GlobPattern::isJunk(QByteArrayView name)
{
    constexpr std::array<QByteArrayView, 6> Directories{"node_modules", "__pycache__", "build",
                                                        "dist",         "target",      "venv"};
    constexpr std::array<QByteArrayView, 8> Endings{".log", ".pid", ".pyc", ".swp", ".tmp", "~", ".orig", ".rej"};
    return name.startsWith('.') || std::find(Directories.begin(), Directories.end(), name) != Directories.end()
        || std::any_of(Endings.begin(), Endings.end(), [&](QByteArrayView end) { return name.endsWith(end); });
}

QByteArray GlobPattern::literal(const QByteArray &path)
{
    QByteArrayList names = path.split('/');
    for (QByteArray &name : names) {
        if (!hasWildcard(name) && !name.contains('{'))
            continue;
        QByteArray pattern;
        for (const char byte : std::as_const(name))
            pattern += byte == '\\'                 ? QByteArray("\\\\")
                : QByteArray("*?[{").contains(byte) ? QByteArray{"["} + byte + ']'
                                                    : QByteArray(1, byte);
        name = pattern;
    }
    return names.join('/');
}

void GlobPattern::addPosition(Positions &positions, qsizetype position) const
{
    if (position >= m_names.size() || positions.contains(position))
        return;
    positions << position;
    if (m_names[position] == AnyDirectories)
        addPosition(positions, position + 1);
}

GlobPattern::Positions GlobPattern::start() const
{
    Positions positions;
    addPosition(positions, 0);
    return positions;
}

GlobPattern::Positions GlobPattern::next(const Positions &positions, const char *name) const
{
    Positions after;
    for (const qsizetype position : positions) {
        if (m_names[position] == AnyDirectories) {
            if (name[0] != '.' && !(m_isDirectory && isJunk(name)))
                addPosition(after, position);
        } else if (position + 1 < m_names.size() && matchesName(m_names[position], name)) {
            addPosition(after, position + 1);
        }
    }
    return after;
}

bool GlobPattern::accepts(const Positions &positions, const char *name) const
{
    return positions.contains(m_names.size() - 1) && matchesName(m_names.last(), name)
        && !(m_isDirectory && isJunk(name));
}

bool GlobPattern::isNamed(const Positions &positions, const char *name) const
{
    return std::any_of(positions.begin(), positions.end(),
                       [&](qsizetype position) { return m_names[position] == name; });
}

bool GlobPattern::below(QByteArrayView path, QByteArrayList &names) const
{
    if (!path.startsWith(m_root))
        return false;
    QByteArrayView rest = path.sliced(m_root.size());
    if (!rest.isEmpty() && rest[0] != '/' && m_root != "/")
        return false;
    for (const QByteArray &name : rest.toByteArray().split('/')) {
        if (!name.isEmpty())
            names << name;
    }
    return true;
}

bool GlobPattern::matches(QByteArrayView path) const
{
    if (!isPattern())
        return path == m_root;
    QByteArrayList names;
    if (!below(path, names) || names.isEmpty())
        return false;
    Positions positions = start();
    for (qsizetype i = 0; i + 1 < names.size(); ++i)
        positions = next(positions, names[i].constData());
    return accepts(positions, names.last().constData());
}

bool GlobPattern::mayMatchBelow(QByteArrayView directory) const
{
    QByteArrayList names;
    if (!isPattern() || !below(directory, names))
        return false;
    Positions positions = start();
    for (const QByteArray &name : names)
        positions = next(positions, name.constData());
    return !positions.isEmpty();
}

bool GlobPattern::matchesAny() const
{
    struct stat status = {};
    if (!isPattern())
        return ::stat(m_root.constData(), &status) == 0;
    bool found = false;
    GlobWalk::Visitor visitor;
    visitor.directory = [](const QByteArray &) {};
    visitor.unreadable = [&found](const QByteArray &) { found = true; }; // not known: reported later
    visitor.file = [&found](const QByteArray &, const char *, const struct stat &, bool) { found = true; };
    visitor.goOn = [&found] { return !found; };
    GlobWalk(*this).advance(visitor);
    return found;
}

} // namespace Hephaestus
