// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/client/dialectclient.h"

#include "common/base/printable.h"
#include "common/client/httpconnection.h"
#include "common/protocol/endpoints.h"

#include <algorithm>
#include <array>
#include <utility>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr int RetryAfter = 20; ///< answers

/// Where others say how they are.
constexpr std::array<QLatin1StringView, 4> Places{"/actuator/health"_L1, "/minio/health/live"_L1, "/health"_L1,
                                                  "/healthz"_L1};
constexpr QLatin1StringView MinioPlace = Places[1];

bool isSuccess(const ServiceReply &reply) { return reply.httpStatus >= 200 && reply.httpStatus < 300; }

/// `text/html` of `Text/HTML; charset=utf-8`.
QByteArray mediaType(const ServiceReply &reply) { return reply.contentType.split(';').first().trimmed().toLower(); }

/// What calls itself JSON and cannot be read is a service in trouble, not a page. What was too long to be read may
/// speak of health, unless it calls itself a page.
bool isPage(const ServiceReply &reply)
{
    const QByteArray type = mediaType(reply);
    if (!isSuccess(reply) || reply.body.trimmed().startsWith('{') || type.endsWith("/json") || type.endsWith("+json"))
        return false;
    return reply.error != ClientError::TooLarge || type == "text/html" || type == "application/xhtml+xml";
}

/// It may say that something fails, and nobody knows.
bool isUnreadHealth(const Answer<HealthReport> &answer)
{
    return !answer.value && answer.reply.error == ClientError::TooLarge && isSuccess(answer.reply)
        && !isPage(answer.reply);
}

/// Something answers, and it is not ours: no such path, not for us, or no JSON there. Not so a service that fails.
bool mayBeForeign(const ServiceReply &reply)
{
    static constexpr std::array statuses{400, 401, 403, 404, 405, 501};
    const bool isElsewhere = (reply.httpStatus >= 300 && reply.httpStatus < 400)
        || std::find(statuses.begin(), statuses.end(), reply.httpStatus) != statuses.end();
    return (cameFromService(reply.error) && isElsewhere)
        || (isPage(reply)
            && (reply.error == ClientError::NotUnderstood || reply.error == ClientError::TooLarge
                || reply.error == ClientError::HttpStatus));
}

/// Nothing but that there is no such path: then the address itself may still be a page that answers.
bool isMissing(const ServiceReply &reply)
{
    return isPage(reply) || reply.httpStatus == 404 || reply.httpStatus == 405 || reply.httpStatus == 400
        || reply.httpStatus == 501;
}

Answer<HealthReport> notUnderstood(ServiceReply reply, const QString &why)
{
    reply.error = ClientError::NotUnderstood;
    reply.message = u"the answer is not understood: "_s + printable(why);
    return {{}, std::move(reply)};
}

HealthReport pageReport()
{
    HealthReport report;
    report.isPage = true;
    return report;
}

/// Whoever keeps the answer keeps no more of the body than of any other.
Answer<HealthReport> bounded(Answer<HealthReport> answer)
{
    if (answer.reply.body.size() > ServiceReply::MaximumBody)
        answer.reply.body = QByteArray(answer.reply.body.constData(), ServiceReply::MaximumBody);
    return answer;
}

/// Only a report of ours may be longer than any other body. Where it was found before, another program's would be
/// refused.
Answer<HealthReport> refuseLongOfOthers(Answer<HealthReport> answer)
{
    const QByteArray &body = answer.reply.body;
    if (body.size() <= ServiceReply::MaximumBody || isPage(answer.reply) || looksLikeOurs(body))
        return answer;
    answer.value.reset();
    answer.reply.error = ClientError::TooLarge;
    answer.reply.message = u"the answer is longer than %1 bytes"_s.arg(ServiceReply::MaximumBody);
    answer.reply.isWhole = false;
    return bounded(std::move(answer));
}

} // namespace

/// One search for the place where a service says how it is.
struct DialectClient::Round
{
    Done done;
    /// What the address itself answered: a page, or a body of ours that tells no dependencies.
    std::optional<Answer<HealthReport>> fallback;
    bool isPage = false;        ///< the fallback is
    Answer<HealthReport> first; ///< told if nothing is found
    bool hasFirst = false;
    bool oursIsMissing = false;
    bool hasUnreadHealth = false; ///< where health is told, too much was: no page stands for it
    std::size_t next = 0;
};

