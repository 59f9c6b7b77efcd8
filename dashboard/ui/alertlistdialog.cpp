// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/alertlistdialog.h"

#include "dashboard/ui/celldelegate.h"
#include "dashboard/ui/icons.h"
#include "dashboard/ui/tables.h"
#include "dashboard/ui/theme.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

IconDelegate::Look amissLook(const Theme &theme, const QModelIndex &index)
{
    const QVariant state = index.data(AlertListModel::StateRole);
    if (!state.isValid())
        return {};
    return {Icons::nameOf(state.value<ServiceState>()), theme.accent(state.value<ServiceState>())};
}

} // namespace

AlertListDialog::AlertListDialog(FleetModel &fleet, AlertMutes &mutes, QWidget *parent)
    : QDialog(parent)
    , m_fleet(fleet)
    , m_mutes(mutes)
    , m_model(fleet, mutes)
    , m_pages(new QStackedWidget)
    , m_table(new QTableView)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("What is muted and acknowledged"));
    m_table->setModel(&m_model);
    styleTable(m_table);
    m_table->setItemDelegateForColumn(AlertListModel::Amiss, new IconDelegate(amissLook, -1, m_table));
    setColumnWidths(m_table, {24, 0, 26});
    m_table->setAccessibleName(tr("Alerts"));
    auto *const nothing = new QLabel(tr("Nothing is amiss, muted or acknowledged."));
    nothing->setAlignment(Qt::AlignCenter);
    m_pages->addWidget(nothing);
    m_pages->addWidget(m_table);
    auto *const layout = new QVBoxLayout(this);
    const int margin = spacing(fontMetrics(), 4);
    layout->setContentsMargins(margin, margin, margin, margin);
    layout->setSpacing(spacing(fontMetrics(), 2));
    layout->addWidget(m_pages, 1);
    layout->addWidget(makeButtons());
    connect(m_table, &QTableView::activated, this, &AlertListDialog::go);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, &AlertListDialog::update);
    for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(&m_model, signal, this, &AlertListDialog::update);
    connect(&m_model, &QAbstractItemModel::dataChanged, this, &AlertListDialog::update);
    resize(QSize(spacing(fontMetrics(), 190), spacing(fontMetrics(), 90)).boundedTo(parent ? parent->size() : size()));
    if (m_model.rowCount() > 0)
        m_table->selectRow(0);
    update();
}

QWidget *AlertListDialog::makeButtons()
{
    auto *const buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    buttons->button(QDialogButtonBox::Close)->setIcon({});
    buttons->button(QDialogButtonBox::Close)->setAutoDefault(false);
    m_acknowledge = buttons->addButton(tr("&Acknowledge"), QDialogButtonBox::ActionRole);
    m_mute = buttons->addButton(tr("&Mute for an hour"), QDialogButtonBox::ActionRole);
    m_unmute = buttons->addButton(tr("Mute no &longer"), QDialogButtonBox::ActionRole);
    for (QPushButton *const button : {m_acknowledge, m_mute, m_unmute})
        button->setAutoDefault(false);
    connect(m_acknowledge, &QPushButton::clicked, this, &AlertListDialog::acknowledge);
    connect(m_mute, &QPushButton::clicked, this, &AlertListDialog::mute);
    connect(m_unmute, &QPushButton::clicked, this, &AlertListDialog::unmute);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    return buttons;
}

int AlertListDialog::row() const
{
    const QModelIndexList chosen = m_table->selectionModel()->selectedRows();
    return chosen.isEmpty() ? -1 : chosen.first().row();
}

void AlertListDialog::update()
{
    m_pages->setCurrentIndex(m_model.rowCount() > 0 ? 1 : 0);
    const int chosen = row();
    const ServiceId id = chosen < 0 ? NoService : m_model.serviceAt(chosen);
    const ServiceRow *const service = m_fleet.find(id);
    m_acknowledge->setEnabled(service && AlertMutes::canAcknowledge(*service));
    m_mute->setEnabled(chosen >= 0);
    m_unmute->setEnabled(chosen >= 0 && (!service || m_mutes.isMutedItself(id)));
}

void AlertListDialog::acknowledge()
{
    if (row() >= 0)
        m_mutes.acknowledge({m_model.serviceAt(row())});
}

void AlertListDialog::mute()
{
    if (row() < 0)
        return;
    const Clock::WallTime until = Clock::machine().wall() + 1h;
    if (const QString group = m_model.groupAt(row()); !group.isEmpty())
        m_mutes.muteGroup(group, until);
    else
        m_mutes.mute({m_model.serviceAt(row())}, until);
}

void AlertListDialog::unmute()
{
    if (row() < 0)
        return;
    if (const QString group = m_model.groupAt(row()); !group.isEmpty())
        m_mutes.unmuteGroup(group);
    else
        m_mutes.unmute({m_model.serviceAt(row())});
}

void AlertListDialog::go()
{
    const ServiceId id = row() < 0 ? NoService : m_model.serviceAt(row());
    if (id == NoService)
        return;
    accept();
    Q_EMIT serviceWanted(id);
}

} // namespace Hephaestus
