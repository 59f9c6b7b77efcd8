// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/prometheusfleet.h"

#include <map>
#include <vector>

namespace Hephaestus {

/// Several Prometheus servers as one. Of a service that more than one of them scrapes (a pair for high availability),
/// an answer counts before none, and then the fresher one. What only one scrapes (shards) is as that one says. Servers
/// that do not answer are a warning, and what only they scrape is not known. Callbacks as of PrometheusFleet.
class PrometheusGroup : public QObject
{
public:
    /// At least one server.
    static Result<std::unique_ptr<PrometheusGroup>> at(const QList<PrometheusServer> &servers);
    ~PrometheusGroup() override;

    /// As PrometheusFleet::ask(); a Problem only if no server could be read.
    void ask(const PrometheusFleet::Portions &each, const PrometheusFleet::Ended &done);
    void ask(const PrometheusFleet::Members &done);
    void setPace(const PrometheusFleet::Pace &pace); ///< of each server
    void setWanted(const QSet<QString> &addresses);  ///< as PrometheusFleet::setWanted(), of each server
    /// Asks the server whose word counted last.
    void askPast(const QString &url, std::chrono::system_clock::time_point from,
                 std::chrono::system_clock::time_point to, std::chrono::seconds step,
                 const PrometheusFleet::Past &done);

private:
    using Instant = std::chrono::steady_clock::time_point;
    /// What one server says of one service.
    struct View
    {
        PrometheusFleet::Member member;
        Instant scraped;
        Instant read;        ///< when what its member says was scraped: `scraped`, or before, and confirmed since
        quint64 round = 0;   ///< the latest that saw it
        bool isLost = false; ///< the server has not answered since
    };
    struct Service
    {
        std::map<std::size_t, View> views; ///< by server
        std::pair<std::size_t, Instant> told{};
        quint64 toldState = 0; ///< Member::state
        Instant toldRead;      ///< View::read
        bool isTold = false;
        bool wasLost = false;
    };
    struct Round;

    explicit PrometheusGroup(std::vector<std::unique_ptr<PrometheusFleet>> servers, QStringList names);
    void join(std::size_t server, const PrometheusFleet::Portion &portion, const PrometheusFleet::Portions &each);
    void endOf(std::size_t server, const PrometheusFleet::End &end, const std::shared_ptr<Round> &round);
    void lose(std::size_t server, const QString &why, const PrometheusFleet::Portions &each);
    void forgetUnseen(std::size_t server, const PrometheusFleet::Portions &each);
    void tell(const QString &address, Service &service, PrometheusFleet::Portion &portion);

    const std::vector<std::unique_ptr<PrometheusFleet>> m_servers;
    const QStringList m_names;
    QHash<QString, Service> m_services; ///< by address; empty with one server
    quint64 m_round = 0;
};

} // namespace Hephaestus
