// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include <chrono>
#include <optional>

class QLabel;
class QLineEdit;
class QPushButton;

namespace Hephaestus {

/// Asks before something dangerous: a sentence that says what will happen to what, a button with the verb, and Cancel,
/// which is the default. Names in the question have been made visible (displaytext.h); its lines stay lines. With
/// askDelay() also after how long: who has typed that has decided, so Enter accepts it, and does nothing while it
/// cannot be used. Nothing waits for it: connect to accepted().
class Confirmation : public QDialog
{
    Q_OBJECT

public:
    Confirmation(const QString &question, const QString &verb, QWidget *parent);

    void ask(const QString &question); ///< instead: what it asked about has changed, and is no longer than before
    void askDelay();
    /// What was typed; nothing: the service's own notice.
    std::optional<std::chrono::duration<double>> delay() const;

private:
    void check();

    QLabel *m_question;
    QPushButton *m_accept;
    QPushButton *m_cancel;
    QLineEdit *m_delay = nullptr;
    QLabel *m_problem = nullptr;
};

} // namespace Hephaestus
