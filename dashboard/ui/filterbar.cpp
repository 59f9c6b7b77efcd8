// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/filterbar.h"

#include "dashboard/ui/celldelegate.h"
#include "dashboard/ui/filtercompleter.h"
#include "dashboard/ui/icons.h"
#include "dashboard/ui/theme.h"
#include "dashboard/ui/totalsstrip.h"
#include "dashboard/ui/viewsbutton.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QResizeEvent>
#include <QStyle>

namespace Hephaestus {

using namespace Qt::StringLiterals;

FilterBar::FilterBar(FleetModel &fleet, QWidget *parent)
    : QWidget(parent)
    , m_totals(new TotalsStrip(fleet))
    , m_filter(new QLineEdit)
    , m_views(new ViewsButton(this))
{
    m_filter->installEventFilter(this);
    m_filter->setAccessibleName(tr("Filter"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setMaxLength(500);
    m_filter->setMinimumWidth(fontMetrics().averageCharWidth() * 22);
    m_filter->setMaximumWidth(fontMetrics().averageCharWidth() * 44);
    new FilterCompleter(fleet, m_filter);
    QAction *const search = m_filter->addAction(Icons::action(u"search"_s), QLineEdit::LeadingPosition);
    search->setText(tr("Select the filter"));
    connect(search, &QAction::triggered, this, &FilterBar::focusFilter);
    auto *const layout = new QHBoxLayout(this);
    const int gap = spacing(fontMetrics(), 2);
    layout->setContentsMargins(gap, gap, gap, 0);
    layout->addWidget(m_totals, 3);
    layout->addWidget(m_filter, 1);
    layout->addWidget(m_views);
    setTabOrder(m_filter, m_views); // as they are read
    connect(m_totals, &TotalsStrip::filterWanted, m_filter, &QLineEdit::setText);
    connect(m_views, &ViewsButton::filterWanted, m_filter, &QLineEdit::setText);
    connect(m_filter, &QLineEdit::textChanged, this, &FilterBar::apply);
    connect(m_filter, &QLineEdit::returnPressed, this, &FilterBar::returnPressed);
}

/// The example is there where it is not cut.
void FilterBar::fitPlaceholder()
{
    const QString whole = tr("Filter: state:error !stale");
    const QStyle *const style = m_filter->style();
    const int icon = style->pixelMetric(QStyle::PM_LineEditIconSize, nullptr, m_filter)
        + 2 * style->pixelMetric(QStyle::PM_LineEditIconMargin, nullptr, m_filter);
    const int room = m_filter->width() - 2 * icon - spacing(fontMetrics(), 4); // one icon at each end
    m_filter->setPlaceholderText(m_filter->fontMetrics().horizontalAdvance(whole) <= room ? whole : tr("Filter"));
}

bool FilterBar::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::Resize || event->type() == QEvent::FontChange)
        fitPlaceholder();
    return QWidget::eventFilter(watched, event);
}

void FilterBar::colourText(bool isUnderstood)
{
    QPalette colours; // of its own only what differs from the window's
    if (!isUnderstood)
        colours.setColor(QPalette::Text, Theme::of(palette()).accent(DependencyStatus::Error));
    m_filter->setPalette(colours);
}

void FilterBar::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        colourText(FilterQuery::parse(m_filter->text()).ok());
}

void FilterBar::setFilter(const QString &filter) { m_filter->setText(filter); }

void FilterBar::focusFilter()
{
    m_filter->setFocus(Qt::ShortcutFocusReason);
    m_filter->selectAll();
}

void FilterBar::beginWord(const QString &text)
{
    m_filter->setFocus(Qt::ShortcutFocusReason);
    m_filter->setText(text);
}

QString FilterBar::filter() const { return m_filter->text(); }

const QList<QAction *> &FilterBar::viewActions() const { return m_views->viewActions(); }

QString FilterBar::view() const { return m_views->view(); }

void FilterBar::apply(const QString &text)
{
    m_totals->setFilter(text);
    m_views->setFilter(text);
    const Result<FilterQuery> query = FilterQuery::parse(text);
    colourText(query.ok());
    setPlainToolTip(m_filter, query ? QString() : query.problem().text());
    Q_EMIT problemChanged(query ? QString() : query.problem().text());
    if (query)
        Q_EMIT queryChanged(*query);
    Q_EMIT filterChanged();
}

} // namespace Hephaestus
