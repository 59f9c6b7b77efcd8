// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/codemodel.h"

#include "dashboard/model/displaytext.h"

namespace Hephaestus {

void CodeModel::show(const QList<CodeChange> &changes)
{
    if (m_changes == changes)
        return;
    beginResetModel();
    m_changes = changes;
    endResetModel();
}

int CodeModel::rowCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : int(m_changes.size()); }

int CodeModel::columnCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant CodeModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid) || (role != Qt::DisplayRole && role != Qt::ToolTipRole))
        return {};
    const CodeChange &change = m_changes[index.row()];
    switch (index.column()) {
    case Change: return visibleText(change.change, 40);
    case Kind: return visibleText(change.kind, 40);
    case Path: return visibleText(change.path, 1000);
    default: return {};
    }
}

QVariant CodeModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Change: return tr("Change");
    case Kind: return tr("Kind");
    case Path: return tr("File");
    default: return {};
    }
}

} // namespace Hephaestus
