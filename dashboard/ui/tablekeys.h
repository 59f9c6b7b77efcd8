// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QKeySequence>
#include <QObject>
#include <QTimer>

class QAction;
class QKeyEvent;
class QWidget;

namespace Hephaestus {

/// Single letters as commands while one widget has the focus, in the manner of k9s. Each triggers an action that has a
/// place in the menus too. A key whose action is disabled says why instead of doing nothing.
///
/// A letter is a command only if it comes alone: with another one within `Alone` it is a word that somebody types. The
/// letters that only move (j, k, g) are the widget's, act at once, and are a word only with others.
class TableKeys : public QObject
{
    Q_OBJECT

public:
    static constexpr std::chrono::milliseconds Alone{400};

    struct Key
    {
        QKeySequence key;
        QAction *action;
    };

    explicit TableKeys(QWidget *widget);

    /// `action` outlives this.
    void add(const QKeySequence &key, QAction *action);
    const QList<Key> &keys() const { return m_keys; }

Q_SIGNALS:
    void refused(const QString &why);
    void triggered(QAction *action); ///< just before it is
    void typed(const QString &text); ///< the beginning of a word

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    bool takeLetter(const QKeyEvent &event);
    void act();
    void forget();
    QAction *actionOf(const QKeyEvent &event) const;

    QWidget *m_widget;
    QList<Key> m_keys;
    QString m_letters;            ///< since the last pause
    bool m_isOnlyMoving = true;   ///< all of them do
    QAction *m_waiting = nullptr; ///< of the only letter, until it is known to be alone
    QTimer m_pause;
};

} // namespace Hephaestus
