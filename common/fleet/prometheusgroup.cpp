// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/prometheusgroup.h"

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

/// One question to all, while some have not answered.
struct PrometheusGroup::Round
{
    quint64 number = 0;
    std::size_t open = 0;
    QStringList problems;
    QStringList warnings;
    PrometheusFleet::Portions each;
    PrometheusFleet::Ended done;
};

Result<std::unique_ptr<PrometheusGroup>> PrometheusGroup::at(const QList<PrometheusServer> &servers)
{
    std::vector<std::unique_ptr<PrometheusFleet>> all;
    QStringList names;
    for (const PrometheusServer &server : servers) {
        Result<std::unique_ptr<PrometheusFleet>> fleet = PrometheusFleet::at(server);
        if (!fleet)
            return fleet.problem();
        all.push_back(std::move(*fleet));
        names << server.url;
    }
    return std::unique_ptr<PrometheusGroup>(new PrometheusGroup(std::move(all), names));
}

PrometheusGroup::PrometheusGroup(std::vector<std::unique_ptr<PrometheusFleet>> servers, QStringList names)
    : m_servers(std::move(servers))
    , m_names(std::move(names))
{
}

PrometheusGroup::~PrometheusGroup() = default;

void PrometheusGroup::ask(const PrometheusFleet::Members &done)
{
    if (m_servers.size() == 1)
        return m_servers.front()->ask(done);
    const auto all = std::make_shared<QMap<QString, PrometheusFleet::Member>>();
    ask(
        [all](const PrometheusFleet::Portion &portion) {
            for (const PrometheusFleet::Member &member : portion.changed)
                all->insert(member.address, member);
        },
        [all, done](const PrometheusFleet::End &end) {
            done(end.problem ? Result<QList<PrometheusFleet::Member>>(*end.problem)
                             : Result<QList<PrometheusFleet::Member>>(all->values()));
        });
}

void PrometheusGroup::ask(const PrometheusFleet::Portions &each, const PrometheusFleet::Ended &done)
{
    ++m_round;
    if (m_servers.size() == 1)
        return m_servers.front()->ask(each, done);
    const auto round = std::make_shared<Round>(Round{m_round, m_servers.size(), {}, {}, each, done});
    for (std::size_t server = 0; server < m_servers.size(); ++server) {
        m_servers[server]->ask(
            [this, server, each](const PrometheusFleet::Portion &portion) { join(server, portion, each); },
            [this, server, round](const PrometheusFleet::End &end) { endOf(server, end, round); });
    }
}

void PrometheusGroup::join(std::size_t server, const PrometheusFleet::Portion &portion,
                           const PrometheusFleet::Portions &each)
{
    PrometheusFleet::Portion joined;
    const Instant now = std::chrono::steady_clock::now();
    for (const PrometheusFleet::Member &member : portion.changed) {
        Service &service = m_services[member.address];
        service.views[server] = View{member, now - member.age, now - member.age, m_round, false};
        tell(member.address, service, joined);
    }
    for (const PrometheusFleet::Confirmation &confirmed : portion.confirmed) {
        const auto service = m_services.find(confirmed.address);
        if (service == m_services.end() || !service->views.contains(server))
            continue;
        View &view = service->views[server];
        view.scraped = now - confirmed.age;
        view.round = m_round;
        view.member.scraped = confirmed.scraped;
        view.member.answer.reply.latency = confirmed.latency;
        tell(confirmed.address, *service, joined);
    }
    for (const QString &address : portion.unchanged) {
        const auto service = m_services.find(address);
        if (service == m_services.end() || !service->views.contains(server))
            continue;
        service->views[server].round = m_round;
        tell(address, *service, joined);
    }
    each(joined);
}

void PrometheusGroup::endOf(std::size_t server, const PrometheusFleet::End &end, const std::shared_ptr<Round> &round)
{
    const QString &name = m_names[qsizetype(server)];
    for (const QString &warning : end.warnings)
        round->warnings << name + u": "_s + warning;
    if (end.problem) {
        round->problems << name + u": "_s + end.problem->text();
        lose(server, end.problem->text(), round->each);
    } else {
        forgetUnseen(server, round->each);
    }
    if (--round->open > 0)
        return;
    const bool isAnyRead = round->problems.size() < qsizetype(m_servers.size());
    if (!isAnyRead) // whoever is told of it may forget all
        m_services.clear();
    round->done({isAnyRead ? std::nullopt : std::optional(Problem{{}, round->problems.join(u"; "_s)}),
                 isAnyRead ? round->problems + round->warnings : QStringList()});
}

