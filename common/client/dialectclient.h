// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/client/serviceclient.h"
#include "common/protocol/dialect.h"

#include <memory>

namespace Hephaestus {

/// Asks a service how it is, in whatever dialect it speaks. The one reader of a service's state for command and window.
///
/// An address with a path is asked first, and an answer that speaks of health is enough. Then comes `/health/status`,
/// and where that is not there the usual paths of others. An address that only answers 200 is taken at last, unless it
/// has spoken of health before, or was too long where others do. What was found is asked from then on, until it is not
/// understood any more. A target that is served by this project is asked for nothing else, unless its address has a
/// path. Callbacks as in ServiceClient.
class DialectClient : public QObject
{
    Q_OBJECT

public:
    explicit DialectClient(ServiceTarget target, QObject *parent = nullptr);
    ~DialectClient() override;

    void askStatus(const ServiceClient::Callback<HealthReport> &done);
    /// The same, and of a service that compares its code: ServiceClient::askStatusAnew().
    void askStatusAnew(const ServiceClient::Callback<HealthReport> &done);
    /// More is known of it by now than its target says; less is ignored.
    void narrow(Answers answers);
    /// Drops everything under way without calling back.
    void abort() { m_client.abort(); }
    /// Found by the latest answer that was understood.
    Dialect dialect() const { return m_dialect; }

private:
    using Done = ServiceClient::Callback<HealthReport>;
    struct Place
    {
        QString path;           ///< below the service's prefix
        bool mayBePage = false; ///< that it answers is enough, unless it speaks of health
    };
    struct Round;

    void askGiven(const std::shared_ptr<Round> &round);
    void askOursAgain(const Done &done);
    void askOurs(const std::shared_ptr<Round> &round);
    void judgeOurs(const std::shared_ptr<Round> &round, const Answer<HealthReport> &answer);
    void askNext(const std::shared_ptr<Round> &round);
    void endRound(const std::shared_ptr<Round> &round);
    void askKnown(const Done &done);
    bool mayAskAll();
    bool isOursAlone() const { return m_answers == Answers::Ours && !m_given; }
    Answer<HealthReport> understand(const Place &place, const ServiceReply &reply);
    bool accept(const Place &place, const Answer<HealthReport> &answer, const Done &done);

    ServiceClient m_client;
    std::optional<QString> m_given; ///< the path of the address, below the prefix; nothing: it has none
    Dialect m_dialect = Dialect::Hephaestus;
    std::optional<Place> m_place; ///< where another dialect answers; nothing: none was found
    bool m_isOurs = false;        ///< ours was understood; it is asked without a round
    Answers m_answers;            ///< that can be its own
    int m_pause = 0; ///< how many answers that are not understood are taken as they are before all places are asked
};

} // namespace Hephaestus
