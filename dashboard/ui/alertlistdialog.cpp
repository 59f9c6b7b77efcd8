// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/alertlistdialog.h"

#include "dashboard/ui/celldelegate.h"
#include "dashboard/ui/fittingcolumns.h"
#include "dashboard/ui/icons.h"
#include "dashboard/ui/tables.h"
#include "dashboard/ui/theme.h"

#include <QDialogButtonBox>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QScrollBar>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

IconDelegate::Look amissLook(const Theme &theme, const QModelIndex &index)
{
    const QVariant state = index.data(AlertListModel::StateRole);
    if (!state.isValid())
        return {};
    if (index.data(AlertListModel::StaleRole).toBool())
        return {u"stale"_s, theme.accent(CodeVerdict::Stale)};
    return {Icons::nameOf(state.value<ServiceState>()), theme.accent(state.value<ServiceState>())};
}

/// A triangle before what is opened; who is under it stands further in.
class CauseDelegate : public CellDelegate
{
public:
    using CellDelegate::CellDelegate;

    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        return CellDelegate::sizeHint(option, index) + QSize(isMoved(index) ? indent(option) : 0, 0);
    }

protected:
    void paintContent(QPainter &painter, const QRect &area, const QStyleOptionViewItem &option,
                      const QModelIndex &index) const override
    {
        const QVariant folded = index.data(AlertListModel::FoldedRole);
        if (folded.isValid()) {
            const int size = spacing(option.fontMetrics, 2);
            const QRect place(area.left(), area.center().y() - size / 2 + 1, size, size);
            const QPen pen = painter.pen();
            paintFoldSign(painter, visual(option, area, place), folded.toBool(), option);
            painter.setPen(pen);
        }
        const QRect rest = isMoved(index) ? visual(option, area, area.adjusted(indent(option), 0, 0, 0)) : area;
        CellDelegate::paintContent(painter, rest, option, index);
    }

private:
    static int indent(const QStyleOptionViewItem &option) { return spacing(option.fontMetrics, 4); }
    static bool isMoved(const QModelIndex &index)
    {
        return index.data(AlertListModel::FoldedRole).isValid() || index.data(AlertListModel::MemberRole).toBool();
    }
};

} // namespace

AlertListDialog::AlertListDialog(FleetModel &fleet, AlertCauses &causes, AlertMutes &mutes, QWidget *parent)
    : QDialog(parent)
    , m_fleet(fleet)
    , m_mutes(mutes)
    , m_model(fleet, causes, mutes)
    , m_pages(new QStackedWidget)
    , m_table(new QTableView)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Alerts and mutes"));
    m_table->setModel(&m_model);
    styleTable(m_table);
    m_table->setItemDelegateForColumn(AlertListModel::Name, new CauseDelegate(-1, m_table));
    m_table->setItemDelegateForColumn(AlertListModel::Amiss, new IconDelegate(amissLook, -1, m_table));
    auto *const columns = new FittingColumns(m_table, {24, 0, 26}, {});
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
    m_table->installEventFilter(this);
    connect(m_table, &QTableView::activated, this, &AlertListDialog::go);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, &AlertListDialog::update);
    for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(&m_model, signal, this, &AlertListDialog::update);
    connect(&m_model, &QAbstractItemModel::dataChanged, this, &AlertListDialog::update);
    const int wide = columns->wholeWidth() + m_table->verticalScrollBar()->sizeHint().width() + 2 * margin;
    resize(QSize(std::max(wide, spacing(fontMetrics(), 190)), spacing(fontMetrics(), 90))
               .boundedTo(parent ? parent->size() : size()));
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
    const QList<ServiceId> services = this->services();
    m_acknowledge->setEnabled(
        std::ranges::any_of(services, [this](ServiceId id) { return AlertMutes::canAcknowledge(*m_fleet.find(id)); }));
    m_mute->setEnabled(chosen >= 0);
    m_unmute->setEnabled((chosen >= 0 && !m_model.groupAt(chosen).isEmpty())
                         || std::ranges::any_of(services, [this](ServiceId id) { return m_mutes.isMutedItself(id); }));
}

/// That are there still.
QList<ServiceId> AlertListDialog::services() const
{
    QList<ServiceId> services = row() < 0 ? QList<ServiceId>() : m_model.servicesAt(row());
    services.removeIf([this](ServiceId id) { return !m_fleet.find(id); });
    return services;
}

void AlertListDialog::acknowledge() { m_mutes.acknowledge(services()); }

void AlertListDialog::mute()
{
    if (row() < 0)
        return;
    const Clock::WallTime until = Clock::machine().wall() + 1h;
    if (const QString group = m_model.groupAt(row()); !group.isEmpty())
        m_mutes.muteGroup(group, until);
    else
        m_mutes.mute(services(), until);
}

void AlertListDialog::unmute()
{
    if (row() < 0)
        return;
    if (const QString group = m_model.groupAt(row()); !group.isEmpty())
        m_mutes.unmuteGroup(group);
    else
        m_mutes.unmute(services());
}

/// To the service; a cause is opened or folded.
void AlertListDialog::go()
{
    if (row() < 0)
        return;
    if (m_model.isCauseAt(row()))
        return fold(!m_table->currentIndex().siblingAtColumn(0).data(AlertListModel::FoldedRole).toBool());
    const ServiceId id = m_model.serviceAt(row());
    if (id == NoService)
        return;
    accept();
    Q_EMIT serviceWanted(id);
}

void AlertListDialog::fold(bool folded)
{
    if (row() >= 0 && m_model.isCauseAt(row()))
        m_model.setFolded(row(), folded);
}

/// The arrows open and fold, as in the window's table.
bool AlertListDialog::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() != QEvent::KeyPress || row() < 0 || !m_model.isCauseAt(row()))
        return QDialog::eventFilter(watched, event);
    const int key = static_cast<QKeyEvent *>(event)->key();
    if (key != Qt::Key_Left && key != Qt::Key_Right)
        return QDialog::eventFilter(watched, event);
    fold((key == Qt::Key_Left) == isLeftToRight());
    return true;
}

} // namespace Hephaestus
