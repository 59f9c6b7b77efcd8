// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/alertlistmodel.h"

#include "dashboard/model/displaytext.h"

#include <QSet>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int Many = 2000;         ///< services
constexpr auto LookAtMany = 500ms; ///< each look is at all of them

bool isAmiss(const ServiceRow &row)
{
    return isTrouble(row.state()) || row.code() == CodeVerdict::Stale || !row.brokenRules.isEmpty();
}

/// The worst has the highest: the states of trouble as they are ordered, then what else is amiss, then what is quiet.
int rankOf(const ServiceRow &row) { return isTrouble(row.state()) ? int(row.state()) : isAmiss(row) ? -1 : -2; }

} // namespace

AlertListModel::AlertListModel(FleetModel &fleet, AlertCauses &causes, AlertMutes &mutes, QObject *parent)
    : QAbstractTableModel(parent)
    , m_fleet(fleet)
    , m_causes(causes)
    , m_mutes(mutes)
    , m_rows(wanted())
{
    const auto refreshSoon = [this] {
        if (!m_soon.isActive())
            m_soon.start(m_fleet.rowCount() > Many ? LookAtMany : 0ms);
    };
    m_soon.setSingleShot(true);
    connect(&m_soon, &QTimer::timeout, this, &AlertListModel::refresh);
    connect(&fleet, &QAbstractItemModel::dataChanged, this, refreshSoon);
    connect(&fleet, &QAbstractItemModel::rowsInserted, this, refreshSoon);
    connect(&fleet, &QAbstractItemModel::rowsRemoved, this, &AlertListModel::refresh);
    connect(&mutes, &AlertMutes::changed, this, refreshSoon);
}

/// Of those in trouble; what explains one service alone is no cause.
void AlertListModel::findCauses()
{
    QSet<ServiceId> troubled;
    for (int line = 0; line < m_fleet.rowCount(); ++line) {
        if (isTrouble(m_fleet.row(line).state()))
            troubled << m_fleet.row(line).id;
    }
    m_explained.clear();
    m_causeOf.clear();
    const QHash<ServiceId, AlertCause> causes = m_causes.of(troubled);
    for (int line = 0; line < m_fleet.rowCount(); ++line) {
        const ServiceId id = m_fleet.row(line).id;
        if (!troubled.contains(id))
            continue;
        const AlertCause cause = causes.value(id);
        Explained &explained = m_explained[cause.key()];
        if (explained.services.isEmpty() || cause.kind != AlertCause::Kind::Itself)
            explained.cause = cause;
        explained.services << id;
    }
    m_explained.removeIf([](const auto &each) { return each.value().services.size() < 2; });
    for (auto each = m_explained.cbegin(); each != m_explained.cend(); ++each) {
        for (const ServiceId id : each->services)
            m_causeOf.insert(id, each.key());
    }
}

QList<AlertListModel::Row> AlertListModel::wanted()
{
    findCauses();
    std::vector<std::pair<int, Row>> ranked;
    QSet<QString> shown;
    for (int line = 0; line < m_fleet.rowCount(); ++line) {
        const ServiceRow &row = m_fleet.row(line);
        if (const QString cause = m_causeOf.value(row.id); cause.isEmpty()) {
            if (isAmiss(row) || row.quiet.isAcknowledged() || m_mutes.isMutedItself(row.id))
                ranked.emplace_back(rankOf(row), Row{row.id, {}, {}});
        } else if (!shown.contains(cause)) {
            shown << cause;
            ranked.emplace_back(int(stateOf(m_explained[cause])), Row{NoService, {}, cause});
        }
    }
    std::ranges::stable_sort(ranked, std::ranges::greater(), [](const auto &each) { return each.first; });
    QList<Row> rows;
    for (const QString &group : m_mutes.mutedGroups())
        rows << Row{NoService, group, {}};
    for (const auto &[rank, row] : ranked) {
        rows << row;
        for (const ServiceId id : m_open.contains(row.cause) ? m_explained[row.cause].services : QList<ServiceId>())
            rows << Row{id, {}, row.cause};
    }
    return rows;
}

