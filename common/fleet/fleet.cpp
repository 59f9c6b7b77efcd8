// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/fleet.h"

#include "common/base/printable.h"
#include "common/base/secretfile.h"
#include "common/client/httpconnection.h"
#include "common/fleet/fleettrust.h"
#include "common/fleet/knownprotocol.h"

#include <QSet>

#include <algorithm>
#include <array>

#include <pwd.h>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;

constexpr qsizetype LongestToken = 4096;

template <typename... Cases>
struct Overloaded : Cases...
{
    using Cases::operator()...;
};

std::optional<uid_t> numberOf(const QString &user)
{
    std::array<char, 4096> memory;
    passwd entry{};
    passwd *found = nullptr;
    if (::getpwnam_r(user.toLocal8Bit().constData(), &entry, memory.data(), memory.size(), &found) != 0 || !found)
        return {};
    return found->pw_uid;
}

} // namespace

QString methodName(const RestartMethod &method)
{
    return std::visit(Overloaded{
                          [](std::monostate) { return QString(); },
                          [](const RestartByService &) { return u"service"_s; },
                          [](const RestartByCommand &) { return u"command"_s; },
                          [](const RestartBySystemd &) { return u"systemd"_s; },
                          [](const RestartByContainer &) { return u"container"_s; },
                          [](const RestartByKubernetes &) { return u"kubernetes"_s; },
                      },
                      method);
}

bool isRestartable(const FleetEntry &entry)
{
    return !entry.host.isHere() // its own machine knows
        || !std::holds_alternative<std::monostate>(entry.restart);
}

bool isStartable(const FleetEntry &entry)
{
    return !entry.host.isHere() || commandToStart(entry) || std::holds_alternative<RestartBySystemd>(entry.restart)
        || std::holds_alternative<RestartByContainer>(entry.restart);
}

QString whyNotRestartable(const FleetEntry &entry)
{
    if (!isRestartable(entry)) {
        return u"%1 has no restart method; write restart = { method = \"service\" } in its fleet entry if it restarts "
               u"itself, "
               u"or restart = { method = \"command\", command = [\"program\", \"argument\"] }"_s.arg(entry.name);
    }
    return {};
}

QString whyNotStartable(const FleetEntry &entry)
{
    if (isStartable(entry))
        return {};
    if (std::holds_alternative<RestartByKubernetes>(entry.restart))
        return u"%1 is kept running by Kubernetes; scale its workload up to start it"_s.arg(entry.name);
    return u"%1 has no command to start it; write command = [\"program\", \"argument\"] "
           u"in the restart = { … } of its fleet entry"_s.arg(entry.name);
}

const RestartByCommand *commandToStart(const FleetEntry &entry)
{
    return entry.host.isHere() ? commandIn(entry.restart) : nullptr;
}

RestartByCommand *commandOf(FleetEntry &entry) { return const_cast<RestartByCommand *>(commandToStart(entry)); }

const QString &outputNameOf(const FleetEntry &entry)
{
    return entry.outputName.isEmpty() ? entry.name : entry.outputName;
}

FleetEntry onHost(FleetEntry entry, const RemoteHost &host)
{
    entry.host = host;
    entry.url = urlThrough(host, entry.url);
    entry.outputName = u"%1@%2"_s.arg(entry.name, host.name);
    return entry;
}

std::optional<ServiceAddress> localAddressOf(const FleetEntry &entry)
{
    const Result<HttpPeer> peer = parsePeer(entry.url);
    if (!peer || !peer->host.isHere() || !peer->address.isLoopback())
        return {};
    return peer->address;
}

