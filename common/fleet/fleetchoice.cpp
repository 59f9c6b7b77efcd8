// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/fleetchoice.h"

#include "common/base/gitstate.h"
#include "common/base/homedirectory.h"
#include "common/base/printable.h"
#include "common/fleet/fleetfile.h"

#include <QFile>
#include <QFileInfo>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// Empty: there is none.
QString projectFleet(const QString &directory)
{
    QString folder = QDir::cleanPath(QDir(directory).absolutePath());
    const QString worktree = QFile::decodeName(GitState::of(QFile::encodeName(folder)).worktree);
    for (;;) {
        const QString path = QDir(folder).filePath(u"fleet.toml"_s);
        if (QFileInfo(path).isFile())
            return path;
        if (worktree.isEmpty() || folder == worktree || folder == "/"_L1)
            return {};
        folder = QFileInfo(folder).path();
    }
}

QString words(FleetChoice::Reason reason)
{
    switch (reason) {
    case FleetChoice::Reason::Given: return u"as asked for"_s;
    case FleetChoice::Reason::Environment: return u"by HEPHAESTUS_FLEET"_s;
    case FleetChoice::Reason::Project: return u"of this project"_s;
    case FleetChoice::Reason::User: return u"your own"_s;
    }
    Q_UNREACHABLE();
}

} // namespace

QString FleetChoice::text() const { return u"fleet file %1 (%2)"_s.arg(printable(homeRelative(path)), words(reason)); }

FleetChoice chooseFleet(const QString &given, const QString &directory)
{
    if (!given.isEmpty())
        return {given, FleetChoice::Reason::Given};
    const QString named = qEnvironmentVariable("HEPHAESTUS_FLEET");
    if (!named.isEmpty())
        return {QDir(directory).absoluteFilePath(named), FleetChoice::Reason::Environment};
    return chooseProjectFleet(directory);
}

FleetChoice chooseProjectFleet(const QString &directory)
{
    if (const QString project = projectFleet(directory); !project.isEmpty())
        return {project, FleetChoice::Reason::Project};
    return {defaultFleetPath(), FleetChoice::Reason::User};
}

} // namespace Hephaestus
