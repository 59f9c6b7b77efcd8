// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/figurecells.h"

#include "common/base/localtime.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/model/fleetmodel.h"

#include <QDir>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// `14:02:11`, of another day `28 Nov 14:02`.
QString clockText(Clock::WallTime time)
{
    const QDateTime local = localTime(time);
    return local.date() == QDate::currentDate() ? local.toString(u"HH:mm:ss"_s) : dayAndTime(local);
}

/// Of a core: `0.4 %`, `12 %`, `340 %`.
QString percentText(double cores)
{
    return FleetModel::tr("%1 %").arg(localNumber(QString::number(cores * 100, 'f', cores < 0.1 ? 1 : 0)));
}

/// The work tree, else the directory, with `~` for the user's own home.
QString directoryOf(const ServiceRow &row)
{
    if (!row.report || !row.report->identity)
        return {};
    const ServiceIdentity &identity = *row.report->identity;
    const QString path = identity.worktree.isEmpty() ? identity.directory : identity.worktree;
    const QString home = QDir::homePath();
    return path == home || path.startsWith(home + u'/') ? u'~' + path.mid(home.size()) : path;
}

QString directoryToolTip(const ServiceRow &row)
{
    if (directoryOf(row).isEmpty())
        return FleetModel::tr("This service does not say where it runs.");
    const ServiceIdentity &identity = *row.report->identity;
    QStringList lines{FleetModel::tr("Directory: %1").arg(visibleText(identity.directory))};
    if (!identity.worktree.isEmpty())
        lines << FleetModel::tr("Work tree: %1").arg(visibleText(identity.worktree));
    if (!identity.branch.isEmpty())
        lines << FleetModel::tr("Branch: %1").arg(visibleText(identity.branch));
    if (!identity.commit.isEmpty())
        lines << FleetModel::tr("Commit: %1").arg(visibleText(identity.commit, 60));
    return lines.join(u'\n');
}

QString sinceToolTip(const ServiceFigures &figures)
{
    if (!figures.since)
        return FleetModel::tr("It has not been asked yet.");
    const QString time =
        clockText(*figures.since) + u" ("_s + localTime(*figures.since).toUTC().toString(Qt::ISODate) + u')';
    return figures.wasSo ? FleetModel::tr("It was so already when it was first asked here, at %1.").arg(time)
                         : FleetModel::tr("So since %1.").arg(time);
}

QString watchedText(const ServiceFigures &figures)
{
    return figures.watched ? FleetModel::tr("Watched since %1.").arg(clockText(*figures.watched)) : QString();
}

} // namespace

QString figureHeader(int column)
{
    switch (column) {
    case FleetModel::Cpu: return FleetModel::tr("CPU");
    case FleetModel::Memory: return FleetModel::tr("Memory");
    case FleetModel::Pid: return FleetModel::tr("Pid");
    case FleetModel::Address: return FleetModel::tr("Address");
    case FleetModel::Directory: return FleetModel::tr("Directory");
    case FleetModel::Failures: return FleetModel::tr("Failed/min");
    case FleetModel::Restarts: return FleetModel::tr("Restarts");
    case FleetModel::Since: return FleetModel::tr("State since");
    default: return {};
    }
}

QString figureText(const ServiceRow &row, int column)
{
    const auto dash = u"–"_s;
    const bool isCurrent = row.isCurrent() && row.report;
    switch (column) {
    case FleetModel::Cpu: return isCurrent && row.figures.cores ? percentText(*row.figures.cores) : dash;
    case FleetModel::Memory:
        return isCurrent && row.report->resources.residentBytes ? formatBytes(*row.report->resources.residentBytes)
                                                                : dash;
    case FleetModel::Pid: return isCurrent && row.report->pid ? QString::number(*row.report->pid) : dash;
    case FleetModel::Address: return visibleText(placeOf(row.entry), 200);
    case FleetModel::Directory: {
        const QString directory = directoryOf(row);
        return directory.isEmpty() ? dash : visibleText(directory);
    }
    case FleetModel::Failures: return isCurrent && row.figures.failures ? formatCount(*row.figures.failures) : dash;
    case FleetModel::Restarts: return row.report ? formatCount(row.figures.restarts) : dash;
    case FleetModel::Since:
        return !row.figures.since ? dash
            : row.figures.wasSo   ? FleetModel::tr("before %1").arg(clockText(*row.figures.since))
                                  : clockText(*row.figures.since);
    default: return {};
    }
}

QString figureToolTip(const ServiceRow &row, int column)
{
    switch (column) {
    case FleetModel::Cpu: return FleetModel::tr("Processor time, in percent of one core");
    case FleetModel::Address: return visibleText(row.entry.url);
    case FleetModel::Directory: return directoryToolTip(row);
    case FleetModel::Failures:
        return FleetModel::tr("Failed operations of its dependencies in the last minute") + u'\n'
            + watchedText(row.figures);
    case FleetModel::Restarts: return FleetModel::tr("New processes that were seen") + u'\n' + watchedText(row.figures);
    case FleetModel::Since: return sinceToolTip(row.figures);
    default: return figureText(row, column);
    }
}

QVariant figureSortValue(const ServiceRow &row, int column)
{
    const bool isCurrent = row.isCurrent() && row.report;
    switch (column) {
    case FleetModel::Cpu: return isCurrent ? row.figures.cores.value_or(-1) : -1.0;
    case FleetModel::Memory: return isCurrent ? double(row.report->resources.residentBytes.value_or(-1)) : -1.0;
    case FleetModel::Pid: return isCurrent ? double(row.report->pid.value_or(-1)) : -1.0;
    case FleetModel::Failures: return isCurrent ? double(row.figures.failures.value_or(-1)) : -1.0;
    case FleetModel::Restarts: return row.report ? double(row.figures.restarts) : -1.0;
    case FleetModel::Since: // what changed last comes first
        return row.figures.since ? -double(row.figures.since->time_since_epoch().count()) : 1e300;
    default: return figureText(row, column);
    }
}

bool isFigureNumber(int column)
{
    return column >= FleetModel::Cpu && column != FleetModel::Address && column != FleetModel::Directory
        && column != FleetModel::Alerts;
}

bool readsFigureTheSame(int column, const ServiceRow &before, const ServiceRow &after)
{
    switch (column) {
    case FleetModel::Cpu: return before.figures.cores == after.figures.cores;
    case FleetModel::Memory: return before.report->resources.residentBytes == after.report->resources.residentBytes;
    case FleetModel::Pid: return before.report->pid == after.report->pid;
    case FleetModel::Address: return before.entry.url == after.entry.url;
    case FleetModel::Directory: return before.report->identity == after.report->identity;
    case FleetModel::Failures: return before.figures.failures == after.figures.failures;
    case FleetModel::Restarts: return before.figures.restarts == after.figures.restarts;
    case FleetModel::Since: return before.figures.since == after.figures.since;
    default: return false;
    }
}

} // namespace Hephaestus
