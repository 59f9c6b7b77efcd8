// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/filtercompleter.h"

#include "dashboard/model/filtercompletion.h"
#include "dashboard/ui/celldelegate.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>

namespace Hephaestus {

namespace {

constexpr int MostSeen = 12;

} // namespace

FilterCompleter::FilterCompleter(const FleetModel &fleet, QLineEdit *edit)
    : QCompleter(edit)
    , m_fleet(fleet)
    , m_edit(edit)
    , m_list(new QListView)
{
    setModel(&m_choices);
    setCompletionMode(UnfilteredPopupCompletion);
    setWidget(edit);
    setPopup(m_list);
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setItemDelegate(new CellDelegate(-1, m_list)); // as high as the rows of the table
    setMaxVisibleItems(MostSeen);
    m_list->setAccessibleName(tr("What the word can become"));
    m_list->installEventFilter(this);
    connect(edit, &QLineEdit::textEdited, this, &FilterCompleter::offer);
    connect(edit, &QLineEdit::textChanged, this, [this](const QString &text) {
        if (text != m_typed) // nobody typed it here
            m_list->hide();
    });
    connect(this, qOverload<const QString &>(&QCompleter::activated), this, &FilterCompleter::take);
}

void FilterCompleter::offer()
{
    const FilterCompletion found = completeFilter(m_fleet, m_edit->text(), m_edit->cursorPosition());
    m_begin = found.begin;
    m_typed = m_edit->text();
    m_choices.setStringList(found.choices);
    if (found.choices.isEmpty())
        return m_list->hide();
    complete();
    m_list->setCurrentIndex({}); // Enter is for the table until somebody chooses
}

void FilterCompleter::take(const QString &choice)
{
    const QString text = m_edit->text();
    const int cursor = m_edit->cursorPosition();
    m_edit->setText(text.left(m_begin) + choice + text.mid(cursor));
    m_edit->setCursorPosition(int(m_begin + choice.size()));
    if (choice.endsWith(u':'))
        offer(); // its values
}

bool FilterCompleter::eventFilter(QObject *watched, QEvent *event)
{
    if (watched != m_list || event->type() != QEvent::KeyPress)
        return QCompleter::eventFilter(watched, event);
    const int key = static_cast<QKeyEvent *>(event)->key();
    QModelIndex chosen = m_list->currentIndex();
    if (key == Qt::Key_Tab && !chosen.isValid())
        chosen = m_list->model()->index(0, 0);
    const bool takes = key == Qt::Key_Tab || key == Qt::Key_Return || key == Qt::Key_Enter;
    if (!takes || !chosen.isValid())
        return QCompleter::eventFilter(watched, event);
    m_list->hide();
    take(chosen.data().toString());
    return true;
}

} // namespace Hephaestus
