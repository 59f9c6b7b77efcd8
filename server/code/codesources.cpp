// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/code/codesources.h"

#include "server/code/globpattern.h"

#include <algorithm>
#include <array>

namespace Hephaestus {
namespace {

constexpr std::array LockFiles{
    "poetry.lock",    "uv.lock",  "pdm.lock",   "Pipfile.lock", "requirements.txt", "package-lock.json", "yarn.lock",
    "pnpm-lock.yaml", "bun.lock", "Cargo.lock", "go.sum",       "Gemfile.lock",     "composer.lock",     "conan.lock"};

} // namespace

QByteArrayList lockFilesIn(const QByteArray &directory)
{
    QByteArrayList found;
    for (const char *name : LockFiles) {
        const QByteArray path = directory + '/' + name;
        if (::access(path.constData(), F_OK) == 0)
            found << path;
    }
    return found;
}

QByteArrayList unmatched(const QByteArray &directory, const QByteArrayList &watch)
{
    QByteArrayList found;
    for (const QByteArray &each : watch) {
        const QByteArrayList patterns = GlobPattern::expand(each);
        if (std::none_of(patterns.begin(), patterns.end(),
                         [&](const QByteArray &pattern) { return GlobPattern(directory, pattern).matchesAny(); }))
            found << each;
    }
    return found;
}

} // namespace Hephaestus
