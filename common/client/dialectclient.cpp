// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/client/dialectclient.h"

#include "common/client/httpconnection.h"

#include <array>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr int RetryAfter = 20; ///< answers

/// Where others say how they are; the last is the URL itself.
constexpr std::array<QLatin1StringView, 4> Places{"/actuator/health"_L1, "/minio/health/live"_L1, "/health"_L1, ""_L1};
constexpr std::size_t MinioPlace = 1;
constexpr std::size_t Itself = Places.size() - 1;

/// What calls itself JSON and cannot be read is a service in trouble, not a page.
bool isPage(const ServiceReply &reply)
{
    return !reply.body.trimmed().startsWith('{') && !reply.contentType.startsWith("application/json");
}

/// Something answers, and it is not ours: no such path, or no JSON there.
bool mayBeForeign(const ServiceReply &reply)
{
    if (reply.error == ClientError::HttpStatus)
        return reply.httpStatus == 404 || reply.httpStatus == 405 || reply.httpStatus == 400 || reply.httpStatus == 501;
    return reply.httpStatus == 200 && isPage(reply)
        && (reply.error == ClientError::NotUnderstood || reply.error == ClientError::TooLarge);
}

} // namespace

DialectClient::DialectClient(ServiceTarget target, QObject *parent) : QObject(parent), m_client(target)
{
    const Result<HttpPeer> peer = parsePeer(target.url);
    m_itself = peer && peer->prefix.isEmpty() ? u"/"_s : QString();
}

DialectClient::~DialectClient() = default;

void DialectClient::askStatus(const ServiceClient::Callback<HealthReport> &done)
{
    if (m_place) {
        m_client.get(*m_place == Itself ? m_itself : QString(Places[*m_place]),
                     [this, done](const Answer<QByteArray> &raw) {
                         Answer<HealthReport> answer{understand(*m_place, raw.reply), raw.reply};
                         if (answer.value) {
                             answer.reply.error = ClientError::None;
                             answer.reply.message.clear();
                         } else if (cameFromService(raw.reply.error) && raw.reply.httpStatus < 500) {
                             m_place.reset(); // another service may be there now
                         }
                         done(answer);
                     });
        return;
    }
    m_client.askStatus([this, done](const Answer<HealthReport> &answer) {
        if (answer.value) {
            m_dialect = Dialect::Hephaestus;
            m_pause = 0;
        }
        if (answer.value || !mayBeForeign(answer.reply) || --m_pause > 0)
            return done(answer);
        tryNext(0, answer, done);
    });
}

void DialectClient::tryNext(std::size_t which, const Answer<HealthReport> &first,
                            const ServiceClient::Callback<HealthReport> &done)
{
    if (which == Places.size()) {
        m_pause = RetryAfter;
        return done(first);
    }
    m_client.get(which == Itself ? m_itself : QString(Places[which]),
                 [this, which, first, done](const Answer<QByteArray> &raw) {
                     std::optional<HealthReport> report = understand(which, raw.reply);
                     if (!report)
                         return tryNext(which + 1, first, done);
                     m_place = which;
                     Answer<HealthReport> answer{std::move(report), raw.reply};
                     answer.reply.error = ClientError::None;
                     answer.reply.message.clear();
                     done(answer);
                 });
}

/// As much as it says of itself; sets the dialect.
std::optional<HealthReport> DialectClient::understand(std::size_t which, const ServiceReply &reply)
{
    if (which == MinioPlace) {
        const bool isKnown = m_place == MinioPlace;
        if (!reply.body.isEmpty() || (reply.httpStatus != 200 && !(isKnown && reply.httpStatus == 503)))
            return {};
        m_dialect = Dialect::Minio;
        HealthReport report;
        if (reply.httpStatus != 200)
            report.dependencies << DependencyReport{
                u"service"_s, DependencyStatus::Error, u"answers 503"_s, {}, {}, 0, 0, {}};
        return report;
    }
    // Who is not well says so with 503 and the same kind of body.
    if (reply.error == ClientError::None || (reply.error == ClientError::HttpStatus && reply.httpStatus >= 500)) {
        if (Result<ForeignReport> foreign = decodeForeign(reply.body)) {
            m_dialect = foreign->dialect;
            return foreign->report;
        }
    }
    if (which != Itself || reply.httpStatus != 200
        || (reply.error != ClientError::None && reply.error != ClientError::TooLarge))
        return {};
    m_dialect = Dialect::Reachable;
    return HealthReport();
}

QString DialectClient::baseOf(const QString &url)
{
    for (const QLatin1StringView path : {"/minio/health/live"_L1, "/actuator/health"_L1, "/health/status"_L1,
                                         "/health/live"_L1, "/health/ready"_L1, "/health"_L1}) {
        if (url.endsWith(path))
            return url.chopped(path.size());
    }
    return url;
}

} // namespace Hephaestus
