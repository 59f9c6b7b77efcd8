// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/palettecommands.h"

#include "dashboard/model/displaytext.h"
#include "dashboard/model/language.h"
#include "dashboard/ui/killcommand.h"
#include "dashboard/ui/servicecommands.h"

#include <QAbstractButton>
#include <QAction>
#include <QCheckBox>
#include <QLineEdit>
#include <QMenu>
#include <QPointer>
#include <QPushButton>
#include <QSet>
#include <QTabBar>
#include <QToolButton>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype MostWithService = 100;

QString plainName(const QAction *action) { return action->text().remove(u'&'); }

/// As a screen reader says it: the text alone may be a number.
QString nameOf(const QAbstractButton *button)
{
    return button->accessibleName().isEmpty() ? button->text().remove(u'&') : button->accessibleName();
}

const QMenu *menuOf(const QAbstractButton *button)
{
    const auto *const push = qobject_cast<const QPushButton *>(button);
    const auto *const tool = qobject_cast<const QToolButton *>(button);
    return push ? push->menu() : tool ? tool->menu() : nullptr;
}

PaletteCommand ofAction(QAction *action, const QString &text)
{
    const QString why = action->isEnabled() ? QString() : action->statusTip();
    const QString key = action->shortcut().toString(QKeySequence::NativeText);
    return {text, why.isEmpty() ? key : why, action->isEnabled(), [action = QPointer<QAction>(action)] {
                if (action && action->isEnabled())
                    action->trigger();
            }};
}

} // namespace

QList<PaletteCommand> PaletteCommands::all() const
{
    QList<PaletteCommand> commands;
    for (QAction *const action : m_parts.actions)
        commands << ofAction(action, plainName(action));
    for (QAction *const view : m_parts.views)
        commands << ofAction(view, CommandPalette::tr("View: %1").arg(plainName(view)));
    commands << buttons(commands) << preferences() << dependencies();
    const FleetModel &fleet = m_parts.session->fleet();
    for (int line = 0; line < fleet.rowCount(); ++line) {
        const ServiceRow &row = fleet.row(line);
        commands << PaletteCommand{CommandPalette::tr("Go to %1").arg(visibleText(row.entry.name, 80)),
                                   visibleText(stateText(row), 60), true,
                                   [show = m_parts.showService, id = row.id] { show(id); }};
    }
    return commands;
}

/// Those that can be pressed now, and what is in their menus; but for what `others` are already.
QList<PaletteCommand> PaletteCommands::buttons(const QList<PaletteCommand> &others) const
{
    QSet<QString> names;
    for (const PaletteCommand &other : others)
        names << other.text;
    QList<PaletteCommand> commands;
    const auto add = [&](const PaletteCommand &command) {
        if (!command.text.isEmpty() && !names.contains(command.text))
            commands << command;
        names << command.text;
    };
    for (QAbstractButton *const button : m_parts.page->findChildren<QAbstractButton *>()) {
        const auto *const tool = qobject_cast<QToolButton *>(button);
        const QWidget *const parent = button->parentWidget();
        const bool isPartOfAnother = qobject_cast<const QLineEdit *>(parent) || qobject_cast<const QTabBar *>(parent);
        if (!button->isVisible() || !button->isEnabled() || isPartOfAnother || (tool && tool->defaultAction()))
            continue;
        const QString name = nameOf(button);
        if (const QMenu *const menu = menuOf(button)) {
            for (QAction *const action : menu->actions()) {
                if (!action->isSeparator() && action->isVisible() && action->isEnabled()
                    && !m_parts.views.contains(action))
                    add(ofAction(action, u"%1: %2"_s.arg(name, plainName(action))));
            }
            continue;
        }
        const QString state = !qobject_cast<QCheckBox *>(button) ? QString()
            : button->isChecked()                                ? CommandPalette::tr("on")
                                                                 : CommandPalette::tr("off");
        add({name, state, true, [button = QPointer<QAbstractButton>(button)] {
                 if (button)
                     button->click();
             }});
    }
    return commands;
}

