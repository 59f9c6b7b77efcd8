// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/client/reply.h"
#include "common/fleet/fleet.h"
#include "common/protocol/prometheuscodec.h"

#include <QObject>

#include <functional>
#include <memory>

namespace Hephaestus {

class HttpConnection;

/// A fleet as a Prometheus server knows it: state and history of the services that it scrapes and that export our
/// metrics. A few queries replace a question to each. Nothing blocks; callbacks come from the event loop, and not after
/// its end.
///
/// Prometheus knows less than a service says of itself: not why a dependency fails, nor which files changed. Actions go
/// to the services themselves, at the addresses they are scraped at.
class PrometheusFleet : public QObject
{
public:
    /// A service, and what Prometheus last saw of it. The reply's latency is that of the scrape.
    struct Member
    {
        FleetEntry entry;
        Answer<HealthReport> answer;
        std::chrono::system_clock::time_point scraped;
    };
    using Members = std::function<void(const Result<QList<Member>> &)>;
    using Portion = std::function<void(const QList<Member> &)>;
    using Ended = std::function<void(const std::optional<Problem> &)>;
    /// What one service exported at a time, or why it could not be scraped then.
    struct Sample
    {
        std::chrono::system_clock::time_point at;
        Answer<HealthReport> answer;
    };
    using Past = std::function<void(const Result<QList<Sample>> &)>;

    /// `url`: that of the server, `http(s)://HOST:PORT[/PREFIX]`.
    static Result<std::unique_ptr<PrometheusFleet>> at(const QString &url);
    ~PrometheusFleet() override;

    /// How it is now: a portion at a time, so that no answer is large, and then `done`, with what went wrong or
    /// nothing. One question at a time: the callbacks of an earlier one that has not ended are forgotten.
    void ask(const Portion &each, const Ended &done);
    /// The same in one piece.
    void ask(const Members &done);
    /// How the service at that URL, of a member that was handed out, was in that time. Every scrape if steps are to be
    /// that short, otherwise as it was at the end of every step. Oldest first.
    void askPast(const QString &url, std::chrono::system_clock::time_point from,
                 std::chrono::system_clock::time_point to, std::chrono::seconds step, const Past &done);

private:
    explicit PrometheusFleet(std::unique_ptr<HttpConnection> connection);
    void askPortion(quint64 question, const QList<ScrapeTarget> &targets, qsizetype first, const Portion &each,
                    const Ended &done);
    void get(const QByteArray &path, const std::function<void(const Result<QByteArray> &)> &done);
    static QList<Sample> samplesOf(const QList<MetricSeries> &all);
    static QList<Member> membersOf(const QList<ScrapeTarget> &targets, const QList<MetricSeries> &metrics);

    std::unique_ptr<HttpConnection> m_connection;
    quint64 m_question = 0;
    QHash<QString, std::pair<QString, QString>> m_targets; ///< job and instance, by URL
};

} // namespace Hephaestus
