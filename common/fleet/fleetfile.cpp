// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/fleetfile.h"

#include "common/base/homedirectory.h"
#include "common/base/printable.h"
#include "common/client/httpconnection.h"
#include "common/fleet/fleetrun.h"
#include "common/protocol/configreader.h"

#include <QDir>
#include <QFileInfo>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

RestartByCommand readCommand(ConfigTable &table, const QString &fleetDirectory)
{
    RestartByCommand command;
    command.command = table.texts(u"command"_s);
    command.directory = table.filePath(u"directory"_s, fleetDirectory);
    command.environment = table.textMap(u"environment"_s);
    if (command.command.isEmpty() || command.command.first().isEmpty())
        table.fail(u"command"_s, u"expected a program and its arguments, as in [\"program\", \"argument\"]"_s);
    return command;
}

RestartMethod readMethod(ConfigTable table, const QString &fleetDirectory)
{
    if (!table.exists())
        return {};
    static const QStringList methods{u"service"_s, u"command"_s, u"systemd"_s, u"container"_s, u"kubernetes"_s};
    if (!table.has(u"method"_s))
        table.fail(u"method"_s, u"missing; expected one of %1"_s.arg(methods.join(u", "_s)));
    const QString method = table.oneOf(u"method"_s, {}, methods);
    const auto needed = [&table](const QString &key) {
        const QString text = table.text(key);
        if (text.isEmpty())
            table.fail(key, u"missing"_s);
        return text;
    };
    RestartMethod result;
    if (method == "service"_L1) {
        RestartByService service;
        if (table.has(u"command"_s))
            service.start = readCommand(table, fleetDirectory);
        result = service;
    } else if (method == "command"_L1) {
        result = readCommand(table, fleetDirectory);
    } else if (method == "systemd"_L1) {
        result = RestartBySystemd{needed(u"unit"_s), table.oneOf(u"scope"_s, u"user"_s, {u"user"_s, u"system"_s})};
    } else if (method == "container"_L1) {
        result =
            RestartByContainer{table.oneOf(u"engine"_s, u"docker"_s, {u"docker"_s, u"podman"_s}), needed(u"name"_s)};
    } else if (method == "kubernetes"_L1) {
        result = RestartByKubernetes{needed(u"workload"_s), table.text(u"namespace"_s)};
    } else {
        return {}; // already told; what else is in the table belongs to a method nobody knows
    }
    table.finish();
    return result;
}

FleetEntry readEntry(ConfigTable &table, const QString &fleetDirectory)
{
    FleetEntry entry;
    entry.name = table.text(u"name"_s);
    if (entry.name.isEmpty())
        table.fail(u"name"_s, u"missing; a service needs a name"_s);
    else if (entry.name.size() > 200 || printable(entry.name) != entry.name)
        table.fail(u"name"_s, u"expected 1 to 200 visible characters"_s);
    entry.url = table.text(u"url"_s);
    if (const Result<HttpPeer> peer = parsePeer(entry.url); !peer)
        table.fail(u"url"_s,
                   entry.url.isEmpty() ? u"missing; expected http://HOST:PORT or unix:PATH"_s : peer.problem().text());
    else if (peer->address.kind == ServiceAddress::Kind::Unix)
        entry.url = u"unix:"_s + QDir(fleetDirectory).absoluteFilePath(peer->address.path);
    else
        entry.url = canonicalUrl(entry.url);
    entry.group = table.text(u"group"_s);
    entry.tokenFile = table.filePath(u"token_file"_s);
    entry.user = table.text(u"user"_s);
    entry.interval = table.duration(u"interval"_s, entry.interval, 100ms, 24h);
    entry.startTimeout = table.duration(u"start_timeout"_s, entry.startTimeout, 100ms, 24h);
    entry.restart = readMethod(table.table(u"restart"_s), fleetDirectory);
    entry.dependsOn = table.texts(u"depends_on"_s);
    entry.restartOnStale = table.flag(u"restart_on_stale"_s, false);
    if (const QString why = whyNotRestartable(entry); entry.restartOnStale && !why.isEmpty())
        table.fail(u"restart_on_stale"_s, why);
    table.finish();
    return entry;
}

/// What is only wrong between entries: names given twice, names that are not there, circles.
void checkTogether(QList<ConfigTable> &tables, const QList<FleetEntry> &entries)
{
    QStringList names;
    for (qsizetype i = 0; i < entries.size(); ++i) {
        if (!entries[i].name.isEmpty() && names.contains(entries[i].name))
            tables[i].fail(u"name"_s, u"\"%1\" is there twice"_s.arg(entries[i].name));
        names << entries[i].name;
    }
    bool allKnown = true;
    for (qsizetype i = 0; i < entries.size(); ++i) {
        for (const QString &dependency : entries[i].dependsOn) {
            if (names.contains(dependency))
                continue;
            allKnown = false;
            const QString near = nearestName(dependency, names);
            tables[i].fail(u"depends_on"_s,
                           u"there is no service \"%1\"%2"_s.arg(
                               dependency, near.isEmpty() ? QString() : u"; did you mean \"%1\"?"_s.arg(near)));
        }
    }
    if (!allKnown)
        return;
    if (const auto order = inStartOrder(entries); !order) {
        for (qsizetype i = 0; i < entries.size(); ++i) {
            if (entries[i].name == order.problem().where)
                return tables[i].fail(u"depends_on"_s, order.problem().what);
        }
    }
}

/// Two spellings of an address are one already (canonicalUrl()).
QStringList notesOn(const QList<FleetEntry> &entries)
{
    QHash<QString, QString> names; // by URL
    QStringList notes;
    for (const FleetEntry &entry : entries) {
        if (const auto known = names.constFind(entry.url); known != names.cend() && !entry.url.isEmpty())
            notes << u"\"%1\" and \"%2\" are two names for one address: %3"_s.arg(*known, entry.name, entry.url);
        else
            names.insert(entry.url, entry.name);
    }
    return notes;
}

FleetReading readDocument(const ConfigDocument &document, const QString &path)
{
    FleetReading reading;
    reading.fleet.path = QFileInfo(path).absoluteFilePath();
    ConfigTable root = document.root();
    QList<ConfigTable> tables = root.tables(u"service"_s);
    for (ConfigTable &table : tables)
        reading.fleet.services << readEntry(table, QFileInfo(path).absolutePath());
    root.finish();
    checkTogether(tables, reading.fleet.services);
    reading.problems = document.problems();
    reading.notes = notesOn(reading.fleet.services);
    return reading;
}

} // namespace

FleetReading readFleet(const QString &path) { return readDocument(ConfigDocument::fromFile(path), path); }

FleetReading readFleetText(const QByteArray &toml, const QString &path)
{
    return readDocument(ConfigDocument::fromText(toml, path), path);
}

QString defaultFleetPath()
{
    const QString configured = qEnvironmentVariable("XDG_CONFIG_HOME");
    return (QDir::isAbsolutePath(configured) ? configured : homeDirectory() + u"/.config"_s)
        + u"/hephaestus/fleet.toml"_s;
}

} // namespace Hephaestus