Result<ServiceTarget> targetOf(const FleetEntry &entry, const QString &stateDirectory)
{
    std::optional<uid_t> user;
    if (!entry.user.isEmpty() && entry.host.isHere()) {
        user = numberOf(entry.user);
        if (!user)
            return Problem{u"user"_s,
                           u"user of %1: there is no user \"%2\" on this machine"_s.arg(entry.name, entry.user)};
    }
    TlsTrust trust{{}, entry.fingerprint};
    if (!entry.caFile.isEmpty()) {
        const Result<QByteArray> authorities = readAuthorities(entry.caFile);
        if (!authorities)
            return Problem{entry.caFile, u"certificates of %1: %2"_s.arg(entry.name, authorities.problem().what)};
        trust.authorities = *authorities;
    }
    ServiceTarget target{entry.url, entry.token, user, entry.host, trust};
    target.answers = isServedByUs(entry) ? Answers::Ours : Answers::Any;
    if (entry.tokenFile.isEmpty())
        return target;
    if (!FleetTrust(stateDirectory).isTokenTrusted(entry)) {
        target.whyNoToken = u"it wants a token, which is not sent: %1 names it, but nobody has trusted that file; "
                            "hephaestus trust %2"_s.arg(entry.fleetFile, entry.fleetFile);
        return target;
    }
    const Result<QByteArray> token = readSecretFile(entry.tokenFile, LongestToken);
    if (!token)
        return Problem{entry.tokenFile, u"token of %1: %2"_s.arg(entry.name, token.problem().what)};
    target.token = QString::fromUtf8(*token);
    return target;
}

bool isServiceName(const QString &name) { return !name.isEmpty() && name.size() <= 200 && printable(name) == name; }

Result<FleetEntry> entryForUrl(const QString &url)
{
    const Result<HttpPeer> peer = parsePeer(url);
    if (!peer)
        return peer.problem();
    FleetEntry entry;
    entry.url = canonicalUrl(url);
    entry.name = entry.url;
    entry.restart = RestartByService{};
    if (const auto parts = splitUrl(url)) {
        entry.url = canonicalUrl(parts->second);
        return onHost(entry, parts->first);
    }
    return entry;
}

const FleetEntry *Fleet::find(const QString &name) const
{
    const auto found =
        std::find_if(services.begin(), services.end(), [&](const FleetEntry &entry) { return entry.name == name; });
    return found == services.end() ? nullptr : &*found;
}

const RemoteHost *Fleet::findHost(const QString &name) const
{
    const auto found =
        std::find_if(hosts.begin(), hosts.end(), [&](const RemoteHost &host) { return host.name == name; });
    return found == hosts.end() ? nullptr : &*found;
}

QStringList Fleet::profiles() const
{
    QStringList names;
    for (const FleetEntry &entry : services)
        names << entry.profiles;
    names.removeDuplicates();
    return names;
}

QList<RemoteHost> Fleet::loneHosts() const
{
    QList<RemoteHost> lone = hosts;
    lone.removeIf([this](const RemoteHost &host) {
        return std::any_of(services.begin(), services.end(),
                           [&](const FleetEntry &entry) { return entry.host == host; });
    });
    return lone;
}

QList<FleetEntry> Fleet::addFleetOf(const RemoteHost &host, QList<FleetEntry> entries)
{
    QSet<QString> taken;
    for (const FleetEntry &entry : std::as_const(services))
        taken.insert(entry.name);
    QMap<QString, QString> renamed;
    for (FleetEntry &entry : entries) {
        const QString nameThere = entry.name;
        while (taken.contains(entry.name))
            entry.name = host.name + u'/' + entry.name;
        taken.insert(entry.name);
        if (entry.name == nameThere)
            continue;
        entry.nameThere = nameThere;
        renamed.insert(nameThere, entry.name);
    }
    for (FleetEntry &entry : entries) {
        for (QString &name : entry.dependsOn)
            name = renamed.value(name, name);
    }
    services << entries;
    return entries;
}

QList<FleetEntry> Fleet::ofProfiles(const QStringList &profiles) const
{
    QSet<QString> wanted;
    for (const FleetEntry &entry : services) {
        const bool isOfOne = std::any_of(entry.profiles.begin(), entry.profiles.end(),
                                         [&](const QString &name) { return profiles.contains(name); });
        if (entry.profiles.isEmpty() || isOfOne)
            wanted.insert(entry.name);
    }
    for (bool isMore = true; isMore;) { // and what they depend on
        const qsizetype before = wanted.size();
        for (const FleetEntry &entry : services) {
            if (wanted.contains(entry.name))
                wanted.unite(QSet<QString>(entry.dependsOn.begin(), entry.dependsOn.end()));
        }
        isMore = wanted.size() > before;
    }
    QList<FleetEntry> chosen = services;
    chosen.removeIf([&](const FleetEntry &entry) { return !wanted.contains(entry.name); });
    return chosen;
}

} // namespace Hephaestus