/// The server does not answer: what it said counts no more.
void PrometheusGroup::lose(std::size_t server, const QString &why, const PrometheusFleet::Portions &each)
{
    PrometheusFleet::Portion portion;
    for (auto service = m_services.begin(); service != m_services.end(); ++service) {
        const auto view = service->views.find(server);
        if (view == service->views.end())
            continue;
        view->second.isLost = true;
        view->second.member.answer = {};
        view->second.member.state = 0;
        view->second.member.answer.reply.error = ClientError::NotAsked;
        view->second.member.answer.reply.message = u"Prometheus does not answer: "_s + why;
        tell(service.key(), *service, portion);
        if (portion.isFull())
            each(std::exchange(portion, {}));
    }
    each(portion);
}

/// The server has told all that it scrapes: what was not among that, it scrapes no more.
void PrometheusGroup::forgetUnseen(std::size_t server, const PrometheusFleet::Portions &each)
{
    PrometheusFleet::Portion portion;
    for (auto service = m_services.begin(); service != m_services.end();) {
        const auto view = service->views.find(server);
        if (view != service->views.end() && view->second.round != m_round) {
            service->views.erase(view);
            if (!service->views.empty())
                tell(service.key(), *service, portion);
            if (portion.isFull())
                each(std::exchange(portion, {}));
        }
        service = service->views.empty() ? m_services.erase(service) : std::next(service);
    }
    each(portion);
}

/// Adds the word that counts to `portion`: with its content only if that is another one than was told.
void PrometheusGroup::tell(const QString &address, Service &service, PrometheusFleet::Portion &portion)
{
    const auto rank = [](const auto &view) {
        const View &one = view.second;
        const int kind = one.isLost ? 0 : one.member.answer.value ? 2 : 1;
        return std::pair(kind, one.scraped);
    };
    const auto best = std::ranges::max_element(service.views, {}, rank);
    const View &view = best->second;
    const std::pair word(best->first, view.scraped);
    const bool isAsLost = service.isTold && service.wasLost == view.isLost;
    if (isAsLost && service.told == word) {
        portion.unchanged << address;
        return;
    }
    const auto ageOf = [now = std::chrono::steady_clock::now()](Instant scraped) {
        return std::max(std::chrono::nanoseconds(0), std::chrono::nanoseconds(now - scraped));
    };
    // Servers that say the same confirm each other.
    const bool isSame = isAsLost && !view.isLost && view.member.state != 0 && view.member.state == service.toldState
        && view.read < view.scraped && view.read <= service.toldRead && service.told.second <= view.scraped;
    if (!isSame) {
        PrometheusFleet::Member member = view.member;
        member.age = ageOf(view.read);
        portion.changed << member;
        service.toldState = view.member.state;
        service.toldRead = view.read;
    }
    if (isSame || view.read < view.scraped)
        portion.confirmed << PrometheusFleet::Confirmation{address, view.member.scraped, ageOf(view.scraped),
                                                           view.member.answer.reply.latency};
    service.told = word;
    service.isTold = true;
    service.wasLost = view.isLost;
}

void PrometheusGroup::setPace(const PrometheusFleet::Pace &pace)
{
    for (const auto &server : m_servers)
        server->setPace(pace);
}

void PrometheusGroup::setWanted(const QSet<QString> &addresses)
{
    for (const auto &server : m_servers)
        server->setWanted(addresses);
}

void PrometheusGroup::askPast(const QString &url, std::chrono::system_clock::time_point from,
                              std::chrono::system_clock::time_point to, std::chrono::seconds step,
                              const PrometheusFleet::Past &done)
{
    const auto service = m_services.constFind(PrometheusFleet::addressOf(url));
    const std::size_t server = service != m_services.cend() ? service->told.first : 0;
    m_servers[server]->askPast(url, from, to, step, done);
}

} // namespace Hephaestus
