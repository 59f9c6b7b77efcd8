// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/servicechooser.h"

#include "dashboard/model/displaytext.h"
#include "dashboard/ui/celldelegate.h"
#include "dashboard/ui/commandpalette.h"
#include "dashboard/ui/listandtext.h"
#include "dashboard/ui/theme.h"

#include <QCollator>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QScreen>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr int IdRole = Qt::UserRole;
constexpr int LinesShown = 14;

} // namespace

ServiceChooser::ServiceChooser(const FleetModel &fleet, const QList<ServiceId> &without, const QList<ServiceId> &ticked,
                               int most, QWidget *parent)
    : QFrame(parent, Qt::Popup)
    , m_most(most)
    , m_typed(new QLineEdit)
    , m_list(new QListWidget)
    , m_note(new QLabel)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setFrameShape(QFrame::StyledPanel);
    m_typed->setPlaceholderText(tr("Find a service"));
    m_typed->setAccessibleName(tr("Find a service"));
    m_typed->setMaxLength(200);
    m_typed->installEventFilter(this);
    m_list->setAccessibleName(tr("Services"));
    m_list->setFocusPolicy(Qt::NoFocus); // the keys of the field above move in it
    m_list->setTextElideMode(Qt::ElideMiddle);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_note->setTextFormat(Qt::PlainText);
    auto *const layout = new QVBoxLayout(this);
    const int margin = spacing(fontMetrics(), 2);
    layout->setContentsMargins(margin, margin, margin, margin);
    layout->setSpacing(spacing(fontMetrics(), 1));
    for (QWidget *const each : std::initializer_list<QWidget *>{m_typed, m_list, m_note})
        layout->addWidget(each);
    fill(fleet, without, ticked);
    connect(m_typed, &QLineEdit::textChanged, this, &ServiceChooser::filter);
    connect(m_list, &QListWidget::itemChanged, this, [this](const QListWidgetItem *item) {
        const bool isTicked = item->checkState() == Qt::Checked;
        update();
        Q_EMIT toggled(item->data(IdRole).value<ServiceId>(), isTicked);
    });
    filter({});
    update();
}

/// As people sort names: `gateway-2` before `gateway-10`.
void ServiceChooser::fill(const FleetModel &fleet, const QList<ServiceId> &without, const QList<ServiceId> &ticked)
{
    QList<const ServiceRow *> rows;
    for (const ServiceId id : fleet.ids()) {
        if (!without.contains(id))
            rows << fleet.find(id);
    }
    const QLocale here; // "C" knows no numbers in names
    QCollator order(here.language() == QLocale::C ? QLocale(QLocale::English) : here);
    order.setNumericMode(true);
    order.setCaseSensitivity(Qt::CaseInsensitive);
    std::ranges::stable_sort(rows, [&order](const ServiceRow *one, const ServiceRow *other) {
        return order.compare(one->entry.name, other->entry.name) < 0;
    });
    for (const ServiceRow *const row : std::as_const(rows)) {
        auto *const item = new QListWidgetItem(visibleText(row->entry.name, 80), m_list);
        item->setData(IdRole, QVariant::fromValue(row->id));
        item->setCheckState(ticked.contains(row->id) ? Qt::Checked : Qt::Unchecked);
        item->setToolTip(plainToolTip(placeOf(row->entry)));
        item->setSizeHint({0, listRowHeight(fontMetrics())});
    }
}

void ServiceChooser::filter(const QString &typed)
{
    const QString wanted = typed.trimmed();
    QListWidgetItem *first = nullptr;
    for (int line = 0; line < m_list->count(); ++line) {
        QListWidgetItem *const item = m_list->item(line);
        item->setHidden(!looseMatch(item->text(), wanted));
        if (!first && !item->isHidden())
            first = item;
    }
    m_list->setCurrentItem(first);
    update();
}

int ServiceChooser::tickedCount() const
{
    int count = 0;
    for (int line = 0; line < m_list->count(); ++line)
        count += m_list->item(line)->checkState() == Qt::Checked;
    return count;
}

/// What cannot be ticked besides is grey, and the note says why.
void ServiceChooser::update()
{
    const QSignalBlocker quiet(m_list);
    const int ticked = tickedCount();
    for (int line = 0; line < m_list->count(); ++line) {
        QListWidgetItem *const item = m_list->item(line);
        const bool isPossible = item->checkState() == Qt::Checked || ticked < m_most;
        item->setFlags(Qt::ItemIsUserCheckable | Qt::ItemIsSelectable
                       | (isPossible ? Qt::ItemIsEnabled : Qt::NoItemFlags));
    }
    m_note->setText(m_list->count() == 0         ? tr("There is no other service.")
                        : !m_list->currentItem() ? tr("Nothing found for “%1”").arg(visibleText(m_typed->text(), 40))
                                                 : tr("%1 of %2 at most").arg(ticked).arg(m_most));
    m_list->viewport()->update();
}

void ServiceChooser::toggle(QListWidgetItem *item)
{
    if (item && item->flags().testFlag(Qt::ItemIsEnabled))
        item->setCheckState(item->checkState() == Qt::Checked ? Qt::Unchecked : Qt::Checked);
}

void ServiceChooser::moveBy(int rows)
{
    for (int line = m_list->currentRow() + rows; line >= 0 && line < m_list->count(); line += rows) {
        if (!m_list->item(line)->isHidden())
            return m_list->setCurrentRow(line);
    }
}

bool ServiceChooser::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() != QEvent::KeyPress)
        return QFrame::eventFilter(watched, event);
    switch (static_cast<QKeyEvent *>(event)->key()) {
    case Qt::Key_Down: moveBy(1); return true;
    case Qt::Key_Up: moveBy(-1); return true;
    case Qt::Key_Return:
    case Qt::Key_Enter: toggle(m_list->currentItem()); return true;
    case Qt::Key_Escape: close(); return true;
    default: return QFrame::eventFilter(watched, event);
    }
}

void ServiceChooser::popUpBelow(const QWidget *button)
{
    const QRect free = button->screen()->availableGeometry();
    const int lines = std::clamp(m_list->count(), 3, LinesShown);
    m_list->setMinimumHeight(lines * std::max(m_list->sizeHintForRow(0), 1) + 2 * m_list->frameWidth());
    resize(QSize(fontMetrics().averageCharWidth() * 40, sizeHint().height()).boundedTo(free.size()));
    const auto place = [&] {
        QRect area(button->mapToGlobal(QPoint(0, button->height())), size());
        area.moveLeft(std::clamp(area.left(), free.left(), std::max(free.left(), free.right() + 1 - area.width())));
        area.moveTop(std::clamp(area.top(), free.top(), std::max(free.top(), free.bottom() + 1 - area.height())));
        move(area.topLeft());
    };
    place();
    show();
    place(); // it may have become wider than it was asked to be
    m_typed->setFocus();
}

} // namespace Hephaestus
