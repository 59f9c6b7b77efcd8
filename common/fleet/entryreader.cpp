// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/entryreader.h"

#include "common/base/printable.h"
#include "common/client/httpconnection.h"
#include "common/protocol/exitset.h"

#include <QDir>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// Those of `hephaestus run` that an entry with `run` may have, as its keys.
constexpr std::array RunKeys{"directory"_L1, "environment"_L1, "ready"_L1,  "stop_signal"_L1, "success_exit"_L1,
                             "watch"_L1,     "sources"_L1,     "python"_L1, "node"_L1,        "config"_L1};

constexpr QLatin1StringView UrlPort(
    " (endpoints)"); ///< what the port of the wrapper's endpoints is kept for, after NAME

QString httpUrl(quint16 port) { return u"http://127.0.0.1:%1"_s.arg(port); }

} // namespace

EntryReader::EntryReader(ConfigTable table, const QString &fleetDirectory, const QList<RemoteHost> &hosts,
                         const FleetReadOptions &options)
    : m_table(std::move(table))
    , m_fleetDirectory(fleetDirectory)
    , m_options(options)
    , m_isRun(m_table.has(u"run"_s))
{
    readName();
    readHost(hosts);
    readPort();
    m_isUrlKept = m_isRun && !m_table.has(u"url"_s) && m_entry.host.isHere();
}

void EntryReader::readName()
{
    m_entry.name = m_table.text(u"name"_s);
    if (m_entry.name.isEmpty())
        m_table.fail(u"name"_s, u"missing; a service needs a name"_s);
    else if (!isServiceName(m_entry.name))
        m_table.fail(u"name"_s, u"expected 1 to 200 visible characters"_s);
}

void EntryReader::readHost(const QList<RemoteHost> &hosts)
{
    const QString key = u"host"_s;
    const QString name = m_table.text(key); // also where there is none: errors name the keys that were asked for
    if (!m_table.has(key))
        return;
    QStringList names;
    for (const RemoteHost &host : hosts) {
        names << host.name;
        if (host.name == name)
            m_entry.host = host;
    }
    if (!m_entry.host.isHere())
        return;
    const QString near = nearestName(name, names);
    m_table.fail(key,
                 names.isEmpty() ? u"there is no [[host]] in this file; write [[host]] name = \"%1\""_s.arg(name)
                                 : u"there is no [[host]] \"%1\"%2"_s.arg(
                                     name, near.isEmpty() ? QString() : u"; did you mean \"%1\"?"_s.arg(near)));
}

/// Of a service on a host: what ssh can lead to.
void EntryReader::checkRemoteUrl(const HttpPeer &peer)
{
    const QString key = u"url"_s;
    if (!peer.host.isHere())
        m_table.fail(key,
                     u"with host, it is what it is on that machine; expected http://127.0.0.1:PORT or unix:/PATH"_s);
    else if (peer.tls)
        m_table.fail(key,
                     u"with host, ssh is the way there, and encrypts it; expected http://127.0.0.1:PORT or "
                     "unix:/PATH, as on that machine"_s);
    else if (peer.address.kind == ServiceAddress::Kind::Unix && !peer.address.path.startsWith(u'/'))
        m_table.fail(key, u"with host, a socket's path begins with / (it is one of that machine)"_s);
    else
        m_entry.url = canonicalUrl(m_entry.url);
    m_entry = onHost(m_entry, m_entry.host);
}

