// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/receiptmodel.h"

#include "common/base/duration.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/model/sharedtext.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;

QString ReceiptModel::outcomeWord(StepOutcome outcome)
{
    switch (outcome) {
    case StepOutcome::Pending: return tr("waiting");
    case StepOutcome::Running: return tr("running");
    case StepOutcome::Ok: return tr("done");
    case StepOutcome::Failed: return tr("failed");
    case StepOutcome::TimedOut: return tr("timed out");
    }
    Q_UNREACHABLE();
}

QString ReceiptModel::stepWord(RestartStep step)
{
    switch (step) {
    case RestartStep::Built: return tr("built");
    case RestartStep::Asked: return tr("asked");
    case RestartStep::SuccessorAccepts: return tr("successor accepts");
    case RestartStep::Drained: return tr("drained");
    case RestartStep::Cleaned: return tr("cleaned");
    case RestartStep::ProcessGone: return tr("process gone");
    case RestartStep::PortFree: return tr("port free");
    case RestartStep::Started: return tr("started");
    case RestartStep::Ready: return tr("ready");
    case RestartStep::Healthy: return tr("healthy");
    case RestartStep::CodeCompared: return tr("code compared");
    }
    Q_UNREACHABLE();
}

void ReceiptModel::show(const Receipt &receipt, std::optional<RestartStep> runningStep)
{
    QList<ReceiptStep> steps = receipt.steps;
    if (runningStep)
        steps << ReceiptStep{*runningStep, StepOutcome::Running, Seconds(0), {}};
    if (steps.size() < m_steps.size()) {
        beginRemoveRows({}, int(steps.size()), int(m_steps.size()) - 1);
        m_steps.resize(steps.size());
        endRemoveRows();
    }
    for (qsizetype row = 0; row < m_steps.size(); ++row) {
        if (std::exchange(m_steps[row], steps[row]) != steps[row])
            Q_EMIT dataChanged(index(int(row), 0), index(int(row), ColumnCount - 1));
    }
    if (steps.size() > m_steps.size()) {
        beginInsertRows({}, int(m_steps.size()), int(steps.size()) - 1);
        m_steps = steps;
        endInsertRows();
    }
}

int ReceiptModel::rowCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : int(m_steps.size()); }

int ReceiptModel::columnCount(const QModelIndex &parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant ReceiptModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const ReceiptStep &step = m_steps[index.row()];
    switch (role) {
    case OutcomeRole: return QVariant::fromValue(step.outcome);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(
            Qt::Alignment((index.column() == Duration ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter));
    case Qt::ToolTipRole: { // only the first line decides whether it is rich text
        QStringList lines{visibleText(translated(step.message), 2000)};
        for (const QString &line : step.output)
            lines << visibleText(line, 300);
        return lines.join(u'\n');
    }
    case Qt::DisplayRole:
        switch (index.column()) {
        case Step: return step.name.value() ? stepWord(*step.name.value()) : visibleText(step.name.text(), 60);
        case Outcome: return outcomeWord(step.outcome);
        case Duration:
            return step.outcome == StepOutcome::Running || step.outcome == StepOutcome::Pending ? QString()
                : step.duration < Seconds(0)                                                    ? u"–"_s
                                             : durationText(step.duration);
        case Message: return visibleText(translated(step.message), 500);
        default: return {};
        }
    default: return {};
    }
}

QVariant ReceiptModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(
            Qt::Alignment((section == Duration ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter));
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Step: return tr("Step");
    case Outcome: return tr("Outcome");
    case Duration: return tr("Took");
    case Message: return tr("What was seen");
    default: return {};
    }
}

} // namespace Hephaestus
