// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/detailpages.h"

#include "common/base/duration.h"
#include "common/protocol/healthcodec.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/model/sharedtext.h"
#include "dashboard/ui/celldelegate.h"
#include "dashboard/ui/fittingcolumns.h"
#include "dashboard/ui/icons.h"
#include "dashboard/ui/tables.h"
#include "dashboard/ui/theme.h"
#include "dashboard/ui/wholetable.h"

#include <QComboBox>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QScrollArea>
#include <QScrollBar>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QVBoxLayout>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr int LeastOfName = 24;  ///< digits of the name of a dependency, by which one knows it
constexpr int LeastOfError = 24; ///< likewise of its error

QLabel *plainLabel()
{
    auto *const label = new QLabel;
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

QString titleOf(const Receipt &receipt)
{
    const QString name = visibleText(receipt.service, 80);
    const QString service =
        receipt.host.isEmpty() ? name : ReceiptPage::tr("%1 on %2").arg(name, visibleText(receipt.host, 60));
    return receipt.action == FleetAction::Start ? ReceiptPage::tr("Start of %1").arg(service)
        : receipt.action == FleetAction::Stop   ? ReceiptPage::tr("Shutdown of %1").arg(service)
                                                : ReceiptPage::tr("Restart of %1").arg(service);
}

/// The comparison of the code comes after the act, and does not count.
QString summaryOf(const Receipt &receipt, const QString &what)
{
    if (receipt.total < Seconds(0))
        return ReceiptPage::tr("%1 was broken off; when is not known.").arg(what);
    const QString time = durationText(receipt.total);
    if (!receipt.ok)
        return ReceiptPage::tr("%1 failed after %2.").arg(what, time);
    const auto compared = std::ranges::find_if(
        receipt.steps, [](const ReceiptStep &step) { return step.name == RestartStep::CodeCompared; });
    return compared == receipt.steps.end() ? ReceiptPage::tr("%1 done in %2.").arg(what, time)
                                           : ReceiptPage::tr("%1 done in %2. To compare its code took %3 more.")
                                                 .arg(what, time, durationText(compared->duration));
}

IconDelegate::Look statusLook(const Theme &theme, const QModelIndex &index)
{
    const auto status = index.data(DependencyModel::StatusRole).value<DependencyStatus>();
    const bool isCurrent = index.data(DependencyModel::CurrentRole).toBool();
    return {Icons::nameOf(status), isCurrent ? theme.accent(status) : theme.muted()};
}

IconDelegate::Look outcomeLook(const Theme &theme, const QModelIndex &index)
{
    switch (index.data(ReceiptModel::OutcomeRole).value<StepOutcome>()) {
    case StepOutcome::Ok: return {u"fresh"_s, theme.accent(DependencyStatus::Working)};
    case StepOutcome::Failed:
    case StepOutcome::TimedOut: return {u"dependency-error"_s, theme.accent(DependencyStatus::Error)};
    case StepOutcome::Running: return {u"restarting"_s, theme.accent(ServiceState::Restarting)};
    case StepOutcome::Pending: return {};
    }
    Q_UNREACHABLE();
}

} // namespace

// ---- dependencies -----------------------------------------------------------------------------------

DependenciesPage::DependenciesPage(QWidget *parent)
    : QWidget(parent)
    , m_rows(new QSortFilterProxyModel(this))
    , m_table(new QTableView)
    , m_none(plainLabel())
{
    m_rows->setSourceModel(&m_model);
    m_rows->setSortRole(DependencyModel::SortRole);
    m_table->setModel(m_rows);
    styleTable(m_table, DependencyModel::CurrentRole);
    m_table->setItemDelegateForColumn(DependencyModel::Status, new IconDelegate(statusLook, -1, m_table));
    // What is wrong is in sight at any width: before the numbers, some of which yield.
    m_table->horizontalHeader()->moveSection(DependencyModel::Error, DependencyModel::Successes);
    new FittingColumns(m_table, {LeastOfName, 10, 6, 6, 8, 9, 10, LeastOfError},
                       {DependencyModel::Successes, DependencyModel::LastSuccess, DependencyModel::FailurePercent,
                        DependencyModel::LastFailure, DependencyModel::Failures});
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(-1, Qt::AscendingOrder);
    m_table->setAccessibleName(tr("Dependencies"));
    connect(m_table, &QTableView::activated, this, [this](const QModelIndex &index) {
        Q_EMIT opened(index.data(DependencyModel::ReportRole).value<DependencyReport>().name);
    });
    connect(m_table, &QTableView::clicked, this, [this](const QModelIndex &index) {
        if (index.column() >= DependencyModel::Successes && index.column() <= DependencyModel::LastFailure)
            Q_EMIT opened(index.data(DependencyModel::ReportRole).value<DependencyReport>().name); // a number leads on
    });
    m_none->setMargin(spacing(fontMetrics(), 2));
    m_none->setAlignment(Qt::AlignLeft | Qt::AlignTop); // as the sentences of the other pages
    auto *const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_table);
    layout->addWidget(m_none, 1);
    show({}, {}, {});
}

