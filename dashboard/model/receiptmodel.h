// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/receipt.h"

#include <QAbstractTableModel>

namespace Hephaestus {

/// The steps of a receipt as a table, while they run and afterwards.
class ReceiptModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { Step, Outcome, Duration, Message, ColumnCount };
    enum Role { OutcomeRole = Qt::UserRole };

    using QAbstractTableModel::QAbstractTableModel;

    /// `runningStep` is listed after the finished ones.
    void show(const Receipt &receipt, std::optional<RestartStep> runningStep);
    void clear() { show({}, {}); }

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    static QString outcomeWord(StepOutcome outcome);
    static QString stepWord(RestartStep step);

private:
    QList<ReceiptStep> m_steps;
};

} // namespace Hephaestus
