// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetsession.h"
#include "dashboard/model/preferences.h"
#include "dashboard/ui/commandpalette.h"

class QAction;

namespace Hephaestus {

class KillCommand;
class ServiceCommands;

/// What the palette of a window offers: its actions, the buttons that are seen, saved views, preferences, dependencies
/// and services; and each act and page together with a service (`restart gateway-4`, `logs gateway-4`).
class PaletteCommands
{
public:
    /// What the window has. All outlive the commands.
    struct Parts
    {
        FleetSession *session;
        ServiceCommands *commands;
        QList<QAction *> actions; ///< of the menus
        QList<QAction *> pages;   ///< of the details
        QList<QAction *> views;
        QList<QAction *> alerts; ///< on the selected services
        QWidget *page;           ///< whose buttons are offered as far as they are seen
        KillCommand *kill;       ///< of the selected one
        Preferences preferences;
        std::function<void(const Preferences &)> setPreferences;
        std::function<void(ServiceId)> showService;
        std::function<void(const QString &)> setFilter;
    };

    explicit PaletteCommands(Parts parts) : m_parts(std::move(parts)) {}

    QList<PaletteCommand> all() const;
    /// `typed` as an act or page and, after it, a part of a service's name; a hundred at most.
    QList<PaletteCommand> withService(const QString &typed) const;

private:
    struct Verb
    {
        QString text;
        std::optional<ServiceAction> action; ///< nothing: a page, something of its alerts, or the kill
        QAction *trigger = nullptr;
        bool isKill = false;
    };

    QList<Verb> verbs() const;
    PaletteCommand commandOf(const Verb &verb, const ServiceRow &row) const;
    QList<PaletteCommand> buttons(const QList<PaletteCommand> &others) const;
    QList<PaletteCommand> preferences() const;
    QList<PaletteCommand> dependencies() const;

    Parts m_parts;
};

} // namespace Hephaestus