void DependenciesPage::show(const QList<DependencyReport> &dependencies, std::optional<Seconds> age,
                            const QString &whyNone)
{
    m_model.show(dependencies, age);
    m_none->setText(whyNone);
    m_none->setVisible(dependencies.isEmpty());
    m_table->setVisible(!dependencies.isEmpty());
}

// ---- raw answer ---------------------------------------------------------------------------------------

RawPage::RawPage(QWidget *parent) : QPlainTextEdit(parent)
{
    setReadOnly(true);
    setLayoutDirection(Qt::LeftToRight); // JSON
    setFrameShape(QFrame::NoFrame);
    setLineWrapMode(QPlainTextEdit::NoWrap);
    setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    setTabChangesFocus(true);
    setAccessibleName(tr("The raw answer"));
    setPlaceholderText(tr("Nothing has been received yet."));
}

void RawPage::show(const QByteArray &body, bool isCurrent)
{
    QPalette colours = palette();
    colours.setColor(QPalette::Text,
                     isCurrent ? parentWidget()->palette().color(QPalette::Text)
                               : Theme::of(parentWidget()->palette()).muted());
    if (colours != palette())
        setPalette(colours);
    if (body == m_body || !isVisible() || textCursor().hasSelection())
        return;
    m_body = body;
    QStringList lines;
    for (const QString &line : QString::fromUtf8(indentJson(body)).split(u'\n'))
        lines << visibleText(line, 4000);
    const int down = verticalScrollBar()->value();
    const int right = horizontalScrollBar()->value();
    setPlainText(lines.join(u'\n'));
    verticalScrollBar()->setValue(down);
    horizontalScrollBar()->setValue(right);
}

// ---- receipt ------------------------------------------------------------------------------------------

ReceiptPage::ReceiptPage(QWidget *parent)
    : QWidget(parent)
    , m_head(new QBoxLayout(QBoxLayout::LeftToRight))
    , m_choice(new QComboBox)
    , m_summary(plainLabel())
    , m_table(new WholeTable)
    , m_failure(plainLabel())
    , m_facts(plainLabel())
{
    m_table->setModel(&m_model);
    styleTable(m_table);
    m_table->setItemDelegateForColumn(ReceiptModel::Outcome, new IconDelegate(outcomeLook, -1, m_table));
    auto *const message = new CellDelegate(-1, m_table); // a path ends in what differs
    message->setElideMode(Qt::ElideMiddle);
    m_table->setItemDelegateForColumn(ReceiptModel::Message, message);
    new FittingColumns(m_table, {12, 10, 7, 0}, {});
    m_table->setAccessibleName(tr("Steps"));
    m_choice->setAccessibleName(tr("Which receipt"));
    m_choice->setVisible(false);
    m_choice->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    connect(m_choice, &QComboBox::activated, this, &ReceiptPage::showChosen);
    layOut();
    show(nullptr, {}, false);
}

/// What came of it and its steps are seen first: the rest stands below them.
void ReceiptPage::layOut()
{
    const int margin = spacing(fontMetrics(), 2);
    const int gap = spacing(fontMetrics(), 1);
    for (QLabel *const label : {m_failure, m_facts})
        label->setContentsMargins(margin, 0, margin, 0);
    m_head->setContentsMargins(margin, 0, margin, 0);
    m_head->setSpacing(margin);
    m_head->addWidget(m_summary);
    m_head->addWidget(m_choice);
    auto *const content = new QWidget;
    auto *const column = new QVBoxLayout(content);
    column->setContentsMargins(0, gap, 0, gap);
    column->setSpacing(gap);
    column->addLayout(m_head);
    column->addWidget(m_failure);
    column->addWidget(m_table);
    column->addWidget(m_facts);
    column->addStretch();
    auto *const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(scrollingPage(content));
}

