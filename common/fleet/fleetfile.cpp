// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/fleetfile.h"

#include "common/base/homedirectory.h"
#include "common/base/printable.h"
#include "common/fleet/entryreader.h"
#include "common/fleet/fleetrun.h"
#include "common/fleet/keptports.h"

#include <QDir>
#include <QFileInfo>
#include <QSet>

#include <vector>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;

/// A name that may have been meant is compared with all: so often that somebody reads it, no more.
constexpr int MostHints = 20;

/// What is only wrong between entries: names given twice, names that are not there, circles.
void checkTogether(std::vector<EntryReader> &readers, const QList<FleetEntry> &entries)
{
    QStringList names;
    QSet<QString> known;
    for (qsizetype i = 0; i < entries.size(); ++i) {
        if (!entries[i].name.isEmpty() && known.contains(entries[i].name))
            readers[std::size_t(i)].table().fail(u"name"_s, u"\"%1\" is there twice"_s.arg(entries[i].name));
        names << entries[i].name;
        known << entries[i].name;
    }
    int hints = 0;
    bool allKnown = true;
    for (qsizetype i = 0; i < entries.size(); ++i) {
        for (const QString &dependency : entries[i].dependsOn) {
            if (known.contains(dependency))
                continue;
            allKnown = false;
            const QString near = ++hints <= MostHints ? nearestName(dependency, names) : QString();
            readers[std::size_t(i)].table().fail(
                u"depends_on"_s,
                u"there is no service \"%1\"%2"_s.arg(
                    dependency, near.isEmpty() ? QString() : u"; did you mean \"%1\"?"_s.arg(near)));
        }
    }
    if (!allKnown)
        return;
    if (const auto order = inStartOrder(entries); !order) {
        for (qsizetype i = 0; i < entries.size(); ++i) {
            if (entries[i].name == order.problem().where)
                return readers[std::size_t(i)].table().fail(u"depends_on"_s, order.problem().what);
        }
    }
}

