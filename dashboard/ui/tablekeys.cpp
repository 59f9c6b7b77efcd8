// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/tablekeys.h"

#include <QAction>
#include <QKeyEvent>
#include <QWidget>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// The view's own.
bool isMoving(const QString &letter) { return letter == "j"_L1 || letter == "k"_L1 || letter.toLower() == "g"_L1; }

/// What names are made of: the other signs are commands of the window.
bool isOfWords(const QString &text)
{
    return text.size() == 1 && (text[0].isLetterOrNumber() || text[0] == u'-' || text[0] == u'_');
}

} // namespace

TableKeys::TableKeys(QWidget *widget) : QObject(widget), m_widget(widget)
{
    m_pause.setSingleShot(true);
    connect(&m_pause, &QTimer::timeout, this, &TableKeys::act);
    widget->installEventFilter(this);
}

void TableKeys::add(const QKeySequence &key, QAction *action) { m_keys << Key{key, action}; }

QAction *TableKeys::actionOf(const QKeyEvent &event) const
{
    const QKeySequence pressed(event.modifiers() & Qt::ShiftModifier ? int(Qt::SHIFT) | event.key() : event.key());
    for (const Key &key : m_keys) {
        if (key.key == pressed)
            return key.action;
    }
    return nullptr;
}

bool TableKeys::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::FocusOut)
        forget();
    if (event->type() != QEvent::KeyPress)
        return QObject::eventFilter(watched, event);
    const auto &key = *static_cast<QKeyEvent *>(event);
    const bool isPlain = !(key.modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier));
    if (isPlain && isOfWords(key.text()))
        return takeLetter(key);
    if (!key.text().isEmpty() || key.key() < Qt::Key_Shift || key.key() > Qt::Key_ScrollLock)
        forget(); // whatever else is done, that letter was not alone
    if (QAction *const action = isPlain ? actionOf(key) : nullptr) {
        m_waiting = action;
        act();
        return true;
    }
    return false;
}

/// False: it is the widget's.
bool TableKeys::takeLetter(const QKeyEvent &event)
{
    const bool moves = isMoving(event.text());
    if (event.isAutoRepeat())
        return !moves; // whoever holds a command down means it once
    const bool isWord = m_pause.isActive() && !m_letters.isEmpty() && !(moves && m_isOnlyMoving);
    m_letters = m_pause.isActive() ? m_letters + event.text() : event.text();
    m_isOnlyMoving = moves && (m_letters.size() == 1 || m_isOnlyMoving);
    m_pause.start(Alone);
    if (isWord) {
        m_waiting = nullptr;
        m_pause.stop();
        Q_EMIT typed(std::exchange(m_letters, {}));
        return true;
    }
    m_waiting = moves ? nullptr : actionOf(event);
    return !moves;
}

void TableKeys::forget()
{
    m_waiting = nullptr;
    m_letters.clear();
    m_pause.stop();
}

/// It was alone.
void TableKeys::act()
{
    m_letters.clear();
    QAction *const action = std::exchange(m_waiting, nullptr);
    if (!action || m_widget->window()->focusWidget() != m_widget)
        return;
    if (!action->isEnabled())
        return Q_EMIT refused(action->statusTip());
    Q_EMIT triggered(action);
    action->trigger();
}

} // namespace Hephaestus
