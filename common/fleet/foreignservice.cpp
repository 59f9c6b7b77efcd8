// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/foreignservice.h"

#include "common/base/gitstate.h"
#include "common/base/homedirectory.h"
#include "common/base/printable.h"
#include "common/base/processentry.h"
#include "common/base/username.h"
#include "common/fleet/fleetfile.h"
#include "common/fleet/portholders.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <chrono>

#include <sys/stat.h>
#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds LongestBeginning = 60s; ///< from a process' start until its service's

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

/// Where the project is that the command belongs to; empty: it does not say.
QString directoryOf(const RestartByCommand &command)
{
    const QString directory = command.directory.isEmpty() ? QDir::currentPath() : command.directory;
    return canonical(directory) == canonical(QFileInfo(defaultFleetPath()).path()) ? QString() : canonical(directory);
}

/// Whether the kernel knows the process by this number as one that began when the report says. A pid of another pid
/// namespace is some other process here.
bool beganAt(qint64 pid, const QDateTime &told)
{
    const auto process = readProcess(pid);
    if (!process || !told.isValid())
        return false;
    const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(process->age());
    const auto late = std::chrono::milliseconds(QDateTime::currentDateTimeUtc().addDuration(-age).msecsTo(told));
    return std::chrono::abs(late) < LongestBeginning;
}

/// And as that user's.
bool isProcessOf(const QString &user, qint64 pid, const QDateTime &told)
{
    struct stat status = {};
    return beganAt(pid, told) && ::stat(u"/proc/%1"_s.arg(pid).toLatin1().constData(), &status) == 0
        && userName(status.st_uid) == user;
}

bool isOtherPlace(const QString &own, const QString &ownTree, const QString &other, const QString &otherTree)
{
    return !ownTree.isEmpty() && !otherTree.isEmpty() ? ownTree != otherTree
                                                      : !isInside(own, other) && !isInside(other, own);
}

} // namespace

QString foreignOwner(const FleetEntry &entry, const HealthReport &report)
{
    const RestartByCommand *const command = commandToStart(entry);
    const std::optional<ServiceAddress> address = localAddressOf(entry);
    if (!command || !address || !report.identity)
        return {};
    const ServiceIdentity &identity = *report.identity;
    const QString own = directoryOf(*command);
    const QString expected = entry.user.isEmpty() ? userName(::geteuid()) : entry.user;
    // A place that is not here may be one of a container; the kernel says so of a pid that it does not show.
    const bool isPlaceHere = !identity.directory.isEmpty()
        && (QFileInfo::exists(identity.directory) || (report.pid && isHeldBy(*address, *report.pid)));
    const bool isElsewhere = !own.isEmpty() && isPlaceHere
        && isOtherPlace(own, worktreeAround(own), canonical(identity.directory),
                        identity.worktree.isEmpty() ? QString() : canonical(identity.worktree));
    const bool isOtherUser = !identity.user.isEmpty() && identity.user != expected && report.pid
        && isProcessOf(identity.user, *report.pid, report.startTime);
    if (!isElsewhere && !isOtherUser)
        return {};
    const QString place = identity.worktree.isEmpty() ? identity.directory : identity.worktree;
    QStringList parts;
    if (!place.isEmpty())
        parts << printable(homeRelative(canonical(place)));
    if (!identity.branch.isEmpty())
        parts << u"branch "_s + printable(identity.branch.left(80));
    if (isOtherUser)
        parts << u"user "_s + printable(identity.user.left(80));
    if (report.pid)
        parts << u"pid %1"_s.arg(*report.pid);
    return parts.join(u", "_s);
}

bool isOfOtherProject(const FleetEntry &entry, const FleetEntry &other)
{
    const RestartByCommand *const command = commandToStart(entry);
    const RestartByCommand *const otherCommand = commandToStart(other);
    const QString place = command ? directoryOf(*command) : QString();
    const QString otherPlace = otherCommand ? directoryOf(*otherCommand) : QString();
    return !place.isEmpty() && !otherPlace.isEmpty()
        && isOtherPlace(place, worktreeAround(place), otherPlace, worktreeAround(otherPlace));
}

bool isProcessHere(const HealthReport &report) { return report.pid && beganAt(*report.pid, report.startTime); }

void ForeignServices::addTo(HealthReport &report, const FleetEntry &entry)
{
    const RestartByCommand *const command = commandToStart(entry);
    if (!report.identity || !command)
        return;
    Look &look = m_looks[{entry.url, command->directory}];
    if (look.instanceId != report.instanceId || look.pid != report.pid || look.identity != report.identity
        || look.restart != entry.restart || look.user != entry.user)
        look = {report.instanceId, report.pid, report.identity, entry.restart, entry.user, foreignOwner(entry, report)};
    report.owner = look.owner;
    if (!report.owner.isEmpty())
        report.code.reset();
}

} // namespace Hephaestus