/// Names that are given twice, and services that are not there.
void checkHooks(QList<ConfigTable> &tables, const Fleet &fleet)
{
    QStringList services;
    for (const FleetEntry &entry : fleet.services)
        services << entry.name;
    QStringList names;
    for (qsizetype i = 0; i < fleet.hooks.size(); ++i) {
        const FleetHook &hook = fleet.hooks[i];
        if (!hook.name.isEmpty() && names.contains(hook.name))
            tables[i].fail(u"name"_s, u"\"%1\" is there twice"_s.arg(hook.name));
        names << hook.name;
        for (const QString &service : hook.services) {
            if (services.contains(service))
                continue;
            const QString near = nearestName(service, services);
            tables[i].fail(u"services"_s,
                           u"there is no service \"%1\"%2"_s.arg(
                               service, near.isEmpty() ? QString() : u"; did you mean \"%1\"?"_s.arg(near)));
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

/// Gives out the ports that entries want to be kept.
void keepPorts(std::vector<EntryReader> &readers, const QString &fleetFile, const FleetReadOptions &options)
{
    QStringList wanted;
    for (const EntryReader &reader : readers)
        wanted << reader.wantedPorts();
    if (wanted.isEmpty())
        return;
    const KeptPorts kept(options.stateDirectory);
    const auto ports =
        options.keepsPorts ? kept.keep(fleetFile, wanted) : Result<QList<quint16>>(kept.propose(fleetFile, wanted));
    const QList<quint16> given = ports ? *ports : kept.propose(fleetFile, wanted); // what follows from it is not told
    qsizetype next = 0;
    for (EntryReader &reader : readers) {
        const qsizetype count = reader.wantedPorts().size();
        if (count > 0)
            reader.setKeptPorts(given.sliced(next, count));
        if (count > 0 && !ports)
            reader.table().fail(u"port"_s, u"no port can be kept: %1"_s.arg(ports.problem().text()));
        next += count;
    }
}

/// An environment variable's part of a service's name: `web-api` is `WEB_API`.
QString variablePart(const QString &name)
{
    QString part;
    for (const QChar character : name)
        part += character.isLetterOrNumber() && character.unicode() < 0x80 ? character.toUpper() : QChar(u'_');
    return part;
}

/// What the programs are told of the fleet: their own port, and where each service is.
void tellAddresses(QList<FleetEntry> &entries, const std::vector<EntryReader> &readers)
{
    QMap<QString, QString> addresses;
    for (std::size_t i = 0; i < readers.size(); ++i) {
        const FleetEntry &entry = entries[qsizetype(i)];
        const RestartByCommand *const command = commandToStart(entry);
        if (!entry.host.isHere())
            continue;
        const bool isBehind = command && command->isOwnRun && readers[i].port(); // the wrapper is at its URL
        addresses.insert(u"HEPHAESTUS_URL_"_s + variablePart(entry.name),
                         isBehind ? u"http://127.0.0.1:%1"_s.arg(*readers[i].port()) : entry.url);
    }
    for (std::size_t i = 0; i < readers.size(); ++i) {
        FleetEntry &entry = entries[qsizetype(i)];
        RestartByCommand *const command = commandOf(entry);
        for (RestartByCommand *const told : {command, entry.build ? &*entry.build : nullptr}) {
            if (!told)
                continue;
            told->told = addresses; // not one of its own for each, as long as the fleet
            told->port = readers[i].port();
        }
    }
}

/// Each `[[host]]`, as far as it could be read.
QList<RemoteHost> readHosts(ConfigTable &root)
{
    QList<RemoteHost> hosts;
    QStringList names;
    for (ConfigTable table : root.tables(u"host"_s)) {
        RemoteHost host{table.text(u"name"_s), {}};
        if (host.name.isEmpty())
            table.fail(u"name"_s, u"missing; a host needs a name"_s);
        else if (host.name.size() > 200 || printable(host.name) != host.name || !whyNoDestination(host.name).isEmpty())
            table.fail(u"name"_s, u"expected 1 to 200 visible characters without a blank, and no - before them"_s);
        else if (names.contains(host.name))
            table.fail(u"name"_s, u"\"%1\" is there twice"_s.arg(host.name));
        host.ssh = table.text(u"ssh"_s, host.name);
        if (const QString why = whyNoDestination(host.ssh); !why.isEmpty() && table.has(u"ssh"_s))
            table.fail(u"ssh"_s, why);
        table.finish();
        names << host.name;
        if (!host.name.isEmpty())
            hosts << host;
    }
    return hosts;
}

FleetReading readDocument(const ConfigDocument &document, const QString &path, const FleetReadOptions &options)
{
    FleetReading reading;
    reading.fleet.path = QFileInfo(path).absoluteFilePath();
    ConfigTable root = document.root();
    reading.fleet.hosts = readHosts(root);
    std::vector<EntryReader> readers;
    for (const ConfigTable &table : root.tables(u"service"_s))
        readers.emplace_back(table, QFileInfo(path).absolutePath(), reading.fleet.hosts, options);
    keepPorts(readers, reading.fleet.path, options);
    QMap<QString, quint16> ports;
    for (const EntryReader &reader : readers) {
        if (reader.port())
            ports.insert(reader.name(), *reader.port());
    }
    for (EntryReader &reader : readers) {
        reading.fleet.services << reader.read(ports);
        reading.fleet.services.last().fleetFile = reading.fleet.path;
    }
    QList<ConfigTable> hooks = root.tables(u"hook"_s);
    for (const ConfigTable &table : std::as_const(hooks))
        reading.fleet.hooks << readHook(table, QFileInfo(path).absolutePath());
    root.finish();
    checkTogether(readers, reading.fleet.services);
    checkHooks(hooks, reading.fleet);
    tellAddresses(reading.fleet.services, readers);
    reading.problems = document.problems();
    reading.content = document.text();
    reading.notes = notesOn(reading.fleet.services);
    return reading;
}

} // namespace

FleetReading readFleet(const QString &path, const FleetReadOptions &options)
{
    return readDocument(ConfigDocument::fromFile(path), path, options);
}

FleetReading readFleetText(const QByteArray &toml, const QString &path, const FleetReadOptions &options)
{
    return readDocument(ConfigDocument::fromText(toml, path), path, options);
}

bool isFleetFile(const QString &path)
{
    const QStringList keys = ConfigDocument::fromFile(path).root().keys();
    return QFileInfo(path).fileName() == "fleet.toml"_L1
        || ((keys.contains(u"service"_s) || keys.contains(u"host"_s))
            && readFleet(path, {.keepsPorts = false}).fleet != Fleet{QFileInfo(path).absoluteFilePath(), {}});
}

QString defaultFleetPath()
{
    const QString configured = qEnvironmentVariable("XDG_CONFIG_HOME");
    return (QDir::isAbsolutePath(configured) ? configured : homeDirectory() + u"/.config"_s)
        + u"/hephaestus/fleet.toml"_s;
}

} // namespace Hephaestus