/// Each with what it is now.
QList<PaletteCommand> PaletteCommands::preferences() const
{
    QList<PaletteCommand> commands;
    const auto add = [&](const QString &text, const QString &note, auto &&change) {
        commands << PaletteCommand{text, note, true,
                                   [before = m_parts.preferences, set = m_parts.setPreferences, change] {
                                       Preferences changed = before;
                                       change(changed);
                                       set(changed);
                                   }};
    };
    const std::pair<QString, QString> colours[] = {{u"system"_s, CommandPalette::tr("Colours: as the system")},
                                                   {u"light"_s, CommandPalette::tr("Colours: light")},
                                                   {u"dark"_s, CommandPalette::tr("Colours: dark")}};
    for (const auto &[key, text] : colours)
        add(text, m_parts.preferences.colors == key ? CommandPalette::tr("chosen") : QString(),
            [key = key](Preferences &changed) { changed.colors = key; });
    for (const QString &language : QStringList{QString()} + languages()) {
        const QString name = language.isEmpty() ? CommandPalette::tr("as the system") : nameOfLanguage(language);
        add(CommandPalette::tr("Language from the next start: %1").arg(name),
            m_parts.preferences.language == language ? CommandPalette::tr("chosen") : QString(),
            [language](Preferences &changed) { changed.language = language; });
    }
    const std::pair<bool Preferences::*, QString> flags[] = {
        {&Preferences::askBeforeIdleRestart, CommandPalette::tr("Ask before a restart even when nothing is in flight")},
        {&Preferences::tray, CommandPalette::tr("Icon in the tray")},
        {&Preferences::closeToTray, CommandPalette::tr("Keep watching from the tray when the window is closed")},
        {&Preferences::notifications, CommandPalette::tr("Notify of trouble, recovery and old code")}};
    for (const auto &[flag, text] : flags) {
        const bool on = m_parts.preferences.*flag;
        add((on ? CommandPalette::tr("%1: turn off") : CommandPalette::tr("%1: turn on")).arg(text),
            on ? CommandPalette::tr("on") : CommandPalette::tr("off"),
            [flag = flag, on](Preferences &changed) { changed.*flag = !on; });
    }
    return commands;
}

/// Of all services, each once: who uses it.
QList<PaletteCommand> PaletteCommands::dependencies() const
{
    QMap<QString, int> users;
    const FleetModel &fleet = m_parts.session->fleet();
    for (int line = 0; line < fleet.rowCount(); ++line) {
        if (const ServiceRow &row = fleet.row(line); row.report) {
            for (const DependencyReport &dependency : row.report->dependencies)
                users[dependency.name] += dependency.status == DependencyStatus::NotUsed ? 0 : 1;
        }
    }
    QList<PaletteCommand> commands;
    for (auto it = users.cbegin(); it != users.cend(); ++it) {
        if (it.value() == 0)
            continue;
        const QString filter = it.key().contains(u' ') ? u"dep:\"%1\""_s.arg(it.key()) : u"dep:"_s + it.key();
        commands << PaletteCommand{CommandPalette::tr("Who uses %1").arg(visibleText(it.key(), 80)),
                                   CommandPalette::tr("%n service(s)", nullptr, it.value()), true,
                                   [set = m_parts.setFilter, filter] { set(filter); }};
    }
    return commands;
}

QList<PaletteCommands::Verb> PaletteCommands::verbs() const
{
    QList<Verb> verbs{{CommandPalette::tr("Restart %1"), ServiceAction::Restart},
                      {CommandPalette::tr("Start %1"), ServiceAction::Start},
                      {CommandPalette::tr("Shut down %1"), ServiceAction::ShutDown},
                      {CommandPalette::tr("Schedule a shutdown of %1"), ServiceAction::ScheduleShutDown},
                      {CommandPalette::tr("Cancel the scheduled shutdown of %1"), ServiceAction::CancelShutDown},
                      {CommandPalette::tr("Check %1"), ServiceAction::CheckNow}};
    for (Verb &verb : verbs)
        verb.trigger = m_parts.commands->action(*verb.action);
    for (QAction *const trigger : m_parts.pages + m_parts.alerts)
        verbs << Verb{plainName(trigger) + u" %1"_s, {}, trigger};
    QAction *const kill = m_parts.kill->action();
    verbs << Verb{plainName(kill).remove(u'…') + u" %1"_s, {}, kill, true};
    return verbs;
}

PaletteCommand PaletteCommands::commandOf(const Verb &verb, const ServiceRow &row) const
{
    const QString why = verb.action ? m_parts.session->actions().whyNot(row.id, *verb.action)
        : verb.isKill               ? m_parts.kill->whyNot(row.id)
                                    : QString();
    return {verb.text.arg(visibleText(row.entry.name, 80)), visibleText(why.isEmpty() ? stateText(row) : why, 120),
            why.isEmpty(), [show = m_parts.showService, id = row.id, trigger = QPointer<QAction>(verb.trigger)] {
                show(id);
                if (trigger && trigger->isEnabled())
                    trigger->trigger();
            }};
}

QList<PaletteCommand> PaletteCommands::withService(const QString &typed) const
{
    QList<PaletteCommand> commands;
    const QList<Verb> all = verbs();
    const FleetModel &fleet = m_parts.session->fleet();
    for (qsizetype blank = typed.indexOf(u' '); blank > 0; blank = typed.indexOf(u' ', blank + 1)) {
        const QString name = typed.mid(blank + 1).trimmed();
        QList<Verb> meant;
        std::ranges::copy_if(all, std::back_inserter(meant), [&](const Verb &verb) {
            return looseMatch(QString(verb.text).remove(u"%1"_s), typed.left(blank)).has_value();
        });
        for (int line = 0; line < fleet.rowCount() && !meant.isEmpty(); ++line) {
            if (!fleet.row(line).entry.name.contains(name, Qt::CaseInsensitive))
                continue;
            for (const Verb &verb : std::as_const(meant))
                commands << commandOf(verb, fleet.row(line));
            if (commands.size() >= MostWithService)
                return commands;
        }
    }
    return commands;
}

} // namespace Hephaestus
