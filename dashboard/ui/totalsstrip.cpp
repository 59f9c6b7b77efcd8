// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/totalsstrip.h"

#include "dashboard/model/alertcause.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/ui/icons.h"
#include "dashboard/ui/theme.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QToolButton>

namespace Hephaestus {

using namespace Qt::StringLiterals;

TotalsStrip::TotalsStrip(FleetModel &fleet, QWidget *parent)
    : QWidget(parent)
    , m_fleet(fleet)
    , m_layout(new QHBoxLayout(this))
{
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(spacing(fontMetrics(), 1));
    m_layout->setSizeConstraint(QLayout::SetNoConstraint);
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_all = addButton({}, {});
    for (const ServiceState state : AllServiceStates)
        m_states[state] = addButton(u"state:"_s + wireName(state), Icons::nameOf(state));
    m_stale = addButton(u"stale"_s, u"stale"_s);
    m_layout->addStretch();
    connect(&fleet, &FleetModel::totalsChanged, this, &TotalsStrip::update);
    updateIcons();
    update();
    setFilter({});
}

QToolButton *TotalsStrip::addButton(const QString &filter, const QString &icon)
{
    auto *const button = new QToolButton;
    button->setProperty("filter", filter);
    button->setProperty("iconName", icon);
    button->setCheckable(true);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::StrongFocus);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setIconSize(QSize(1, 1) * spacing(fontMetrics(), 3));
    m_layout->addWidget(button);
    connect(button, &QToolButton::clicked, this,
            [this, filter](bool checked) { Q_EMIT filterWanted(checked ? filter : QString()); });
    return button;
}

void TotalsStrip::update()
{
    const FleetModel::Totals &totals = m_fleet.totals();
    const auto show = [this](QToolButton *button, int count, const QString &text, bool visible) {
        button->setProperty("words", text);
        button->setProperty("number", QString::number(count));
        button->setAccessibleName(text);
        if (!m_isPointerOver)
            button->setVisible(visible || button->isChecked());
    };
    show(m_all, totals.services, tr("%n service(s)", nullptr, totals.services), true);
    for (auto it = m_states.cbegin(); it != m_states.cend(); ++it) {
        const int count = totals.states.value(it.key());
        show(it.value(), count, u"%1 %2"_s.arg(count).arg(stateWord(it.key())),
             count > 0 || it.key() == ServiceState::Healthy);
    }
    show(m_stale, totals.stale, tr("%n stale", nullptr, totals.stale), totals.stale > 0);
    fit();
}

/// What is well first, what needs a person last.
QList<QToolButton *> TotalsStrip::byImportance() const
{
    QList<QToolButton *> calm;
    QList<QToolButton *> trouble;
    for (auto state = AllServiceStates.rbegin(); state != AllServiceStates.rend(); ++state)
        (isTrouble(*state) ? trouble : calm) << m_states[*state];
    return calm + QList{m_all, m_stale} + trouble;
}

/// Words where they fit; those that matter least become numbers first.
void TotalsStrip::fit()
{
    int missing = -m_layout->spacing() - width();
    for (QToolButton *const button : findChildren<QToolButton *>()) {
        button->setText(button->property("words").toString());
        button->setToolTip(button->text());
        if (!button->isHidden())
            missing += button->sizeHint().width() + m_layout->spacing();
    }
    for (QToolButton *const button : byImportance()) {
        if (missing <= 0)
            return;
        if (button->isHidden())
            continue;
        missing -= button->sizeHint().width();
        button->setText(button->property("number").toString());
        missing += button->sizeHint().width();
    }
}

QSize TotalsStrip::minimumSizeHint() const { return {spacing(fontMetrics(), 60), QWidget::minimumSizeHint().height()}; }

void TotalsStrip::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    fit();
}

void TotalsStrip::enterEvent(QEnterEvent *event)
{
    QWidget::enterEvent(event);
    m_isPointerOver = true;
    for (QToolButton *const button : findChildren<QToolButton *>()) {
        if (button->isVisible())
            button->setFixedWidth(button->width());
    }
}

void TotalsStrip::leaveEvent(QEvent *event)
{
    QWidget::leaveEvent(event);
    m_isPointerOver = false;
    for (QToolButton *const button : findChildren<QToolButton *>()) {
        button->setMinimumWidth(0);
        button->setMaximumWidth(QWIDGETSIZE_MAX);
    }
    update();
}

void TotalsStrip::updateIcons()
{
    const Theme &theme = Theme::of(palette());
    const auto paint = [this](QToolButton *button, const QColor &colour) {
        const QString icon = button->property("iconName").toString();
        button->setIcon(Icons::pixmap(icon, button->iconSize().width(), colour, devicePixelRatioF()));
    };
    for (auto it = m_states.cbegin(); it != m_states.cend(); ++it)
        paint(it.value(), theme.accent(it.key()));
    paint(m_stale, theme.accent(CodeVerdict::Stale));
}

void TotalsStrip::setFilter(const QString &filter)
{
    for (QToolButton *const button : findChildren<QToolButton *>())
        button->setChecked(button->property("filter").toString() == filter.trimmed());
    update();
}

void TotalsStrip::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        updateIcons();
}

} // namespace Hephaestus
