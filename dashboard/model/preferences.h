// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

#include <chrono>

class QSettings;

namespace Hephaestus {

/// What a person has chosen, as the settings file keeps it. Never a token.
struct Preferences
{
    QString colors = QStringLiteral("system"); ///< or `light`, `dark`
    QString language;                          ///< one of languages(); empty: as the system
    bool grouped = true;                       ///< services under their groups' headings, where there are groups
    bool askBeforeIdleRestart = false;         ///< also when nothing is in flight
    QStringList fleetFiles;                    ///< opened when the command line names nothing to watch

    bool tray = true;         ///< an icon with the worst state
    bool closeToTray = false; ///< closing the window leaves it there
    bool notifications = true;
    std::chrono::seconds notifyAfter{5}; ///< trouble that is shorter is not told
    QStringList alertRules;              ///< AlertRule, one each
    QStringList alertTargets;            ///< of parseAlertTarget(), one each
    QStringList alertmanagers;           ///< of parseAlertmanager(), one each
    bool pushAlerts = false;             ///< what is told of services that are asked from here, to those, too

    bool operator==(const Preferences &) const = default;

    /// What is missing or makes no sense is as in Preferences().
    static Preferences read(const QSettings &settings);
    void write(QSettings &settings) const;
};

} // namespace Hephaestus
