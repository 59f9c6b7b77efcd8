// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/health.h"

#include <QAbstractTableModel>

namespace Hephaestus {

/// The dependencies of one service as a table. A selection survives every poll, because `show()` keeps rows whose
/// dependency is still there. It signals only the cells whose text changed.
class DependencyModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { Name, Status, Successes, Failures, FailurePercent, LastSuccess, LastFailure, Error, ColumnCount };
    enum Role { StatusRole = Qt::UserRole, SortRole, ReportRole, CurrentRole };

    using QAbstractTableModel::QAbstractTableModel;

    /// `age`: since the service said so, if that is not the latest it could have said. Ages are told as of now.
    void show(const QList<DependencyReport> &dependencies, std::optional<Seconds> age = {});
    const QList<DependencyReport> &dependencies() const { return m_dependencies; }

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    static QString statusWord(DependencyStatus status);
    static QString errorText(const DependencyReport &dependency); ///< why it fails or is not known

private:
    void update(int row, const DependencyReport &dependency);
    QString cellText(const DependencyReport &dependency, int column) const;

    void setAge(std::optional<Seconds> age);

    QList<DependencyReport> m_dependencies;
    std::optional<Seconds> m_age; ///< nothing: they are current
};

} // namespace Hephaestus
