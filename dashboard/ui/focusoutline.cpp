// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/focusoutline.h"

#include "dashboard/ui/theme.h"

#include <QAbstractScrollArea>
#include <QApplication>
#include <QEvent>
#include <QPainter>

#include <algorithm>

namespace Hephaestus {

namespace {

/// Lies on its area, and lets everything through. Only its edge is there, so that what scrolls below is painted alone.
class FocusOutline : public QWidget
{
public:
    explicit FocusOutline(QAbstractScrollArea *area) : QWidget(area)
    {
        setAttribute(Qt::WA_TransparentForMouseEvents);
        setFocusPolicy(Qt::NoFocus);
        area->installEventFilter(this);
        fit();
    }

protected:
    bool eventFilter(QObject *watched, QEvent *event) override
    {
        if (event->type() == QEvent::Resize || event->type() == QEvent::FontChange)
            fit();
        return QWidget::eventFilter(watched, event);
    }

    void paintEvent(QPaintEvent *) override
    {
        QPainter(this).fillRect(rect(), palette().color(QPalette::Active, QPalette::Highlight));
    }

private:
    void fit()
    {
        setGeometry(parentWidget()->rect());
        const int thick = std::max(1, spacing(parentWidget()->fontMetrics(), 1) / 2);
        setMask(QRegion(rect()) - QRegion(rect().adjusted(thick, thick, -thick, -thick)));
        raise();
    }
};

/// Null: its style shows the focus. A list that pops up is all that takes keys.
QAbstractScrollArea *areaOf(QWidget *widget)
{
    auto *const area = qobject_cast<QAbstractScrollArea *>(widget);
    return area && area->window()->windowType() != Qt::Popup ? area : nullptr;
}

/// Made once it is needed; the area keeps it.
FocusOutline *outlineOf(QAbstractScrollArea *area)
{
    for (QObject *const child : area->children()) {
        if (auto *const outline = dynamic_cast<FocusOutline *>(child))
            return outline;
    }
    return new FocusOutline(area);
}

} // namespace

void installFocusOutlines()
{
    QObject::connect(qApp, &QApplication::focusChanged, qApp, [](QWidget *before, QWidget *now) {
        if (QAbstractScrollArea *const area = areaOf(before))
            outlineOf(area)->hide();
        if (QAbstractScrollArea *const area = areaOf(now))
            outlineOf(area)->show();
    });
}

} // namespace Hephaestus
