// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/textpool.h"
#include "common/client/reply.h"
#include "common/fleet/fleet.h"
#include "common/fleet/prometheusserver.h"
#include "common/protocol/prometheuscodec.h"

#include <QObject>
#include <QSet>

#include <functional>
#include <memory>
#include <vector>

namespace Hephaestus {

class PrometheusConnection;
struct HttpRequest;

/// A fleet as a Prometheus server knows it: state and history of the services that it scrapes and that export our
/// metrics. A few queries replace a question to each. Nothing blocks; callbacks come from the event loop, and not after
/// its end.
///
/// Prometheus knows less than a service says of itself: not why a dependency fails, nor which files changed. Actions go
/// to the services themselves, at the addresses they are scraped at.
///
/// Also speaks with what has the same API. Services whose series are there without a target (remote write, federation,
/// `honor_labels`) are taken to be at the address in their label `instance`.
class PrometheusFleet : public QObject
{
public:
    /// A service, and what Prometheus last saw of it. The reply's latency is that of the scrape.
    struct Member
    {
        FleetEntry entry;
        QString address;  ///< of its URL: addressOf()
        QString instance; ///< its label of that name
        Answer<HealthReport> answer;
        std::chrono::system_clock::time_point scraped; ///< by the server's clock
        std::chrono::nanoseconds age{0};               ///< since then, as the server's clock has it; nothing of ours
        quint64 state = 0;                             ///< of what it says of its state a hash; 0: it says nothing
    };
    /// A service of a large fleet that was scraped again, and says of its state what it said before: it is the same
    /// process, as ready, and its dependencies, program and code are as they were. Its figures were not read again.
    struct Confirmation
    {
        QString address; ///< of a Member that was handed out, with a report
        std::chrono::system_clock::time_point scraped;
        std::chrono::nanoseconds age{0};
        std::chrono::nanoseconds latency{0};
    };
    static constexpr qsizetype MembersAtATime = 250; ///< of a portion: a window shows these in a few milliseconds
    static constexpr qsizetype UnchangedAtATime = 2000;
    /// A part of what an answer says.
    struct Portion
    {
        /// Those that are new, or were scraped since they were handed out. MembersAtATime at most.
        QList<Member> changed;
        QList<Confirmation> confirmed; ///< as many at most
        QStringList unchanged;         ///< addresses of others, of which there is less to do: UnchangedAtATime at most

        bool isFull() const
        {
            return changed.size() >= MembersAtATime || confirmed.size() >= MembersAtATime
                || unchanged.size() >= UnchangedAtATime;
        }
    };
    /// How a reading of all ended.
    struct End
    {
        std::optional<Problem> problem; ///< nothing: all were handed out
        QStringList warnings;           ///< of Prometheus: what it told may not be all
    };
    using Members = std::function<void(const Result<QList<Member>> &)>;
    using Portions = std::function<void(const Portion &)>;
    using Ended = std::function<void(const End &)>;
    /// What one service exported at a time, or why it could not be scraped then.
    struct Sample
    {
        std::chrono::system_clock::time_point at;
        Answer<HealthReport> answer;
    };
    using Past = std::function<void(const Result<QList<Sample>> &)>;
    /// What a reading takes of a large fleet. A server needs the more time the more series it tells, and a service has
    /// dozens. Of each that was scraped again it is asked what it says of its state, and only of some for all.
    struct Pace
    {
        qsizetype wholeAtOnce = 5000;           ///< if no more were scraped again, all is read of each
        std::chrono::seconds figuresEvery{50};  ///< the figures of each are read as often, if they are not too many
        qsizetype mostFigures = 10'000;         ///< of those whose time has come; of a slow server fewer
        std::chrono::milliseconds within{8000}; ///< what takes longer leaves more figures to the next reading
    };

    /// A Problem: the address is none, or a file with certificates or a key cannot be read.
    static Result<std::unique_ptr<PrometheusFleet>> at(const PrometheusServer &server);
    ~PrometheusFleet() override;

    /// Of all ways to write the URL of a service one.
    static QString addressOf(const QString &url);

    /// How it is now: a portion at a time, none of them large, and then `done`. One question at a time: the callbacks
    /// of an earlier one that has not ended are forgotten.
    void ask(const Portions &each, const Ended &done);
    /// All of it in one piece.
    void ask(const Members &done);
    void setPace(const Pace &pace);
    /// The addresses of those of which all is read at each reading, from the next on; of those that were named before
    /// and are not named now it is read once more.
    void setWanted(const QSet<QString> &addresses) { m_wanted = addresses; }
    /// How the service at that URL, of a member that was handed out, was in that time. Every scrape if steps are to be
    /// that short, otherwise as it was at the end of every step. Oldest first.
    void askPast(const QString &url, std::chrono::system_clock::time_point from,
                 std::chrono::system_clock::time_point to, std::chrono::seconds step, const Past &done);

private:
    class Reading;
    class Assembly;
    struct Part;
    /// A service, and what was handed out of it.
    struct Known
    {
        QString scrapeUrl;
        QString url;
        QString address;
        QString service; ///< as it calls itself
        std::chrono::system_clock::time_point scraped;
        bool up = false;
        bool isTold = false;
        bool isWanted = false;
        quint64 state = 0;                          ///< Member::state; 0: it cannot be confirmed
        std::chrono::steady_clock::time_point read; ///< when all of it was
        quint64 question = 0;                       ///< the latest that saw it
    };

    explicit PrometheusFleet(std::unique_ptr<PrometheusConnection> connection);
    void askPresence(const std::shared_ptr<Reading> &reading);
    QList<QByteArray> inOrder(const Reading &reading) const;
    void choose(const std::shared_ptr<Reading> &reading);
    std::vector<bool> chooseWhole(const QList<QByteArray> &chosen);
    void divide(Reading &reading, const QList<QByteArray> &chosen);
    void askDetails(const std::shared_ptr<Reading> &reading);
    void askPart(const std::shared_ptr<Reading> &reading, const std::shared_ptr<Part> &part);
    void tellPart(const Reading &reading, const Part &part);
    void confirmPart(Reading &reading, const Part &part);
    void read(const std::shared_ptr<Reading> &reading, HttpRequest request, const QByteArray &name,
              const std::function<void(QByteArrayView)> &element, const std::function<void()> &then,
              bool mayLack = false);
    void end(Reading &reading, const std::optional<Problem> &problem);
    void keepPace(const Reading &reading);
    Member tell(const Reading &reading, const ScrapeTarget &target, Known &known, const Assembly *assembly);
    static QList<Sample> samplesOf(const QList<MetricSeries> &all);

    std::unique_ptr<PrometheusConnection> m_connection;
    quint64 m_question = 0;
    Pace m_pace;
    qsizetype m_figures = m_pace.mostFigures; ///< of so many at most by the next reading
    QSet<QString> m_wanted;
    TextPool m_texts;                                      ///< versions, groups, jobs, names of dependencies
    QHash<QByteArray, Known> m_known;                      ///< by job and instance
    QHash<QString, std::pair<QString, QString>> m_targets; ///< job and instance, by URL
};

} // namespace Hephaestus
