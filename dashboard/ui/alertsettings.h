// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QGroupBox>

class QLabel;
class QPlainTextEdit;

namespace Hephaestus {

/// Rules and targets of alerts, one a line each (AlertRule, parseAlertTarget()), with what is wrong about them.
class AlertSettings : public QGroupBox
{
    Q_OBJECT

public:
    explicit AlertSettings(QWidget *parent = nullptr);

    void show(const QStringList &rules, const QStringList &targets);
    QStringList rules() const;
    QStringList targets() const;
    bool isValid() const;

Q_SIGNALS:
    void changed();

private:
    QString problem() const;
    void check();

    QPlainTextEdit *m_rules;
    QPlainTextEdit *m_targets;
    QLabel *m_problem;
};

} // namespace Hephaestus
