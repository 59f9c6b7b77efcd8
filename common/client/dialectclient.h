// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/client/serviceclient.h"
#include "common/protocol/dialect.h"

namespace Hephaestus {

/// Asks a service how it is, in whatever dialect it speaks. Ours is tried first; where that path is not there, the
/// usual paths of others, and at last the URL itself. What was found is asked from then on, until it is not understood
/// any more. Callbacks as in ServiceClient.
class DialectClient : public QObject
{
    Q_OBJECT

public:
    explicit DialectClient(ServiceTarget target, QObject *parent = nullptr);
    ~DialectClient() override;

    void askStatus(const ServiceClient::Callback<HealthReport> &done);
    /// Drops everything under way without calling back.
    void abort() { m_client.abort(); }
    /// Found by the latest answer that was understood.
    Dialect dialect() const { return m_dialect; }

    /// The URL of the service when somebody pastes that of one of its health endpoints.
    static QString baseOf(const QString &url);

private:
    void tryNext(std::size_t which, const Answer<HealthReport> &first,
                 const ServiceClient::Callback<HealthReport> &done);
    std::optional<HealthReport> understand(std::size_t which, const ServiceReply &reply);

    ServiceClient m_client;
    QString m_itself; ///< the path of the URL as it was given
    Dialect m_dialect = Dialect::Hephaestus;
    std::optional<std::size_t> m_place; ///< where the dialect answers; nothing: at ours
    int m_pause =
        0; ///< how many answers that are not understood are taken as they are before all places are tried again
};

} // namespace Hephaestus
