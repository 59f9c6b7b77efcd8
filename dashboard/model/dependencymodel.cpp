// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/dependencymodel.h"

#include "common/base/duration.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/model/sharedtext.h"

#include <limits>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

QString detailsText(const DependencyReport &dependency)
{
    QStringList lines{visibleText(dependency.name)};
    if (!dependency.error.isEmpty())
        lines << DependencyModel::errorText(dependency);
    for (auto it = dependency.details.cbegin(); it != dependency.details.cend(); ++it) {
        const QString value = it.value().isNull() ? u"–"_s : it.value().toString();
        lines << visibleText(it.key(), 60) + u": "_s + visibleText(value, 120);
    }
    return lines.join(u'\n');
}

double sortable(const Since &since) { return since ? since->count() : std::numeric_limits<double>::infinity(); }

} // namespace

QString DependencyModel::statusWord(DependencyStatus status)
{
    switch (status) {
    case DependencyStatus::Working: return tr("working");
    case DependencyStatus::Error: return tr("error");
    case DependencyStatus::NotUsed: return tr("not used");
    case DependencyStatus::Unknown: return tr("not known");
    }
    Q_UNREACHABLE();
}

QString DependencyModel::errorText(const DependencyReport &dependency)
{
    return visibleText(dependency.status == DependencyStatus::Unknown ? translated(dependency.error)
                                                                      : dependency.error);
}

void DependencyModel::setAge(std::optional<Seconds> age)
{
    if (age)
        age = wholeSeconds(*age);
    if (std::exchange(m_age, age) != age && !m_dependencies.isEmpty())
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
}

void DependencyModel::show(const QList<DependencyReport> &dependencies, std::optional<Seconds> age)
{
    setAge(age);
    // Services name their dependencies in a fixed order, so the common case is a comparison row by row; only what
    // came or went moves rows.
    for (qsizetype row = 0; row < dependencies.size(); ++row) {
        while (row < m_dependencies.size() && m_dependencies[row].name != dependencies[row].name
               && std::none_of(dependencies.cbegin() + row, dependencies.cend(),
                               [&](const auto &other) { return other.name == m_dependencies[row].name; })) {
            beginRemoveRows({}, int(row), int(row));
            m_dependencies.removeAt(row);
            endRemoveRows();
        }
        if (row < m_dependencies.size() && m_dependencies[row].name == dependencies[row].name) {
            update(int(row), dependencies[row]);
        } else {
            beginInsertRows({}, int(row), int(row));
            m_dependencies.insert(row, dependencies[row]);
            endInsertRows();
        }
    }
    if (m_dependencies.size() > dependencies.size()) {
        beginRemoveRows({}, int(dependencies.size()), int(m_dependencies.size()) - 1);
        m_dependencies.resize(dependencies.size());
        endRemoveRows();
    }
}

void DependencyModel::update(int row, const DependencyReport &dependency)
{
    const DependencyReport before = std::exchange(m_dependencies[row], dependency);
    if (before == dependency)
        return;
    int first = ColumnCount;
    int last = -1;
    for (int column = 0; column < ColumnCount; ++column) {
        if (cellText(before, column) == cellText(dependency, column))
            continue;
        first = std::min(first, column);
        last = column;
    }
    if (last >= 0)
        Q_EMIT dataChanged(index(row, first), index(row, last));
}

int DependencyModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_dependencies.size());
}

int DependencyModel::columnCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : ColumnCount; }

QString DependencyModel::cellText(const DependencyReport &dependency, int column) const
{
    const auto since = [this](const Since &value) {
        return value ? formatAge(*value + m_age.value_or(Seconds(0))) : tr("never");
    };
    if (dependency.status == DependencyStatus::NotUsed && column > Status)
        return {};
    switch (column) {
    case Name: return visibleText(dependency.name, 80);
    case Status: return statusWord(dependency.status);
    case Successes: return formatCount(dependency.successCount);
    case Failures: return formatCount(dependency.failureCount);
    case FailurePercent:
        return dependency.successCount + dependency.failureCount > 0
            ? tr("%1 %").arg(percentOf(dependency.failureCount, dependency.successCount + dependency.failureCount))
            : u"–"_s;
    case LastSuccess: return since(dependency.lastSuccess);
    case LastFailure: return since(dependency.lastFailure);
    case Error: return errorText(dependency);
    default: return {};
    }
}

QVariant DependencyModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const DependencyReport &dependency = m_dependencies[index.row()];
    switch (role) {
    case Qt::DisplayRole: return cellText(dependency, index.column());
    case Qt::ToolTipRole:
        if (index.column() == Successes || index.column() == Failures)
            return QLocale().toString(index.column() == Successes ? dependency.successCount : dependency.failureCount);
        return index.column() == FailurePercent ? tr("Of all its operations since the service started")
                                                : detailsText(dependency);
    case Qt::TextAlignmentRole:
        if (index.column() >= Successes && index.column() <= LastFailure)
            return QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter));
        return {};
    case CurrentRole: return !m_age;
    case StatusRole: return QVariant::fromValue(dependency.status);
    case ReportRole: return QVariant::fromValue(dependency);
    case SortRole:
        switch (index.column()) {
        case Status: return int(dependency.status);
        case Successes: return dependency.successCount;
        case Failures: return dependency.failureCount;
        case FailurePercent:
            return double(dependency.failureCount)
                / double(std::max<qint64>(1, dependency.successCount + dependency.failureCount));
        case LastSuccess: return sortable(dependency.lastSuccess);
        case LastFailure: return sortable(dependency.lastFailure);
        default: return cellText(dependency, index.column());
        }
    default: return {};
    }
}

QVariant DependencyModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole && section >= Successes && section <= LastFailure)
        return QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter));
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name: return tr("Name");
    case Status: return tr("Status");
    case Successes: return tr("Good");
    case Failures: return tr("Failed");
    case FailurePercent: return tr("Failed %");
    case LastSuccess: return tr("Last good");
    case LastFailure: return tr("Last failed");
    case Error: return tr("Error");
    default: return {};
    }
}

} // namespace Hephaestus