void EntryReader::readPort()
{
    const QString key = u"port"_s;
    if (m_table.isText(key)) {
        const QString word = m_table.text(key);
        m_isPortKept = word == "auto"_L1;
        if (m_isPortKept && !m_entry.host.isHere())
            m_table.fail(key, u"a port can be kept on this machine only; write the one that it has on its host"_s);
        m_isPortKept = m_isPortKept && m_entry.host.isHere();
        if (word != "auto"_L1)
            m_table.fail(key, u"expected \"auto\" or a number from 1 to 65535, found \"%1\""_s.arg(word));
    } else if (const qint64 number = m_table.integer(key, 0, 1, 65535); number > 0) {
        m_port = quint16(number);
    }
    // The port of a URL is the program's own, unless that is wrapped.
    if (m_table.has(key) || m_isRun || !m_table.isText(u"url"_s))
        return;
    const Result<HttpPeer> peer = parsePeer(m_table.text(u"url"_s));
    if (peer && peer->address.kind == ServiceAddress::Kind::Tcp && peer->address.port > 0)
        m_port = peer->address.port;
}

QStringList EntryReader::wantedPorts() const
{
    QStringList wanted;
    if (m_isPortKept)
        wanted << m_entry.name;
    if (m_isUrlKept)
        wanted << m_entry.name + UrlPort;
    return wanted;
}

void EntryReader::setKeptPorts(const QList<quint16> &ports)
{
    if (m_isPortKept)
        m_port = ports.first();
    if (m_isUrlKept)
        m_entry.url = httpUrl(ports.last());
    if (m_isPortKept || m_isUrlKept)
        m_entry.outputName = u"%1-%2"_s.arg(m_entry.name, QString::number(ports.first()));
}

QString EntryReader::fill(ConfigTable &table, const QString &key, const QString &text)
{
    const Result<QString> filled = m_values.fillIn(text);
    if (!filled)
        table.fail(key, filled.problem().what);
    return filled ? *filled : QString();
}

QStringList EntryReader::fill(ConfigTable &table, const QString &key, const QStringList &texts)
{
    QStringList filled;
    for (const QString &text : texts)
        filled << fill(table, key, text);
    return filled;
}

QMap<QString, QString> EntryReader::environment(ConfigTable &table)
{
    const QMap<QString, QString> written = table.textMap(u"environment"_s);
    ConfigTable variables = table.table(u"environment"_s);
    QMap<QString, QString> filled;
    for (auto it = written.begin(); it != written.end(); ++it)
        filled.insert(it.key(), fill(variables, it.key(), it.value()));
    return filled;
}

void EntryReader::readUrl()
{
    const QString key = u"url"_s;
    if (m_isUrlKept)
        return;
    const QString written = m_table.text(key);
    if (written.isEmpty() && m_table.has(u"port"_s) && !m_table.has(key)) {
        m_entry.url = m_port ? httpUrl(*m_port) : QString();
        if (m_port && !m_entry.host.isHere())
            m_entry = onHost(m_entry, m_entry.host);
        return;
    }
    m_entry.url = fill(m_table, key, written);
    if (const Result<HttpPeer> peer = parsePeer(m_entry.url); !peer)
        m_table.fail(key,
                     written.isEmpty() ? u"missing; expected http://HOST:PORT or unix:PATH"_s : peer.problem().text());
    else if (!m_entry.host.isHere())
        checkRemoteUrl(*peer);
    else if (!peer->host.isHere())
        m_table.fail(key, u"write [[host]] ssh = \"%1\", host, and the url that it has there"_s.arg(peer->host.ssh));
    else if (peer->address.kind == ServiceAddress::Kind::Unix)
        m_entry.url = u"unix:"_s + QDir(m_fleetDirectory).absoluteFilePath(peer->address.path);
    else
        m_entry.url = canonicalUrl(m_entry.url);
}

RestartByCommand EntryReader::command(ConfigTable &table)
{
    RestartByCommand command;
    command.directory = table.filePath(u"directory"_s, m_fleetDirectory);
    m_values.directory = command.directory;
    command.command = fill(table, u"command"_s, table.texts(u"command"_s));
    command.environment = environment(table);
    if (command.command.isEmpty() || command.command.first().isEmpty())
        table.fail(u"command"_s, u"expected a program and its arguments, as in [\"program\", \"argument\"]"_s);
    return command;
}

