// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/totalsstrip.h"

#include "dashboard/model/alertcause.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/ui/icons.h"
#include "dashboard/ui/theme.h"

#include <QHBoxLayout>
#include <QToolButton>

#include <algorithm>

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
        m_states[state] = addButton(
            u"state:"_s + wireName(state),
            Icons::coloured(Icons::nameOf(state), [state](const Theme &theme) { return theme.accent(state); }));
    m_stale = addButton(
        u"stale"_s, Icons::coloured(u"stale"_s, [](const Theme &theme) { return theme.accent(CodeVerdict::Stale); }));
    m_layout->addStretch();
    connect(&fleet, &FleetModel::totalsChanged, this, &TotalsStrip::update);
    update();
    setFilter({});
}

QToolButton *TotalsStrip::addButton(const QString &filter, const QIcon &icon)
{
    auto *const button = new QToolButton;
    button->setProperty("filter", filter);
    button->setIcon(icon);
    button->setCheckable(true);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::StrongFocus);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setIconSize(QSize(1, 1) * spacing(fontMetrics(), 3));
    m_layout->addWidget(button);
    m_inOrder << button;
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
        if (!m_isHeld)
            button->setVisible(visible || button->isChecked());
        else if (visible && button->isHidden())
            append(button);
        else if (!visible && !m_late.isEmpty() && button == m_late.last())
            m_late.takeLast()->hide(); // nothing stands behind it
    };
    show(m_all, totals.services, tr("%n service(s)", nullptr, totals.services), true);
    for (auto it = m_states.cbegin(); it != m_states.cend(); ++it) {
        const int count = totals.states.value(it.key());
        show(it.value(), count, u"%1 %2"_s.arg(count).arg(stateWord(it.key())),
             count > 0 || it.key() == ServiceState::Healthy);
    }
    show(m_stale, totals.stale, tr("%n stale", nullptr, totals.stale), totals.stale > 0);
    fitOrLetGo();
}

/// What is held as wide as it was may keep the rest out of sight.
void TotalsStrip::fitOrLetGo()
{
    if (fit() <= 0 || !m_isHeld)
        return;
    letGo();
    update();
}

/// Behind those that are held where they are.
void TotalsStrip::append(QToolButton *button)
{
    m_layout->removeWidget(button);
    m_layout->insertWidget(m_layout->count() - 1, button);
    button->show();
    m_late << button;
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

/// Words where they fit; those that matter least become numbers first. Returns the width that is missing all the same.
int TotalsStrip::fit()
{
    const auto widthOf = [](const QToolButton *button) { // it may be held as wide as it was
        return std::clamp(button->sizeHint().width(), button->minimumWidth(), button->maximumWidth());
    };
    const auto shorten = [](QToolButton *button) { button->setText(button->property("number").toString()); };
    int missing = -m_layout->spacing() - width();
    for (QToolButton *const button : std::as_const(m_inOrder)) {
        button->setText(button->property("words").toString());
        button->setToolTip(button->text());
        if (button->isHidden())
            continue;
        missing += widthOf(button) + m_layout->spacing();
        if (button->sizeHint().width() > button->maximumWidth())
            shorten(button);
    }
    for (QToolButton *const button : byImportance()) {
        if (missing <= 0)
            break;
        if (button->isHidden())
            continue;
        missing -= widthOf(button);
        shorten(button);
        missing += widthOf(button);
    }
    return missing;
}

void TotalsStrip::hold()
{
    m_isHeld = true;
    for (QToolButton *const button : std::as_const(m_inOrder)) {
        if (button->isVisible())
            button->setFixedWidth(button->width());
    }
}

void TotalsStrip::letGo()
{
    m_isHeld = false;
    m_late.clear();
    for (QToolButton *const button : std::as_const(m_inOrder)) {
        button->setMinimumWidth(0);
        button->setMaximumWidth(QWIDGETSIZE_MAX);
        m_layout->removeWidget(button);
        m_layout->insertWidget(m_layout->count() - 1, button);
    }
}

QSize TotalsStrip::minimumSizeHint() const { return {spacing(fontMetrics(), 60), QWidget::minimumSizeHint().height()}; }

void TotalsStrip::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    fitOrLetGo();
}

void TotalsStrip::enterEvent(QEnterEvent *event)
{
    QWidget::enterEvent(event);
    hold();
}

void TotalsStrip::leaveEvent(QEvent *event)
{
    QWidget::leaveEvent(event);
    letGo();
    update();
}

void TotalsStrip::setFilter(const QString &filter)
{
    for (QToolButton *const button : std::as_const(m_inOrder))
        button->setChecked(button->property("filter").toString() == filter.trimmed());
    update();
}

} // namespace Hephaestus
