// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/elidedlabel.h"

#include "dashboard/model/displaytext.h"
#include "dashboard/ui/celldelegate.h"
#include "dashboard/ui/directedtext.h"

#include <QEvent>
#include <QStyle>

namespace Hephaestus {

ElidedLabel::ElidedLabel(QWidget *parent) : QLabel(parent)
{
    setTextFormat(Qt::PlainText);
    // By the layout, not by the text's own direction, as QLabel would.
    setAlignment(QStyle::visualAlignment(layoutDirection(), Qt::AlignLeft) | Qt::AlignVCenter);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void ElidedLabel::setText(const QString &text)
{
    const QString shown = visibleText(text, 2000);
    if (shown == m_text)
        return;
    m_text = shown;
    setAccessibleName(m_text);
    m_wanted = measure();
    updateGeometry();
    elide();
}

void ElidedLabel::setIsState(bool isState)
{
    m_isState = isState;
    elide();
}

void ElidedLabel::setElideMode(Qt::TextElideMode mode)
{
    m_elideMode = mode;
    elide();
}

void ElidedLabel::setCutsParts(bool cuts)
{
    m_cutsParts = cuts;
    elide();
}

QSize ElidedLabel::minimumSizeHint() const { return {fontMetrics().averageCharWidth() * 4, fontMetrics().height()}; }

QSize ElidedLabel::sizeHint() const { return {m_wanted, fontMetrics().height()}; }

int ElidedLabel::measure() const { return fontMetrics().horizontalAdvance(m_text) + 2; }

void ElidedLabel::resizeEvent(QResizeEvent *event)
{
    QLabel::resizeEvent(event);
    elide();
}

void ElidedLabel::changeEvent(QEvent *event)
{
    QLabel::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) {
        m_wanted = measure();
        updateGeometry();
        elide();
    }
}

void ElidedLabel::elide()
{
    const int room = std::max(width(), 1);
    const QString fitting = m_wanted <= room ? m_text
        : m_cutsParts                        ? elidedByParts(fontMetrics(), m_text, room)
        : m_isState                          ? elidedState(fontMetrics(), m_text, room)
                                             : fontMetrics().elidedText(m_text, m_elideMode, room);
    QLabel::setText(fitting);
    setPlainToolTip(this, fitting == m_text ? QString() : m_text);
}

} // namespace Hephaestus
