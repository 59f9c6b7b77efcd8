// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QPushButton>

class QAction;
class QMenu;

namespace Hephaestus {

/// Filters kept under a name: a menu of them, which the settings remember. The first nine have the keys Alt+1 to Alt+9.
class ViewsButton : public QPushButton
{
    Q_OBJECT

public:
    explicit ViewsButton(QWidget *parent = nullptr);

    /// The filter in use: what would be saved, and which view is ticked.
    void setFilter(const QString &filter);

    const QList<QAction *> &viewActions() const { return m_actions; } ///< in their order
    /// The filter in use, if it is that of a view; else empty.
    QString view() const;

Q_SIGNALS:
    void filterWanted(const QString &filter);

private:
    struct View
    {
        QString name;
        QString filter;
    };

    void read();
    void write() const;
    void fill();
    void askName();
    void save(const QString &name);
    void forget();

    QMenu *m_menu;
    QAction *m_save;
    QAction *m_forget;
    QList<QAction *> m_actions; ///< one for each view
    QList<View> m_views;
    QString m_filter;
};

} // namespace Hephaestus
