// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/alertmanagers.h"

#include "common/client/httpconnection.h"
#include "common/fleet/prometheusconnection.h"

#include <QHash>
#include <QUrl>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr qsizetype LargestAlerts = 64 * 1024 * 1024; ///< of one answer: 50,000 alerts are 45 MB
constexpr auto AlertmanagerPatience = 20s;            ///< for one answer

HttpRequest readOf(const QByteArray &path)
{
    HttpRequest request;
    request.path = path;
    request.timeout = AlertmanagerPatience;
    request.maximumBody = LargestAlerts;
    request.repeatable = true;
    return request;
}

HttpRequest changeOf(const QByteArray &method, const QByteArray &path, const QByteArray &body)
{
    HttpRequest request;
    request.method = method;
    request.path = path;
    request.body = body;
    request.timeout = AlertmanagerPatience;
    return request;
}

/// Why the body is not what was asked for; nothing: it is.
std::optional<Problem> refusalOf(const ServiceReply &reply)
{
    if (reply.error != ClientError::None)
        return Problem{{}, reply.message};
    if (reply.httpStatus == 200)
        return {};
    const QString said = decodeAlertmanagerError(reply.body);
    return Problem{{}, u"Alertmanager answered %1"_s.arg(reply.httpStatus) + (said.isEmpty() ? said : u": "_s + said)};
}

} // namespace

/// One question to all, while some have not answered.
struct Alertmanagers::Round
{
    std::size_t open = 0;
    QHash<QString, FiringAlert> alerts; ///< by fingerprint
    QHash<QString, Silence> silences;   ///< by id
    QStringList problems;
    bool isKnown = false;
    Read done;

    void add(const FiringAlert &alert)
    {
        const auto known = alerts.find(alert.fingerprint);
        if (known == alerts.end())
            alerts.insert(alert.fingerprint, alert);
        else if (known->isHeld() && !alert.isHeld())
            *known = alert;
    }

    void end()
    {
        if (--open > 0)
            return;
        AlertReading reading{alerts.values(), silences.values(), problems, isKnown};
        std::ranges::sort(reading.alerts, {}, &FiringAlert::fingerprint);
        std::ranges::sort(reading.silences, {}, [](const Silence &each) { return std::pair(each.endsAt, each.id); });
        done(reading);
    }
};

Result<std::unique_ptr<Alertmanagers>> Alertmanagers::at(const QList<PrometheusServer> &servers)
{
    std::vector<std::unique_ptr<PrometheusConnection>> all;
    for (const PrometheusServer &server : servers) {
        Result<std::unique_ptr<PrometheusConnection>> connection = PrometheusConnection::at(server);
        if (!connection)
            return connection.problem();
        all.push_back(std::move(*connection));
    }
    return std::unique_ptr<Alertmanagers>(new Alertmanagers(std::move(all)));
}

Alertmanagers::Alertmanagers(std::vector<std::unique_ptr<PrometheusConnection>> servers) : m_servers(std::move(servers))
{
}

Alertmanagers::~Alertmanagers() = default;

void Alertmanagers::ask(const Read &done)
{
    const auto round = std::make_shared<Round>();
    round->open = m_servers.size();
    round->done = done;
    for (std::size_t server = 0; server < m_servers.size(); ++server) {
        m_servers[server]->send(readOf("/api/v2/alerts"), [this, server, round](const ServiceReply &reply) {
            const auto trouble = refusalOf(reply);
            const auto alerts = trouble ? Result<QList<FiringAlert>>(*trouble) : decodeFiringAlerts(reply.body);
            if (!alerts) {
                round->problems << m_servers[server]->url() + u": "_s + alerts.problem().text();
                return round->end();
            }
            round->isKnown = true;
            for (const FiringAlert &alert : *alerts)
                round->add(alert);
            askSilences(server, round);
        });
    }
}

void Alertmanagers::askSilences(std::size_t server, const std::shared_ptr<Round> &round)
{
    m_servers[server]->send(readOf("/api/v2/silences"), [this, server, round](const ServiceReply &reply) {
        const auto trouble = refusalOf(reply);
        const auto silences = trouble ? Result<QList<Silence>>(*trouble) : decodeSilences(reply.body);
        if (!silences) {
            round->problems << m_servers[server]->url() + u": "_s + silences.problem().text();
            return round->end();
        }
        for (const Silence &silence : *silences) {
            if (silence.state != Silence::State::Expired)
                round->silences.insert(silence.id, silence);
        }
        round->end();
    });
}

void Alertmanagers::silence(const Silence &silence, const Silenced &done) { silenceAt(0, encode(silence), done); }

void Alertmanagers::silenceAt(std::size_t server, const QByteArray &body, const Silenced &done)
{
    m_servers[server]->send(changeOf("POST", "/api/v2/silences", body),
                            [this, server, body, done](const ServiceReply &reply) {
                                if (reply.error != ClientError::None && server + 1 < m_servers.size())
                                    return silenceAt(server + 1, body, done); // nobody took it
                                const auto trouble = refusalOf(reply);
                                done(trouble ? Result<QString>(*trouble) : decodeSilenceId(reply.body));
                            });
}

void Alertmanagers::endSilence(const QString &id, const Ended &done)
{
    endSilenceAt(0, "/api/v2/silence/" + QUrl::toPercentEncoding(id), {}, done);
}

void Alertmanagers::endSilenceAt(std::size_t server, const QByteArray &path, const QStringList &problems,
                                 const Ended &done)
{
    m_servers[server]->send(
        changeOf("DELETE", path, {}), [this, server, path, problems, done](const ServiceReply &reply) {
            const auto trouble = refusalOf(reply);
            if (!trouble)
                return done({});
            const QStringList all = problems + QStringList{m_servers[server]->url() + u": "_s + trouble->text()};
            if (server + 1 < m_servers.size())
                return endSilenceAt(server + 1, path, all, done);
            done(Problem{{}, all.join(u"; "_s)});
        });
}

void Alertmanagers::post(const QList<PostedAlert> &alerts, const Posted &done)
{
    const auto open = std::make_shared<std::size_t>(m_servers.size());
    const auto problems = std::make_shared<QStringList>();
    const QByteArray body = encode(alerts);
    for (const auto &server : m_servers) {
        server->send(changeOf("POST", "/api/v2/alerts", body),
                     [url = server->url(), open, problems, done](const ServiceReply &reply) {
                         if (const auto trouble = refusalOf(reply))
                             *problems << url + u": "_s + trouble->text();
                         if (--*open == 0)
                             done(*problems);
                     });
    }
}

} // namespace Hephaestus