RestartMethod EntryReader::method(ConfigTable table)
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
            service.start = command(table);
        result = service;
    } else if (method == "command"_L1) {
        result = command(table);
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

/// Where the wrapper listens: at the entry's URL.
QString EntryReader::runAddress()
{
    const Result<HttpPeer> peer = parsePeer(m_entry.url);
    if (!peer)
        return {}; // already told
    if (peer->tls || !peer->prefix.isEmpty())
        m_table.fail(u"url"_s, u"with run it is where the wrapper listens; expected http://HOST:PORT or unix:PATH"_s);
    const bool isSame = peer->address.kind == ServiceAddress::Kind::Tcp && peer->address.port == m_port;
    const QStringList words = m_table.texts(u"run"_s);
    if (isSame
        && std::any_of(words.begin(), words.end(), [](const QString &word) { return word.contains("{port}"_L1); }))
        m_table.fail(u"url"_s,
                     u"with run the wrapper listens here, and the program takes {port}, which is the same; "
                     u"leave url out, or give it another port"_s);
    return peer->address.text();
}

QStringList EntryReader::runOptions()
{
    QStringList options;
    const auto judged = [&](const QString &key, const QString &text, const QString &why) {
        if (!why.isEmpty())
            m_table.fail(key, why);
        options << u"--"_s + QString(key).replace(u'_', u'-') << text;
    };
    if (m_table.has(u"ready"_s)) {
        const QString rule = fill(m_table, u"ready"_s, m_table.anyText(u"ready"_s));
        judged(u"ready"_s, rule, m_options.whyNoReadyRule ? m_options.whyNoReadyRule(rule) : QString());
    }
    if (m_table.has(u"stop_signal"_s)) {
        const QString name = m_table.text(u"stop_signal"_s);
        const auto number = signalNumber(name);
        judged(u"stop_signal"_s, name,
               number && isStopSignal(*number)
                   ? QString()
                   : u"\"%1\": expected a signal that can be handled, such as TERM, QUIT or INT"_s.arg(name));
    }
    if (const QStringList ends = m_table.words(u"success_exit"_s); !ends.isEmpty()) {
        const Result<ExitSet> set = parseExitSet(ends.join(u','));
        judged(u"success_exit"_s, ends.join(u','), set ? QString() : set.problem().what);
    }
    for (const QString &key : {u"watch"_s, u"sources"_s}) {
        for (const QString &pattern : fill(m_table, key, m_table.texts(key)))
            options << u"--"_s + key << pattern;
    }
    for (const QString &key : {u"python"_s, u"node"_s}) {
        if (m_table.flag(key, false))
            options << u"--"_s + key;
    }
    if (const QString config = m_table.filePath(u"config"_s); !config.isEmpty())
        options << u"--config"_s << config;
    return options;
}

RestartByCommand EntryReader::run()
{
    RestartByCommand command;
    command.isOwnRun = true;
    command.directory = m_values.directory;
    command.environment = environment(m_table);
    const QStringList program = fill(m_table, u"run"_s, m_table.texts(u"run"_s));
    if (program.isEmpty() || program.first().isEmpty())
        m_table.fail(u"run"_s, u"expected a program and its arguments, as in [\"program\", \"argument\"]"_s);
    command.command = QStringList{u"hephaestus"_s, u"run"_s, u"--name"_s, m_entry.name, u"--listen"_s, runAddress()}
        << runOptions() << u"--"_s << program;
    if (m_table.has(u"restart"_s))
        m_table.fail(u"restart"_s, u"run says already how it is started; leave one of them out"_s);
    return command;
}

void EntryReader::readEnvFiles()
{
    const QString key = u"env_file"_s;
    QStringList files;
    for (const QString &path : fill(m_table, key, m_table.texts(key))) {
        if (path.isEmpty())
            m_table.fail(key, u"expected files, as in [\".env\"]"_s);
        files << QDir::cleanPath(QDir(m_fleetDirectory).absoluteFilePath(m_table.resolved(path)));
    }
    RestartByCommand *const command = commandOf(m_entry);
    if (command)
        command->envFiles = files;
    else if (m_table.has(key))
        m_table.fail(key, u"no command of this entry would get it; write run, or restart with a command"_s);
}

void EntryReader::readBuild()
{
    const QString key = u"build"_s;
    if (!m_table.has(key))
        return;
    RestartByCommand build;
    const RestartByCommand *const command = commandToStart(m_entry);
    if (command) {
        build = *command;
        build.isOwnRun = false;
    } else {
        build.directory = m_fleetDirectory;
    }
    build.command = fill(m_table, key, m_table.texts(key));
    if (build.command.isEmpty() || build.command.first().isEmpty())
        m_table.fail(key, u"expected a program and its arguments, as in [\"make\", \"server\"]"_s);
    if (const QString why = whyNotRestartable(m_entry); !why.isEmpty())
        m_table.fail(key, why);
    m_entry.build = build;
}

/// Of https: whose certificates are taken.
void EntryReader::readTrust()
{
    m_entry.caFile = m_table.filePath(u"ca_file"_s);
    const QString text = m_table.text(u"fingerprint"_s);
    if (m_table.has(u"fingerprint"_s)) {
        const Result<QByteArray> fingerprint = parseFingerprint(text);
        if (fingerprint)
            m_entry.fingerprint = *fingerprint;
        else
            m_table.fail(u"fingerprint"_s, fingerprint.problem().what);
    }
    for (const QString &key : {u"ca_file"_s, u"fingerprint"_s}) {
        if (m_table.has(key) && !m_entry.url.startsWith("https:"_L1))
            m_table.fail(key, u"goes with an address that begins with https://"_s);
    }
}

void EntryReader::readProfiles()
{
    const QString key = u"profile"_s;
    m_entry.profiles = m_table.texts(key);
    const auto isBad = [](const QString &name) { return name.isEmpty() || printable(name) != name; };
    if (std::any_of(m_entry.profiles.begin(), m_entry.profiles.end(), isBad)
        || (m_table.has(key) && m_entry.profiles.isEmpty()))
        m_table.fail(key, u"expected names of profiles, as in [\"dev\"]"_s);
}

FleetEntry EntryReader::read(const QMap<QString, quint16> &ports)
{
    for (const QLatin1StringView key : RunKeys)
        m_table.know(key);
    for (const QString &key : {u"url"_s, u"port"_s, u"run"_s, u"build"_s, u"restart"_s})
        m_table.know(key);
    m_values = {m_port, ports, m_isRun ? m_table.filePath(u"directory"_s, m_fleetDirectory) : m_fleetDirectory};
    readUrl();
    m_entry.group = m_table.text(u"group"_s);
    m_entry.tokenFile = m_table.filePath(u"token_file"_s);
    m_entry.user = m_table.text(u"user"_s);
    readTrust();
    m_entry.interval = m_table.duration(u"interval"_s, m_entry.interval, 100ms, 24h);
    m_entry.startTimeout = m_table.duration(u"start_timeout"_s, m_entry.startTimeout, 100ms, 24h);
    if (m_isRun)
        m_entry.restart = run();
    else
        m_entry.restart = method(m_table.table(u"restart"_s));
    for (const QLatin1StringView key : RunKeys) {
        if (!m_isRun && m_table.has(key))
            m_table.fail(key, u"goes with run = [\"program\", \"argument\"], which is not there"_s);
    }
    readEnvFiles();
    readBuild();
    readProfiles();
    m_entry.dependsOn = m_table.texts(u"depends_on"_s);
    m_entry.restartOnStale = m_table.flag(u"restart_on_stale"_s, false);
    if (const QString why = whyNotRestartable(m_entry); m_entry.restartOnStale && !why.isEmpty())
        m_table.fail(u"restart_on_stale"_s, why);
    m_table.finish();
    return m_entry;
}

} // namespace Hephaestus
