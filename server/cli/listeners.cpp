// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/listeners.h"

#include "common/base/gitstate.h"
#include "common/base/homedirectory.h"
#include "common/base/printable.h"
#include "common/fleet/portholders.h"
#include "server/cli/survey.h"

#include <QFile>
#include <QSet>

#include <algorithm>
#include <cerrno>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto ListenersAnswerWithin = 2s; ///< of what may be no service of ours

/// The entry by which a listener of this machine is asked.
FleetEntry entryOf(ServiceAddress address)
{
    if (address.host == "0.0.0.0"_L1)
        address.host = u"127.0.0.1"_s;
    else if (address.host == "::"_L1)
        address.host = u"::1"_s;
    return *entryForUrl(address.url());
}

PortUse useOf(const PortHolder &holder, const ServiceSnapshot &snapshot)
{
    PortUse use{holder.address.text(), holder.pid, holder.command, {}, {}, {}, {}};
    if (snapshot.report)
        use.service = snapshot;
    if (snapshot.report && snapshot.report->identity) {
        use.directory = snapshot.report->identity->directory;
        use.worktree = snapshot.report->identity->worktree;
        use.branch = snapshot.report->identity->branch;
    } else if (holder.pid) {
        use.directory = QFile::symLinkTarget(u"/proc/%1/cwd"_s.arg(holder.pid));
        const GitState git = GitState::of(QFile::encodeName(use.directory));
        use.worktree = QFile::decodeName(git.worktree);
        use.branch = QString::fromUtf8(git.branch);
    }
    if (use.branch.startsWith("refs/heads/"_L1))
        use.branch.remove(0, 11);
    return use;
}

bool isOwn(const PortHolder &holder)
{
    struct stat status = {};
    return holder.pid && ::stat(QByteArray("/proc/" + QByteArray::number(holder.pid)).constData(), &status) == 0
        && status.st_uid == ::geteuid();
}

/// Asks each of them.
QList<PortUse> usesOf(const QList<PortHolder> &holders)
{
    QList<FleetEntry> entries;
    for (const PortHolder &holder : holders)
        entries << entryOf(holder.address);
    SurveyMemory memory;
    const QList<ServiceSnapshot> snapshots = survey(entries, memory, ListenersAnswerWithin);
    QList<PortUse> uses;
    for (qsizetype i = 0; i < holders.size(); ++i)
        uses << useOf(holders[i], snapshots[i]);
    return uses;
}

} // namespace

QList<PortUse> listeners(quint16 port)
{
    QList<PortHolder> holders = portHolders();
    holders.removeIf([port](const PortHolder &holder) { return holder.address.port != port; });
    return usesOf(holders);
}

QList<PortUse> ownListeners()
{
    QList<PortHolder> holders = portHolders();
    holders.removeIf([](const PortHolder &holder) { return !isOwn(holder); }); // others cannot keep us waiting
    return usesOf(holders);
}

QList<PortUse> ownServices()
{
    QList<PortUse> found = ownListeners();
    QSet<QString> known; // one that listens on several addresses is one service
    found.removeIf([&](const PortUse &use) {
        if (!use.service)
            return true;
        const QString &instance = use.service->report->instanceId;
        const QString identity = instance.isEmpty() ? QString::number(use.pid) : instance;
        const bool isKnown = known.contains(identity);
        known.insert(identity);
        return isKnown;
    });
    std::sort(found.begin(), found.end(), [](const PortUse &a, const PortUse &b) {
        return std::tie(a.directory, a.service->report->service, a.pid)
            < std::tie(b.directory, b.service->report->service, b.pid);
    });
    return found;
}

bool hasLostItsDirectory(const PortUse &use)
{
    const auto isGone = [](const QString &path) { // one that we may not look at, or not now, may be there
        struct stat status = {};
        return !path.isEmpty() && ::stat(QFile::encodeName(path).constData(), &status) != 0
            && (errno == ENOENT || errno == ENOTDIR);
    };
    return isGone(use.directory) || isGone(use.worktree);
}

QString placeText(const PortUse &use)
{
    const QString place = printable(homeRelative(use.worktree.isEmpty() ? use.directory : use.worktree));
    if (hasLostItsDirectory(use))
        return place + u" (is gone)"_s;
    return use.branch.isEmpty() ? place : place + u" (%1)"_s.arg(printable(use.branch));
}

FleetEntry entryOf(const PortUse &use)
{
    FleetEntry entry;
    entry.url = use.service->url;
    entry.name = use.service->report->service;
    entry.restart = RestartByService{};
    return entry;
}

} // namespace Hephaestus