/// Groups keep their alphabet, and of what is equally bad a cause stands where the first of its services does.
void AlertListModel::refresh()
{
    const QList<Row> rows = wanted();
    const QSet<Row> kept(rows.cbegin(), rows.cend());
    const auto removeRow = [this](qsizetype row) {
        beginRemoveRows({}, int(row), int(row));
        m_rows.removeAt(row);
        endRemoveRows();
    };
    for (qsizetype row = m_rows.size() - 1; row >= 0; --row) {
        if (!kept.contains(m_rows[row]))
            removeRow(row);
    }
    QSet<Row> there(m_rows.cbegin(), m_rows.cend());
    for (qsizetype row = 0; row < rows.size(); ++row) {
        if (row < m_rows.size() && m_rows[row] == rows[row])
            continue;
        if (there.contains(rows[row])) // the first of a cause's services has recovered
            removeRow(m_rows.indexOf(rows[row], row));
        beginInsertRows({}, int(row), int(row));
        m_rows.insert(row, rows[row]);
        endInsertRows();
    }
    if (!m_rows.isEmpty())
        Q_EMIT dataChanged(index(0, 0), index(int(m_rows.size()) - 1, ColumnCount - 1));
}

void AlertListModel::setFolded(int row, bool folded)
{
    const QString cause = m_rows.at(row).cause;
    if (folded)
        m_open.remove(cause);
    else
        m_open.insert(cause);
    refresh();
}

QList<ServiceId> AlertListModel::servicesAt(int row) const
{
    const Row &chosen = m_rows.at(row);
    if (isCause(chosen))
        return m_explained.value(chosen.cause).services;
    return chosen.service == NoService ? QList<ServiceId>() : QList<ServiceId>{chosen.service};
}

int AlertListModel::rowCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : int(m_rows.size()); }

int AlertListModel::columnCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : ColumnCount; }

QString AlertListModel::text(const Row &row, int column) const
{
    if (isCause(row))
        return causeText(m_explained.value(row.cause), column);
    if (row.service == NoService)
        return groupText(row.group, column);
    const ServiceRow *const service = m_fleet.find(row.service);
    return service ? serviceText(*service, row, column) : QString();
}

QString AlertListModel::groupText(const QString &group, int column) const
{
    const auto until = m_mutes.groupMutedUntil(group);
    return column == Name         ? tr("All of %1").arg(visibleText(group, 60))
        : column == Told && until ? tr("muted until %1").arg(momentText(*until))
                                  : QString();
}

QString AlertListModel::serviceText(const ServiceRow &service, const Row &row, int column) const
{
    switch (column) {
    case Name: return visibleText(service.entry.name, 80);
    case Amiss: {
        QStringList words{stateText(service)};
        if (service.code() == CodeVerdict::Stale)
            words << tr("runs old code");
        words << service.brokenRules;
        return visibleText(words.join(u"; "_s), 300);
    }
    default: return toldOf(service, row.cause);
    }
}

/// Who joins a cause that was told is told with it.
QString AlertListModel::toldOf(const ServiceRow &service, const QString &cause) const
{
    QStringList words;
    if (service.quiet.mutedUntil)
        words << tr("muted until %1").arg(momentText(*service.quiet.mutedUntil));
    if (service.quiet.isAcknowledged())
        words << (AlertMutes::canAcknowledge(service) ? tr("acknowledged in part") : tr("acknowledged"));
    if (!words.isEmpty())
        return words.join(u", "_s);
    std::optional<AlertTold> told = isTrouble(service.state()) ? service.told.state
        : service.code() == CodeVerdict::Stale                 ? service.told.code
                                                               : service.told.rules;
    if (told)
        return toldText(*told);
    told = toldOf(m_explained.value(cause));
    return told ? tr("not by itself; of its cause: %1").arg(toldText(*told)) : tr("not told yet");
}

/// Of those with an alert of their own.
std::optional<AlertTold> AlertListModel::toldOf(const Explained &explained) const
{
    for (const ServiceId id : explained.services) {
        if (const std::optional<AlertTold> &told = m_fleet.find(id)->told.state)
            return told;
    }
    return {};
}

