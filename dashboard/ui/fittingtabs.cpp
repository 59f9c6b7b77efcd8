// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/fittingtabs.h"

#include "dashboard/ui/theme.h"

#include <QCoreApplication>
#include <QEvent>
#include <QProxyStyle>
#include <QTabBar>

#include <algorithm>

namespace Hephaestus {

/// The application's, with less around the words of a tab.
class FittingTabs::CloseStyle : public QProxyStyle
{
public:
    int pixelMetric(PixelMetric metric, const QStyleOption *option, const QWidget *widget) const override
    {
        const int usual = QProxyStyle::pixelMetric(metric, option, widget);
        return metric == PM_TabBarTabHSpace ? std::min(usual, m_most) : usual;
    }

    bool setMost(int most) { return std::exchange(m_most, most) != most; }

private:
    int m_most = 1000; ///< pixels, left and right of the words together
};

FittingTabs::FittingTabs(QWidget *parent) : QTabWidget(parent), m_style(new CloseStyle)
{
    m_style->setParent(this);
    tabBar()->setStyle(m_style);
    tabBar()->setElideMode(Qt::ElideNone);
    tabBar()->setUsesScrollButtons(true);
}

void FittingTabs::fit()
{
    int shown = 0;
    int words = 0;
    for (int tab = 0; tab < count(); ++tab) {
        if (!isTabVisible(tab))
            continue;
        ++shown;
        words += tabBar()->fontMetrics().size(Qt::TextShowMnemonic, tabText(tab)).width();
    }
    if (shown == 0 || !m_style->setMost(std::max(spacing(fontMetrics(), 2), (width() - words) / shown - 1)))
        return;
    QEvent changed(QEvent::StyleChange);
    QCoreApplication::sendEvent(tabBar(), &changed); // it measures its tabs again
}

void FittingTabs::resizeEvent(QResizeEvent *event)
{
    fit();
    QTabWidget::resizeEvent(event);
}

void FittingTabs::tabRemoved(int index)
{
    QTabWidget::tabRemoved(index);
    fit();
}

void FittingTabs::tabInserted(int index)
{
    QTabWidget::tabInserted(index);
    fit();
}

} // namespace Hephaestus
