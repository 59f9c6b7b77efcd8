// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/findservicesdialog.h"

#include "dashboard/ui/celldelegate.h"
#include "dashboard/ui/directedtext.h"
#include "dashboard/ui/fittingcolumns.h"
#include "dashboard/ui/tables.h"
#include "dashboard/ui/theme.h"

#include <QApplication>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QScreen>
#include <QScrollBar>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// A tick, where there is something to tick, and the port.
class TickDelegate : public CellDelegate
{
public:
    using CellDelegate::CellDelegate;

    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        return CellDelegate::sizeHint(option, index) + QSize(spacing(option.fontMetrics, 6), 0);
    }

protected:
    void paintContent(QPainter &painter, const QRect &area, const QStyleOptionViewItem &option,
                      const QModelIndex &index) const override
    {
        const QStyle *const style = option.widget ? option.widget->style() : QApplication::style();
        if (const QVariant state = index.data(Qt::CheckStateRole); state.isValid()) {
            QStyleOptionViewItem box = option;
            box.rect = style->subElementRect(QStyle::SE_ItemViewItemCheckIndicator, &option, option.widget);
            box.state.setFlag(state.toInt() == Qt::Checked ? QStyle::State_On : QStyle::State_Off);
            style->drawPrimitive(QStyle::PE_IndicatorItemViewItemCheck, &box, &painter, option.widget);
        }
        const QRect room = visual(option, area, area.adjusted(spacing(option.fontMetrics, 6), 0, 0, 0));
        paintText(painter, room, Qt::AlignVCenter | Qt::AlignLeft, option.text);
    }
};

} // namespace

FindServicesDialog::FindServicesDialog(const QStringList &known, QWidget *parent)
    : QDialog(parent)
    , m_known(known)
    , m_table(new QTableView)
    , m_summary(new QLabel)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Services on this machine"));
    m_summary->setTextFormat(Qt::PlainText);
    m_summary->setWordWrap(true);
    auto *const rows = new QSortFilterProxyModel(this);
    rows->setSourceModel(&m_model);
    rows->setSortRole(ListenerModel::SortRole);
    m_table->setModel(rows);
    styleTable(m_table, ListenerModel::CurrentRole);
    m_table->setItemDelegateForColumn(ListenerModel::Port, new TickDelegate(ListenerModel::CurrentRole, m_table));
    for (const int column : {ListenerModel::Command, ListenerModel::Directory}) { // in what differs they end
        auto *const middle = new CellDelegate(ListenerModel::CurrentRole, m_table);
        middle->setElideMode(Qt::ElideMiddle);
        m_table->setItemDelegateForColumn(column, middle);
    }
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    // The commands have some room before what tells less.
    m_columns = new FittingColumns(m_table, {10, 28, 8, 0, 20}, {ListenerModel::Directory, ListenerModel::Pid});
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(ListenerModel::Speaks, Qt::AscendingOrder);
    m_table->setAccessibleName(tr("Listening ports"));

    auto *const buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    buttons->button(QDialogButtonBox::Cancel)->setIcon({});
    m_accept = buttons->addButton(tr("&Add"), QDialogButtonBox::AcceptRole);
    m_accept->setDefault(true);
    m_again = buttons->addButton(tr("Search a&gain"), QDialogButtonBox::ResetRole);
    m_all = buttons->addButton(tr("Tick a&ll"), QDialogButtonBox::ActionRole);
    m_none = buttons->addButton(tr("Tick &none"), QDialogButtonBox::ActionRole);
    connect(m_all, &QPushButton::clicked, this, [this] { m_model.chooseAll(true); });
    connect(m_none, &QPushButton::clicked, this, [this] { m_model.chooseAll(false); });
    connect(m_again, &QPushButton::clicked, this, &FindServicesDialog::look);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(buttons, &QDialogButtonBox::accepted, this, [this] {
        Q_EMIT chosen(m_model.chosen());
        accept();
    });
    connect(&m_model, &ListenerModel::changed, this, &FindServicesDialog::update);
    auto *const layout = new QVBoxLayout(this);
    const int margin = spacing(fontMetrics(), 4);
    layout->setContentsMargins(margin, margin, margin, margin);
    layout->setSpacing(spacing(fontMetrics(), 2));
    layout->addWidget(m_summary);
    layout->addWidget(m_table, 1);
    layout->addWidget(buttons);
    look();
    resize(fittingSize(parent ? parent->window()->size() : screen()->availableSize()));
}

/// So large that what was found is read whole, as far as there is room.
QSize FindServicesDialog::fittingSize(const QSize &most)
{
    const QSize least(spacing(fontMetrics(), 280), spacing(fontMetrics(), 130));
    const int rows = m_model.rowCount() * m_table->verticalHeader()->defaultSectionSize();
    const int aroundTable = layout()->sizeHint().height() - m_table->sizeHint().height();
    const QSize wanted(m_columns->wholeWidth() + m_table->verticalScrollBar()->sizeHint().width()
                           + 2 * spacing(fontMetrics(), 4),
                       rows + m_table->horizontalHeader()->sizeHint().height() + aroundTable);
    return wanted.expandedTo(least).boundedTo(most - QSize(2, 2) * spacing(fontMetrics(), 4));
}

void FindServicesDialog::look() { m_model.find(portHolders(), m_known); }

void FindServicesDialog::update()
{
    const int found = m_model.found();
    const int ticked = m_model.ticked();
    const int ports = m_model.rowCount();
    QString summary = m_model.isAsking() ? tr("Asking what listens here (%1)…").arg(ports)
        : ports == 0                     ? tr("Nothing listens on this machine that is not watched already.")
        : found == 0
        ? tr("Nothing that listens here (%1) answers a health request.").arg(ports)
        : tr("%1 of %2 ports answer. What is ticked will be watched; nothing is changed there.").arg(found).arg(ports);
    if (!m_model.isAsking() && m_model.hasForeign())
        summary += u' ' + tr("What other users run is not ticked at first.");
    m_summary->setText(summary);
    m_all->setEnabled(ticked < found);
    m_none->setEnabled(ticked > 0);
    m_accept->setEnabled(ticked > 0);
    m_accept->setText(ticked > 0 ? tr("&Add %1").arg(ticked) : tr("&Add"));
    m_again->setEnabled(!m_model.isAsking());
    const bool wasAsking = std::exchange(m_isAsking, m_model.isAsking());
    if (wasAsking && !m_isAsking && ticked > 0)
        m_accept->setFocus(); // once: whoever ticks by the keyboard stays in the table
}

} // namespace Hephaestus
