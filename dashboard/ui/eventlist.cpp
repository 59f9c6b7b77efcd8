// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/eventlist.h"

#include "dashboard/model/eventjournal.h"
#include "dashboard/ui/celldelegate.h"
#include "dashboard/ui/tables.h"
#include "dashboard/ui/theme.h"

#include <QHeaderView>
#include <QPainter>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

QString iconOf(EventKind kind)
{
    switch (kind) {
    case EventKind::Information: return u"dependency-not-used"_s;
    case EventKind::Recovery: return u"fresh"_s;
    case EventKind::Action: return u"demo"_s;
    case EventKind::Trouble: return u"error"_s;
    }
    Q_UNREACHABLE();
}

class EventDelegate : public CellDelegate
{
public:
    using CellDelegate::CellDelegate;

protected:
    void paintContent(QPainter &painter, const QRect &area, const QStyleOptionViewItem &option,
                      const QModelIndex &index) const override
    {
        const auto kind = index.data(EventJournal::KindRole).value<EventKind>();
        paintIconAndText(painter, area, option, iconOf(kind), option.text, Theme::of(option.palette).accent(kind),
                         painter.pen().color());
    }
};

} // namespace

EventList::EventList(EventJournal &journal, QWidget *parent) : QTableView(parent)
{
    setModel(&journal);
    styleTable(this);
    setItemDelegateForColumn(EventJournal::Text, new EventDelegate(-1, this));
    setColumnWidths(this, {13, 24, 0});
    verticalHeader()->setDefaultSectionSize(spacing(fontMetrics(), 6));
    horizontalHeader()->hide();
    setAccessibleName(tr("Events"));
    connect(this, &QTableView::activated, this, [this](const QModelIndex &index) {
        Q_EMIT opened(index.data(EventJournal::ServiceIdRole).value<ServiceId>());
    });
}

} // namespace Hephaestus
