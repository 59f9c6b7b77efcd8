// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/viewsbutton.h"

#include "dashboard/model/displaytext.h"
#include "dashboard/ui/appearance.h"

#include <QInputDialog>
#include <QLineEdit>
#include <QMenu>
#include <QSettings>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

ViewsButton::ViewsButton(QWidget *parent) : QPushButton(tr("Views"), parent), m_menu(new QMenu(this))
{
    setMenu(m_menu);
    setAutoDefault(false);
    m_menu->setToolTipsVisible(true);
    m_save = new QAction(tr("&Save this filter as a view…"), this);
    m_forget = new QAction(tr("&Delete this view"), this);
    connect(m_save, &QAction::triggered, this, &ViewsButton::askName);
    connect(m_forget, &QAction::triggered, this, &ViewsButton::forget);
    read();
    fill();
}

void ViewsButton::setFilter(const QString &filter)
{
    m_filter = filter.trimmed();
    bool known = false;
    for (qsizetype each = 0; each < m_views.size(); ++each) {
        m_actions[each]->setChecked(m_views[each].filter == m_filter);
        known |= m_actions[each]->isChecked();
    }
    m_save->setEnabled(!m_filter.isEmpty() && !known);
    m_save->setToolTip(m_filter.isEmpty() ? tr("Type a filter first.") : known ? tr("It is saved.") : QString());
    m_forget->setEnabled(known);
    m_forget->setToolTip(known ? QString() : tr("Choose a view first."));
}

QString ViewsButton::view() const
{
    return std::ranges::count(m_views, m_filter, &View::filter) > 0 ? m_filter : QString();
}

void ViewsButton::fill()
{
    m_menu->clear();
    qDeleteAll(m_actions);
    m_actions.clear();
    for (const View &view : std::as_const(m_views)) {
        auto *const action = new QAction(visibleText(view.name, 60).replace(u'&', u"&&"_s), this);
        action->setCheckable(true);
        action->setToolTip(visibleText(view.filter, 200).toHtmlEscaped());
        if (m_actions.size() < 9)
            action->setShortcut(QKeySequence(Qt::ALT | Qt::Key(Qt::Key_1 + m_actions.size())));
        connect(action, &QAction::triggered, this,
                [this, filter = view.filter](bool checked) { Q_EMIT filterWanted(checked ? filter : QString()); });
        m_actions << action;
    }
    m_menu->addActions(m_actions);
    if (m_actions.isEmpty())
        m_menu->addAction(tr("No views yet"))->setEnabled(false);
    m_menu->addSeparator();
    m_menu->addActions({m_save, m_forget});
    window()->addActions(m_actions); // so that their keys work without the menu
    setFilter(m_filter);
}

void ViewsButton::askName()
{
    auto *const dialog = new QInputDialog(window());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Save a view"));
    dialog->setLabelText(tr("Name of the view:"));
    dialog->setOkButtonText(tr("&Save"));
    connect(dialog, &QInputDialog::textValueSelected, this, &ViewsButton::save);
    removeButtonIcons(dialog);
    dialog->open();
}

void ViewsButton::save(const QString &name)
{
    if (name.trimmed().isEmpty())
        return;
    const auto same = std::ranges::find(m_views, name.trimmed(), &View::name);
    if (same != m_views.end())
        same->filter = m_filter;
    else
        m_views << View{name.trimmed(), m_filter};
    write();
    fill();
}

void ViewsButton::forget()
{
    m_views.removeIf([this](const View &view) { return view.filter == m_filter; });
    write();
    fill();
}

void ViewsButton::read()
{
    QSettings settings;
    const int count = settings.beginReadArray(u"views"_s);
    for (int each = 0; each < count; ++each) {
        settings.setArrayIndex(each);
        m_views << View{settings.value(u"name"_s).toString(), settings.value(u"filter"_s).toString()};
    }
}

void ViewsButton::write() const
{
    QSettings settings;
    settings.remove(u"views"_s);
    settings.beginWriteArray(u"views"_s, int(m_views.size()));
    for (int each = 0; each < int(m_views.size()); ++each) {
        settings.setArrayIndex(each);
        settings.setValue(u"name"_s, m_views[each].name);
        settings.setValue(u"filter"_s, m_views[each].filter);
    }
    settings.endArray();
}

} // namespace Hephaestus