/// `60 of 60 services`, `mcp, 3 depend on it`.
QString AlertListModel::whoseText(const Explained &explained) const
{
    const int count = int(explained.services.size());
    if (explained.cause.kind == AlertCause::Kind::Outage)
        return tr("%1 of %n service(s)", nullptr, m_fleet.rowCount()).arg(count);
    const ServiceRow *const root = m_fleet.find(explained.cause.root);
    if (!root)
        return tr("%n service(s)", nullptr, count);
    const int others = count - (explained.services.contains(root->id) ? 1 : 0);
    return tr("%1, %n depend(s) on it", nullptr, others).arg(visibleText(root->entry.name, 60));
}

/// Of an outage: since the first of those who are in it fell silent. When that was is not known of who has not answered
/// since it is watched.
QString AlertListModel::silenceText(const Explained &explained) const
{
    std::optional<Clock::WallTime> first;
    bool isSeen = true;
    for (const ServiceId id : explained.services) {
        const ServiceRow &row = *m_fleet.find(id);
        isSeen = isSeen && row.lastSeen;
        if (const std::optional<Clock::WallTime> &since = row.figures.since)
            first = std::min(first.value_or(*since), *since);
    }
    const QString time = momentText(first.value_or(Clock::WallTime()));
    return isSeen ? tr("do not answer since %1").arg(time) : tr("do not answer, since before %1").arg(time);
}

QString AlertListModel::amissText(const Explained &explained) const
{
    const QString name = visibleText(explained.cause.name, 60);
    switch (explained.cause.kind) {
    case AlertCause::Kind::Outage: return silenceText(explained);
    case AlertCause::Kind::Dependency: return tr("%1 fails for them").arg(name);
    case AlertCause::Kind::Host: return tr("none answers on %1").arg(name);
    case AlertCause::Kind::Itself:
    case AlertCause::Kind::Service: break;
    }
    const ServiceRow *const root = m_fleet.find(explained.cause.root);
    return root ? visibleText(stateText(*root), 300) : QString();
}

QString AlertListModel::causeText(const Explained &explained, int column) const
{
    if (column == Name)
        return whoseText(explained);
    if (column == Amiss)
        return amissText(explained);
    QString told;
    const bool isTold = toldOf(explained).has_value();
    for (const ServiceId id : explained.services) {
        const ServiceRow &row = *m_fleet.find(id);
        if (isTold && !row.told.state && row.quiet == Quiet{})
            continue; // it has come since
        const QString each = toldOf(row, explained.cause.key());
        if (!told.isEmpty() && each != told)
            return tr("not the same for all");
        told = each;
    }
    return told;
}

ServiceState AlertListModel::stateOf(const Explained &explained) const
{
    ServiceState worst = ServiceState::Unknown;
    for (const ServiceId id : explained.services)
        worst = std::max(worst, m_fleet.find(id)->state());
    const ServiceRow *const root = m_fleet.find(explained.cause.root);
    return root ? root->state() : worst;
}

QString AlertListModel::accessibleText(const Row &row, int column) const
{
    const QString said = u"%1: %2"_s.arg(headerData(column, Qt::Horizontal).toString(), text(row, column));
    if (!isCause(row) || column != Name)
        return said;
    return m_open.contains(row.cause) ? tr("%1, open").arg(said) : tr("%1, folded").arg(said);
}

QVariant AlertListModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Row &row = m_rows[index.row()];
    switch (role) {
    case Qt::DisplayRole: return text(row, index.column());
    case Qt::ToolTipRole: return text(row, index.column()).toHtmlEscaped();
    case Qt::AccessibleTextRole: return accessibleText(row, index.column());
    case FoldedRole: return isCause(row) ? QVariant(!m_open.contains(row.cause)) : QVariant();
    case MemberRole: return row.service != NoService && !row.cause.isEmpty();
    case StaleRole: {
        const ServiceRow *const service = m_fleet.find(row.service);
        return service && !isTrouble(service->state()) && service->code() == CodeVerdict::Stale;
    }
    case StateRole: {
        if (isCause(row))
            return QVariant::fromValue(stateOf(m_explained.value(row.cause)));
        const ServiceRow *const service = m_fleet.find(row.service);
        return service ? QVariant::fromValue(service->state()) : QVariant();
    }
    default: return {};
    }
}

QVariant AlertListModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name: return tr("Service");
    case Amiss: return tr("It is");
    case Told: return tr("Alerts");
    default: return {};
    }
}

} // namespace Hephaestus