/// The choice is below the summary where it would leave too little to it.
void ReceiptPage::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    const bool isWide = width() >= spacing(fontMetrics(), 180);
    m_head->setDirection(isWide ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
    m_head->setStretchFactor(m_summary, isWide ? 1 : 0); // of the width; in height it is as its lines
    m_choice->setMaximumWidth(isWide ? width() / 2 : QWIDGETSIZE_MAX);
}

void ReceiptPage::show(const Receipt *receipt, std::optional<RestartStep> runningStep, bool running)
{
    const std::optional<Receipt> last = receipt ? std::optional(*receipt) : std::nullopt;
    const bool isAnother = last.has_value() != m_last.has_value()
        || (last && (last->startedAt != m_last->startedAt || last->service != m_last->service))
        || running != m_isRunning;
    m_last = last;
    m_runningStep = runningStep;
    m_isRunning = running;
    if (isAnother) {
        m_past.clear(); // perhaps another service's
        fillChoice();
        m_choice->setCurrentIndex(0); // what happens now is seen
        if (isVisible())
            Q_EMIT pastWanted();
    }
    showChosen();
}

void ReceiptPage::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    Q_EMIT pastWanted();
}

void ReceiptPage::setPast(const QList<Receipt> &receipts)
{
    QList<Receipt> past = receipts;
    past.removeIf([this](const Receipt &each) { return m_last && each.startedAt == m_last->startedAt; });
    const auto isSame = [](const Receipt &one, const Receipt &other) { return one.startedAt == other.startedAt; };
    if (std::equal(past.begin(), past.end(), m_past.begin(), m_past.end(), isSame))
        return;
    m_past = past;
    fillChoice();
    showChosen();
}

/// The last one is first.
void ReceiptPage::fillChoice()
{
    const QSignalBlocker quiet(m_choice);
    const QDateTime chosen = m_choice->currentData().toDateTime();
    m_choice->clear();
    m_choice->addItem(tr("The last one"), QDateTime());
    for (const Receipt &each : std::as_const(m_past)) {
        const QString when = dayAndSeconds(each.startedAt.toLocalTime());
        m_choice->addItem(each.ok ? u"%1  %2"_s.arg(when, titleOf(each))
                                  : tr("%1  %2: failed").arg(when, titleOf(each)),
                          each.startedAt);
    }
    m_choice->setCurrentIndex(std::max(0, m_choice->findData(chosen)));
    m_choice->setVisible(!m_past.isEmpty());
}

void ReceiptPage::showChosen()
{
    const int past = m_choice->currentIndex() - 1;
    if (past >= 0 && past < m_past.size())
        return showOne(&m_past[past], {}, false);
    showOne(m_last ? &*m_last : nullptr, m_runningStep, m_isRunning);
}

void ReceiptPage::showOne(const Receipt *receipt, std::optional<RestartStep> runningStep, bool running)
{
    m_table->setVisible(receipt);
    m_failure->setVisible(receipt && !running && !receipt->ok);
    m_facts->setVisible(receipt && !running);
    if (!receipt) {
        m_model.clear();
        m_summary->setText(tr("No restart, start or stop of it by this user is recorded."));
        return;
    }
    m_model.show(*receipt, runningStep);
    const QString what = titleOf(*receipt);
    if (running) {
        m_summary->setText(tr("%1 is under way.").arg(what));
        return;
    }
    m_summary->setText(summaryOf(*receipt, what));
    const auto instance = [](const QString &id, const std::optional<qint64> &pid) {
        const QString text = id.isEmpty() ? u"–"_s : visibleText(id, 60);
        return pid ? ReceiptPage::tr("%1 (pid %2)").arg(text, QString::number(*pid)) : text;
    };
    const QDateTime begun = receipt->startedAt.toLocalTime();
    setPlainToolTip(m_facts, receipt->startedAt.toUTC().toString(Qt::ISODateWithMs));
    m_facts->setText(QStringList{tr("Begun: %1").arg(dateAndSeconds(begun)),
                                 tr("Before: %1").arg(instance(receipt->oldInstance, receipt->oldPid)),
                                 tr("After: %1").arg(instance(receipt->newInstance, receipt->newPid))}
                         .join(u'\n'));
    QPalette alarm = palette();
    alarm.setColor(QPalette::WindowText, Theme::of(palette()).accent(DependencyStatus::Error));
    m_failure->setPalette(alarm);
    m_failure->setText(visibleText(translated(receipt->failure), 2000));
}

} // namespace Hephaestus
