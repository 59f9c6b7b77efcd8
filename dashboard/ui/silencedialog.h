// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"

#include <QDialog>

class QDateTimeEdit;
class QLabel;
class QLineEdit;
class QPushButton;

namespace Hephaestus {

/// Asks until when alerts are silenced, who says so, and why; two hours are offered. Alertmanager wants all three.
class SilenceDialog : public QDialog
{
    Q_OBJECT

public:
    /// `question`: what would be silenced, made visible.
    SilenceDialog(const QString &question, const QString &author, QWidget *parent);

    /// Valid once accepted.
    Clock::WallTime end() const;
    QString author() const;
    QString comment() const;

private:
    QString problem() const;
    void check();

    QDateTimeEdit *m_end;
    QLineEdit *m_author;
    QLineEdit *m_comment;
    QLabel *m_problem;
    QPushButton *m_accept;
};

} // namespace Hephaestus
