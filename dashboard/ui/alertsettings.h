// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/preferences.h"

#include <QGroupBox>

class QCheckBox;
class QLabel;
class QPlainTextEdit;

namespace Hephaestus {

/// Rules and targets of alerts and Alertmanagers, one a line each (AlertRule, parseAlertTarget(), parseAlertmanager()),
/// with what is wrong about them.
class AlertSettings : public QGroupBox
{
    Q_OBJECT

public:
    explicit AlertSettings(QWidget *parent = nullptr);

    void show(const Preferences &preferences);
    void write(Preferences &preferences) const; ///< what is shown
    bool isValid() const;

Q_SIGNALS:
    void changed();

private:
    QStringList rules() const;
    QStringList targets() const;
    QStringList alertmanagers() const;
    QString problem() const;
    void check();

    QPlainTextEdit *m_rules;
    QPlainTextEdit *m_targets;
    QPlainTextEdit *m_alertmanagers;
    QCheckBox *m_push;
    QLabel *m_problem;
};

} // namespace Hephaestus