DialectClient::DialectClient(ServiceTarget target, QObject *parent)
    : QObject(parent)
    , m_client(target)
    , m_answers(target.answers)
{
    const Result<HttpPeer> peer = parsePeer(target.url);
    if (peer && !(peer->prefix + peer->endpoint).isEmpty() && peer->endpoint != Endpoint::Status)
        m_given = peer->endpoint;
}

DialectClient::~DialectClient() = default;

void DialectClient::narrow(Answers answers)
{
    m_answers = std::max(m_answers, answers);
    if (m_answers != Answers::Any && m_dialect == Dialect::Reachable)
        m_place.reset();
}

void DialectClient::askStatus(const Done &done)
{
    if (m_place)
        return askKnown(done);
    if (m_isOurs)
        return askOursAgain(done);
    const auto round = std::make_shared<Round>();
    round->done = done;
    if (m_given)
        askGiven(round);
    else
        askOurs(round);
}

void DialectClient::askStatusAnew(const Done &done)
{
    askStatus([this, done](const Answer<HealthReport> &answer) {
        if (answer.value && answer.value->capabilities.contains(u"code"_s))
            m_client.askStatusAnew(done);
        else
            done(answer);
    });
}

/// Where it was found before. What is not understood there begins a new round at the next call.
void DialectClient::askKnown(const Done &done)
{
    m_client.get(m_place->path, [this, done](const Answer<QByteArray> &raw) {
        const Answer<HealthReport> answer = understand(*m_place, raw.reply);
        if (!answer.value && cameFromService(answer.reply.error) && answer.reply.httpStatus < 500)
            m_place.reset(); // another service may be there now
        done(answer);
    });
}

void DialectClient::askGiven(const std::shared_ptr<Round> &round)
{
    m_client.get(*m_given, [this, round](const Answer<QByteArray> &raw) {
        const Place place{*m_given, true};
        const Answer<HealthReport> answer = understand(place, raw.reply);
        round->isPage = answer.value && m_dialect == Dialect::Reachable;
        if (answer.value && !round->isPage && !looksLikeOurs(answer.reply.body))
            return (void)accept(place, answer, round->done);
        if (answer.value) {
            round->fallback = answer;
        } else {
            round->first = answer;
            round->hasFirst = true;
            if (!mayBeForeign(answer.reply) || !mayAskAll())
                return round->done(answer);
        }
        askOurs(round);
    });
}

/// Where it was found before, as it is of thousands every second: only what is not understood there begins a round.
void DialectClient::askOursAgain(const Done &done)
{
    m_client.askStatus([this, done](const Answer<HealthReport> &answer) {
        if (answer.value && m_isOurs && answer.reply.body.size() <= ServiceReply::MaximumBody) {
            m_dialect = Dialect::Hephaestus;
            m_pause = 0;
            return done(answer);
        }
        const auto round = std::make_shared<Round>();
        round->done = done;
        judgeOurs(round, m_isOurs ? answer : refuseLongOfOthers(answer));
    });
}

void DialectClient::askOurs(const std::shared_ptr<Round> &round)
{
    m_client.askStatus([this, round](const Answer<HealthReport> &answer) {
        judgeOurs(round, m_isOurs ? answer : refuseLongOfOthers(answer));
    });
}

void DialectClient::judgeOurs(const std::shared_ptr<Round> &round, const Answer<HealthReport> &answer)
{
    // A body that only says "healthy" may be another program's, which names in its own way what fails.
    const bool mayBeAnother = !isOursAlone() && isSuccess(answer.reply) && !m_isOurs && !isPage(answer.reply)
        && !looksLikeOurs(answer.reply.body);
    if (const Place place{QString(Endpoint::Status)};
        mayBeAnother && accept(place, understand(place, answer.reply), round->done))
        return;
    if (answer.value) {
        m_dialect = Dialect::Hephaestus;
        m_isOurs = true;
        m_answers = std::max(m_answers, Answers::Health);
        m_pause = 0;
        return round->done(bounded(answer));
    }
    m_isOurs = false;
    if (!round->hasFirst)
        round->first = bounded(answer);
    round->hasUnreadHealth = isUnreadHealth(answer);
    round->oursIsMissing = isMissing(answer.reply);
    if (isOursAlone() || !mayBeForeign(answer.reply))
        return endRound(round);
    if (!m_given && !mayAskAll())
        return round->done(round->first);
    askNext(round);
}

