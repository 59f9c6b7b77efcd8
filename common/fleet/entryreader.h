// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleetfile.h"
#include "common/fleet/placeholders.h"
#include "common/protocol/configreader.h"

namespace Hephaestus {

struct HttpPeer;

/// Reads one `[[service]]` in two rounds: what it is called and which ports it wants, then, with the ports of all
/// known, the rest. All that is wrong is told of its table.
class EntryReader
{
public:
    /// First round. `fleetDirectory`: absolute, the fleet file's; `hosts`: those of its file.
    EntryReader(ConfigTable table, const QString &fleetDirectory, const QList<RemoteHost> &hosts,
                const FleetReadOptions &options);

    const QString &name() const { return m_entry.name; }
    ConfigTable &table() { return m_table; }

    /// What ports are to be kept for, in names of this entry's own; empty: it wants none.
    QStringList wantedPorts() const;
    /// Those ports, in the same order.
    void setKeptPorts(const QList<quint16> &ports);
    /// The port of `{port.NAME}`; nothing: it has none.
    std::optional<quint16> port() const { return m_port; }

    /// Second round: everything else. `ports`: of all entries.
    FleetEntry read(const QMap<QString, quint16> &ports);

private:
    void readName();
    void readHost(const QList<RemoteHost> &hosts);
    void checkRemoteUrl(const HttpPeer &peer);
    void readPort();
    QString fill(ConfigTable &table, const QString &key, const QString &text);
    QStringList fill(ConfigTable &table, const QString &key, const QStringList &texts);
    QMap<QString, QString> environment(ConfigTable &table);
    void readUrl();
    RestartByCommand command(ConfigTable &table);
    RestartMethod method(ConfigTable table);
    RestartByCommand run();
    void readEnvFiles();
    void readBuild();
    void readTrust();
    void readProfiles();
    QStringList runOptions();
    QString runAddress();

    ConfigTable m_table;
    const QString m_fleetDirectory;
    const FleetReadOptions &m_options;
    FleetEntry m_entry;
    bool m_isRun = false;
    bool m_isPortKept = false; ///< `port = "auto"`
    bool m_isUrlKept = false;  ///< `run` without `url`: its endpoints have a port of their own
    std::optional<quint16> m_port;
    Placeholders m_values;
};

} // namespace Hephaestus
