// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/health.h"

#include <QAbstractTableModel>

namespace Hephaestus {

/// The files of a code verdict as a table.
class CodeModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { Change, Kind, Path, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;

    void show(const QList<CodeChange> &changes); ///< silent if they are the same
    const QList<CodeChange> &changes() const { return m_changes; }

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    QList<CodeChange> m_changes;
};

} // namespace Hephaestus