/// Whether this round may try every place; else the answer is taken as it is.
bool DialectClient::mayAskAll() { return --m_pause <= 0; }

void DialectClient::askNext(const std::shared_ptr<Round> &round)
{
    const bool isLast = round->next == Places.size();
    const bool mayBePage = !m_given && round->oursIsMissing && !round->hasUnreadHealth && m_answers == Answers::Any;
    if (round->next > Places.size() || (isLast && !mayBePage))
        return endRound(round);
    const Place place = isLast ? Place{u"/"_s, true} : Place{QString(Places[round->next])};
    ++round->next;
    m_client.get(place.path, [this, round, place](const Answer<QByteArray> &raw) {
        const Answer<HealthReport> answer = understand(place, raw.reply);
        // Ours at a place of less detail, while its status is refused, is not known to be well.
        if (answer.value && !round->oursIsMissing && looksLikeOurs(answer.reply.body))
            return endRound(round);
        if (isUnreadHealth(answer) && !std::exchange(round->hasUnreadHealth, true))
            round->first = answer;
        if (!accept(place, answer, round->done))
            askNext(round);
    });
}

void DialectClient::endRound(const std::shared_ptr<Round> &round)
{
    if (round->fallback && !round->hasUnreadHealth && (round->isPage || round->oursIsMissing)) {
        m_dialect = round->isPage ? Dialect::Reachable : Dialect::Plain;
        accept({*m_given, true}, *round->fallback, round->done);
        return;
    }
    m_pause = RetryAfter;
    round->done(round->first);
}

bool DialectClient::accept(const Place &place, const Answer<HealthReport> &answer, const Done &done)
{
    if (!answer.value)
        return false;
    m_place = place;
    m_isOurs = false;
    m_pause = 0;
    done(answer);
    return true;
}

/// As much as it says of itself; sets the dialect.
Answer<HealthReport> DialectClient::understand(const Place &place, const ServiceReply &reply)
{
    Answer<HealthReport> answer{{}, reply};
    const auto says = [&](Dialect dialect, const HealthReport &report) {
        m_dialect = dialect;
        if (dialect != Dialect::Reachable)
            m_answers = std::max(m_answers, Answers::Health);
        answer.value = report;
        answer.reply.error = ClientError::None;
        answer.reply.message.clear();
        return answer;
    };
    if (reply.httpStatus == 0)
        return answer;
    if (place.path == MinioPlace && reply.isWhole && reply.body.isEmpty()
        && (reply.httpStatus == 200 || reply.httpStatus == 503)) {
        HealthReport report;
        if (reply.httpStatus != 200)
            report.dependencies << DependencyReport{
                u"service"_s, DependencyStatus::Error, u"answers 503"_s, {}, {}, 0, 0, {}};
        return says(Dialect::Minio, report);
    }
    if (reply.isWhole) {
        const Result<std::optional<ForeignReport>> foreign = readForeign(reply.httpStatus, reply.body);
        if (!foreign)
            return isSuccess(reply) ? notUnderstood(reply, foreign.problem().text()) : answer;
        if (*foreign)
            return says((*foreign)->dialect, (*foreign)->report);
    }
    const bool answers = isPage(reply) ? reply.isWhole || reply.error == ClientError::TooLarge
                                       : reply.isWhole && isSuccess(reply) && !reply.body.isEmpty();
    if (place.mayBePage && answers && m_answers == Answers::Any)
        return says(Dialect::Reachable, pageReport());
    return reply.isWhole && isSuccess(reply) ? notUnderstood(reply, u"it says nothing of health"_s) : answer;
}

} // namespace Hephaestus
