// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/servicemapwindow.h"

#include "dashboard/ui/icons.h"
#include "dashboard/ui/linedelegate.h"
#include "dashboard/ui/servicemapview.h"
#include "dashboard/ui/theme.h"

#include <QKeyEvent>
#include <QLabel>
#include <QListWidget>
#include <QScrollArea>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>
#include <tuple>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int KeyRole = Qt::UserRole;

QLabel *wrappedLabel()
{
    auto *const label = new QLabel;
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    return label;
}

} // namespace

ServiceMapWindow::ServiceMapWindow(const FleetModel &fleet, QWidget *parent)
    : QWidget(parent, Qt::Window)
    , m_fleet(fleet)
    , m_splits(wrappedLabel())
    , m_note(wrappedLabel())
    , m_splitter(new QSplitter)
    , m_area(new QScrollArea)
    , m_view(new ServiceMapView)
    , m_list(new QListWidget)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Hephaestus: service map"));
    m_area->setWidget(m_view);
    m_area->setWidgetResizable(true);
    m_area->setFrameShape(QFrame::NoFrame);
    m_area->setFocusPolicy(Qt::NoFocus); // the list beside it goes to every node
    m_list->setAccessibleName(tr("Services and what they share"));
    m_list->setItemDelegate(new LineDelegate(-1, m_list));
    m_list->setWordWrap(true);
    m_list->setResizeMode(QListView::Adjust); // else its lines keep the heights of its first width
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setSpacing(spacing(fontMetrics(), 1));
    m_list->setIconSize(QSize(1, 1) * spacing(fontMetrics(), 4));
    m_list->setFrameShape(QFrame::NoFrame);
    m_splits->setAccessibleName(tr("Databases that are not one"));
    m_splitter->addWidget(m_area);
    m_splitter->addWidget(m_list);
    m_splitter->setSizes({600, 400});
    m_splitter->setStretchFactor(0, 3);
    m_splitter->setStretchFactor(1, 2);
    m_splitter->setChildrenCollapsible(false);
    auto *const layout = new QVBoxLayout(this);
    layout->addWidget(m_splits);
    layout->addWidget(m_splitter, 1);
    layout->addWidget(m_note);
    m_list->setFocus();

    connect(m_view, &ServiceMapView::chosen, this, &ServiceMapWindow::select);
    connect(m_view, &ServiceMapView::opened, this, &ServiceMapWindow::open);
    connect(m_list, &QListWidget::currentItemChanged, this, [this] { select(currentKey()); });
    connect(m_list, &QListWidget::itemActivated, this, [this] { open(currentKey()); });
    m_timer.setSingleShot(true);
    m_timer.setInterval(500ms);
    connect(&m_timer, &QTimer::timeout, this, &ServiceMapWindow::refresh);
    const auto refreshSoon = [this] {
        if (!m_timer.isActive())
            m_timer.start();
    };
    connect(&fleet, &QAbstractItemModel::dataChanged, this, refreshSoon);
    connect(&fleet, &QAbstractItemModel::rowsInserted, this, refreshSoon);
    connect(&fleet, &QAbstractItemModel::rowsRemoved, this, refreshSoon);
    refresh();
}

void ServiceMapWindow::refresh()
{
    const ServiceMap map = mapOf(m_fleet);
    if (map == m_map && m_list->count() > 0)
        return;
    m_map = map;
    m_splits->setVisible(!map.splits.isEmpty());
    m_splits->setText(map.splits.join(u'\n'));
    QPalette alarm = palette();
    alarm.setColor(QPalette::WindowText, Theme::of(palette()).accent(DependencyStatus::Error));
    m_splits->setPalette(alarm);
    QStringList notes;
    if (map.leftOut > 0)
        notes << tr("%n service(s) are left out: what is in trouble comes first, with what it needs.", nullptr,
                    map.leftOut);
    if (map.unheard > 0)
        notes << tr(
            "What %n service(s) share is not known: no answer of theirs was understood since they are watched here.",
            nullptr, map.unheard);
    if (map.nodes.isEmpty() && map.unheard == 0)
        notes << tr("No service here depends on another one, and none share anything. \"depends_on\" in a fleet file "
                    "says who needs whom.");
    else if (map.others > 0)
        notes << tr("%n other service(s) neither depend on one nor share anything.", nullptr, map.others);
    m_note->setText(notes.join(u'\n'));
    m_note->setVisible(!notes.isEmpty());
    m_view->show(map);
    fillList();
}

/// Trouble first; what is selected stays selected.
void ServiceMapWindow::fillList()
{
    const QString current = currentKey();
    QList<const MapNode *> nodes;
    for (const MapNode &node : m_map.nodes)
        nodes << &node;
    std::ranges::stable_sort(nodes, {}, [](const MapNode *node) {
        return std::tuple(!node->isInTrouble(), node->failsFor.isEmpty(), node->name);
    });
    const QSignalBlocker quiet(m_list);
    m_list->clear();
    for (const MapNode *const node : std::as_const(nodes)) {
        auto *const item = new QListWidgetItem(node->sentence, m_list);
        item->setIcon(Icons::coloured(Icons::nameOf(node->state),
                                      [state = node->state](const Theme &theme) { return theme.accent(state); }));
        item->setData(KeyRole, node->key);
        if (node->key == current)
            m_list->setCurrentItem(item);
    }
    if (!m_list->currentItem())
        m_list->setCurrentRow(0);
    m_view->setCurrent(currentKey());
}

QString ServiceMapWindow::currentKey() const
{
    const QListWidgetItem *const item = m_list->currentItem();
    return item ? item->data(KeyRole).toString() : QString();
}

void ServiceMapWindow::select(const QString &key)
{
    m_view->setCurrent(key);
    for (int row = 0; row < m_list->count(); ++row) {
        if (m_list->item(row)->data(KeyRole).toString() == key && m_list->currentRow() != row)
            m_list->setCurrentRow(row);
    }
    const auto found = std::ranges::find(m_map.nodes, key, &MapNode::key);
    if (found == m_map.nodes.end())
        return;
    const QRect box = m_view->boxes()[found - m_map.nodes.begin()];
    m_area->ensureVisible(box.center().x(), box.center().y(), box.width(), box.height());
}

void ServiceMapWindow::open(const QString &key)
{
    const auto found = std::ranges::find(m_map.nodes, key, &MapNode::key);
    if (found == m_map.nodes.end() || found->service == NoService)
        return;
    Q_EMIT serviceChosen(found->service);
    close();
}

void ServiceMapWindow::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    m_splitter->setOrientation(width() < enoughFor(fontMetrics(), NarrowWindow) ? Qt::Vertical : Qt::Horizontal);
}

void ServiceMapWindow::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape)
        close();
    else
        QWidget::keyPressEvent(event);
}

} // namespace Hephaestus
