// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/filterquery.h"

#include <QWidget>

class QAction;
class QLineEdit;

namespace Hephaestus {

class FleetModel;
class TotalsStrip;
class ViewsButton;

/// Above the table: the totals at the left, the filter and the saved views at the right. All three show the same
/// filter.
class FilterBar : public QWidget
{
    Q_OBJECT

public:
    /// `fleet` outlives this.
    explicit FilterBar(FleetModel &fleet, QWidget *parent = nullptr);

    void setFilter(const QString &filter);
    /// The filter is what was typed elsewhere, and what is typed from now on.
    void beginWord(const QString &text);
    void focusFilter(); ///< with all of it selected, to be typed over
    QString filter() const;
    const QList<QAction *> &viewActions() const; ///< one for each saved view
    QString view() const;                        ///< the filter in use, if it is that of a saved view; else empty

Q_SIGNALS:
    void filterChanged(); ///< its text, whether it can be read or not
    void queryChanged(const Hephaestus::FilterQuery &query);
    void problemChanged(const QString &problem); ///< of the text; empty: none
    void returnPressed();

protected:
    void changeEvent(QEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void apply(const QString &text);
    void colourText(bool isUnderstood);
    void fitPlaceholder();

    TotalsStrip *m_totals;
    QLineEdit *m_filter;
    ViewsButton *m_views;
};

} // namespace Hephaestus
