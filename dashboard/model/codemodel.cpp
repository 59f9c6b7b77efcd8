// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/codemodel.h"

#include "dashboard/model/displaytext.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// What became of a file, and what it is; what is not known is shown as it came.
QString wordOf(const QString &told)
{
    static constexpr std::pair<QLatin1StringView, const char *> words[] = {
        {"modified"_L1, QT_TRANSLATE_NOOP("Hephaestus::CodeModel", "modified")},
        {"added"_L1, QT_TRANSLATE_NOOP("Hephaestus::CodeModel", "added")},
        {"removed"_L1, QT_TRANSLATE_NOOP("Hephaestus::CodeModel", "removed")},
        {"not_built"_L1, QT_TRANSLATE_NOOP("Hephaestus::CodeModel", "not built")},
        {"unreadable"_L1, QT_TRANSLATE_NOOP("Hephaestus::CodeModel", "unreadable")},
        {"unverified"_L1, QT_TRANSLATE_NOOP("Hephaestus::CodeModel", "unverified")},
        {"executable"_L1, QT_TRANSLATE_NOOP("Hephaestus::CodeModel", "executable")},
        {"library"_L1, QT_TRANSLATE_NOOP("Hephaestus::CodeModel", "library")},
        {"configuration"_L1, QT_TRANSLATE_NOOP("Hephaestus::CodeModel", "configuration")},
        {"source"_L1, QT_TRANSLATE_NOOP("Hephaestus::CodeModel", "source")},
        {"lock_file"_L1, QT_TRANSLATE_NOOP("Hephaestus::CodeModel", "lock file")},
        {"environment"_L1, QT_TRANSLATE_NOOP("Hephaestus::CodeModel", "environment")},
    };
    for (const auto &[word, text] : words) {
        if (told == word)
            return CodeModel::tr(text);
    }
    return visibleText(told, 40);
}

} // namespace

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
    case Change: return wordOf(change.change);
    case Kind: return wordOf(change.kind);
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
