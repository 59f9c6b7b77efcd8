// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/hook.h"

#include "common/base/printable.h"
#include "common/protocol/configreader.h"
#include "common/protocol/serviceaddress.h"

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using Kind = NotificationTarget::Kind;

namespace {

constexpr std::array<std::pair<QLatin1StringView, Kind>, 3> TargetKeys{
    {{"command"_L1, Kind::Command}, {"webhook"_L1, Kind::Webhook}, {"ntfy"_L1, Kind::Ntfy}}};

QList<FleetHook::Event> readEvents(ConfigTable &table)
{
    const QString key = u"on"_s;
    QStringList words;
    for (const FleetHook::Event event : AllHookEvents)
        words << wireName(event);
    QList<FleetHook::Event> events;
    for (const QString &word : table.texts(key)) {
        const qsizetype found = words.indexOf(word);
        if (found < 0)
            table.fail(key, u"expected some of %1, found \"%2\""_s.arg(words.join(u", "_s), printable(word)));
        else if (!events.contains(AllHookEvents[std::size_t(found)]))
            events << AllHookEvents[std::size_t(found)];
    }
    if (events.isEmpty())
        table.fail(key, u"missing; expected some of %1"_s.arg(words.join(u", "_s)));
    return events;
}

NotificationTarget readTarget(ConfigTable &table, const QString &fleetDirectory)
{
    NotificationTarget target;
    int count = 0;
    for (const auto &[name, kind] : TargetKeys) {
        const QString key = name;
        table.know(key);
        if (!table.has(key))
            continue;
        if (++count > 1) {
            table.fail(key, u"a hook has one of command, webhook and ntfy; write a second hook"_s);
            continue;
        }
        target.kind = kind;
        if (kind == Kind::Command) {
            target.directory = fleetDirectory;
            target.command = table.texts(key);
            if (target.command.isEmpty() || target.command.first().isEmpty())
                table.fail(key, u"expected a program and its arguments, as in [\"program\", \"argument\"]"_s);
            continue;
        }
        target.url = QUrl(table.text(key), QUrl::StrictMode);
        if (!isPostable(target.url))
            table.fail(key, u"expected a URL that begins with https:// or http://"_s);
    }
    if (count == 0)
        table.fail(u"command"_s, u"missing; expected command, webhook or ntfy"_s);
    return target;
}

} // namespace

QString wireName(FleetHook::Event event)
{
    switch (event) {
    case FleetHook::Event::Down: return u"down"_s;
    case FleetHook::Event::Stale: return u"stale"_s;
    case FleetHook::Event::RestartFailed: return u"restart_failed"_s;
    }
    Q_UNREACHABLE();
}

FleetHook readHook(ConfigTable table, const QString &fleetDirectory)
{
    FleetHook hook;
    hook.name = table.text(u"name"_s);
    if (hook.name.isEmpty())
        table.fail(u"name"_s, u"missing; a hook needs a name"_s);
    else if (hook.name.size() > 200 || printable(hook.name) != hook.name)
        table.fail(u"name"_s, u"expected 1 to 200 visible characters"_s);
    hook.on = readEvents(table);
    hook.services = table.texts(u"services"_s);
    if (table.has(u"services"_s) && hook.services.isEmpty())
        table.fail(u"services"_s, u"expected names of services; leave it out for all"_s);
    hook.debounce = table.duration(u"debounce"_s, hook.debounce, 0ms, 24h);
    hook.target = readTarget(table, fleetDirectory);
    table.finish();
    return hook;
}

QString whatRuns(const FleetHook &hook)
{
    if (hook.target.kind != Kind::Command)
        return (hook.target.kind == Kind::Ntfy ? u"ntfy "_s : u"webhook "_s)
            + printable(withoutPassword(hook.target.url.toString()));
    QStringList words;
    for (const QString &word : hook.target.command)
        words << (word.contains(u' ') || word.isEmpty() ? u'"' + word + u'"' : word);
    return printable(words.join(u' '));
}

Notification testNotification(const FleetHook &hook, const QString &fleetFile)
{
    return {.kind = u"test"_s,
            .title = u"Test of the hook %1"_s.arg(printable(hook.name)),
            .text = u"Somebody tries this hook of Hephaestus. Nothing has happened."_s,
            .services = {},
            .fleet = fleetFile,
            .hook = hook.name};
}

} // namespace Hephaestus
