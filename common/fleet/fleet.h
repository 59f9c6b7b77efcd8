// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "common/client/remotehost.h"
#include "common/client/serviceclient.h"
#include "common/fleet/hook.h"
#include "common/protocol/serviceaddress.h"

#include <QList>
#include <QMap>
#include <QStringList>

#include <variant>

/// The fleet: which services there are, how to reach them, and how each is started and restarted. Plain values.
namespace Hephaestus {

/// A program and its arguments; it never goes through a shell.
struct RestartByCommand
{
    QStringList command;
    QString directory;                  ///< where it runs; empty: the fleet file's directory
    QMap<QString, QString> environment; ///< set on top of the caller's
    QStringList envFiles{};             ///< absolute; read at each start, below `environment` (envfile.h)
    /// Set, too, where `environment` has none: the addresses of its fleet. All entries share it.
    QMap<QString, QString> told{};
    std::optional<quint16> port{}; ///< likewise, as HEPHAESTUS_PORT
    bool isOwnRun = false; ///< `command` is `hephaestus run …` by the entry's `run`: of this program, not one in PATH

    bool operator==(const RestartByCommand &) const = default;
};

/// The service restarts itself (POST /health/restart).
struct RestartByService
{
    std::optional<RestartByCommand> start; ///< how to start it when it does not run

    bool operator==(const RestartByService &) const = default;
};

struct RestartBySystemd
{
    QString unit;
    QString scope = QStringLiteral("user"); ///< `user` or `system`

    bool operator==(const RestartBySystemd &) const = default;
};

struct RestartByContainer
{
    QString engine = QStringLiteral("docker"); ///< `docker` or `podman`
    QString name;

    bool operator==(const RestartByContainer &) const = default;
};

struct RestartByKubernetes
{
    QString workload; ///< `deployment/NAME`
    QString nameSpace;

    bool operator==(const RestartByKubernetes &) const = default;
};

/// How a service is restarted; monostate: nobody said.
using RestartMethod = std::variant<std::monostate, RestartByService, RestartByCommand, RestartBySystemd,
                                   RestartByContainer, RestartByKubernetes>;

/// `service`, `command`, `systemd`, `container`, `kubernetes`; empty for none.
QString methodName(const RestartMethod &method);

struct FleetEntry
{
    QString name; ///< unique in its fleet
    QString url;  ///< `http(s)://host:port[/prefix]` or `unix:PATH`, absolute; on a host behind `ssh://HOST/`
    QString group;
    QString tokenFile;                        ///< absolute; empty: no token
    std::chrono::milliseconds interval{1000}; ///< between two polls
    RestartMethod restart;
    std::chrono::milliseconds startTimeout{30'000}; ///< from its start until it is healthy
    QStringList dependsOn;                   ///< names of entries that are started before it, and stopped after it
    bool restartOnStale = false;             ///< without being asked, when it runs old code (StaleRestart)
    QString user{};                          ///< whose process may get the token; empty: this user's or root's
    QString token{};                         ///< instead of a file: a person's, from a keyring; it is in no fleet file
    std::optional<RestartByCommand> build{}; ///< run before each start and restart; nothing: nothing is to be built
    QStringList profiles{};                  ///< in which it is part of the fleet; empty: in all of them
    QString outputName{};                    ///< under which its output is kept; empty: its name (outputNameOf())
    RemoteHost host{};                       ///< the machine it is on, and is started on
    QString nameThere{};                     ///< in the fleet file of that machine; empty: the same name
    QString caFile{};                        ///< of https, absolute: whose certificates are taken; empty: the system's
    QByteArray fingerprint{};                ///< of https: TlsTrust::fingerprint; empty: any that is trusted
    QString fleetFile{};                     ///< that says so, absolute; empty: the user said it himself

    bool operator==(const FleetEntry &) const = default;
};

bool isRestartable(const FleetEntry &entry);
bool isStartable(const FleetEntry &entry);
/// Why `entry` cannot be restarted or started, as a sentence that names what to write; empty if it can.
QString whyNotRestartable(const FleetEntry &entry);
QString whyNotStartable(const FleetEntry &entry);
/// The command that starts it on this machine; null if the fleet file has none.
const RestartByCommand *commandToStart(const FleetEntry &entry);
RestartByCommand *commandOf(FleetEntry &entry); ///< the same, to be changed

/// Under which name its output is kept: that of one with a port of its own is no other worktree's.
const QString &outputNameOf(const FleetEntry &entry);

/// The entry, with the URL that it has over there, as one of that host: its URL and its output are no other's.
FleetEntry onHost(FleetEntry entry, const RemoteHost &host);

/// Where a process of this machine would listen for it; nothing: it is another machine's.
std::optional<ServiceAddress> localAddressOf(const FleetEntry &entry);

/// Reads the entry's token by readSecretFile(), and looks its user up; never waits for the file. A token file that the
/// fleet file names is read once the user has agreed to where its token goes (FleetTrust::isTokenTrusted()). Until then
/// the target has no token, and says so. `stateDirectory`: empty for defaultStateDirectory().
Result<ServiceTarget> targetOf(const FleetEntry &entry, const QString &stateDirectory = {});

/// An entry for a bare URL, named by it: it can be asked and shut down, and restarts itself if it says it can.
Result<FleetEntry> entryForUrl(const QString &url);

/// 1 to 200 visible characters: what a service may be called.
bool isServiceName(const QString &name);

struct Fleet
{
    QString path; ///< of its file; empty: not from a file
    QList<FleetEntry> services;
    QList<FleetHook> hooks{};
    QList<RemoteHost> hosts{}; ///< in the order of the file

    const RemoteHost *findHost(const QString &name) const; ///< null: no such host
    const FleetEntry *find(const QString &name) const;     ///< null: no such service
    /// Those of no profile or of one of these, and what they depend on, in the order of the file.
    QList<FleetEntry> ofProfiles(const QStringList &profiles) const;
    QStringList profiles() const; ///< that entries name, each once
    /// The hosts that no entry names: all services of their own fleet files are meant.
    QList<RemoteHost> loneHosts() const;
    /// Adds the services of such a host. A name that is taken becomes `HOST/NAME`, as often as that is taken, too.
    /// Returns what was added.
    QList<FleetEntry> addFleetOf(const RemoteHost &host, QList<FleetEntry> entries);

    bool operator==(const Fleet &) const = default;
};

} // namespace Hephaestus
