// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/preferences.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QListWidget;
class QSpinBox;

namespace Hephaestus {

class AlertSettings;

/// What a person can choose. Nothing changes before it is accepted.
class PreferencesDialog : public QDialog
{
    Q_OBJECT

public:
    /// `colorsForOnce`: those of the command line, which hold until the next start; empty: none.
    PreferencesDialog(const Preferences &preferences, const QString &colorsForOnce, QWidget *parent);

    Preferences preferences() const;

private:
    QWidget *makeAppearance(const QString &colorsForOnce);
    QWidget *makeAtStart();
    QWidget *makeAttention();
    void show(const Preferences &preferences);
    void addFleetFile();

    QComboBox *m_colors;
    QComboBox *m_language;
    QCheckBox *m_grouped;
    QCheckBox *m_askBeforeIdleRestart;
    QListWidget *m_fleetFiles;
    QCheckBox *m_tray;
    QCheckBox *m_closeToTray;
    QCheckBox *m_notifications;
    QSpinBox *m_notifyAfter;
    AlertSettings *m_alerts;
};

} // namespace Hephaestus
