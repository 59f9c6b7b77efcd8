// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/client/remotehost.h"
#include "common/client/reply.h"
#include "common/client/tlstrust.h"
#include "common/protocol/health.h"
#include "common/protocol/logpage.h"
#include "common/protocol/reportreader.h"

#include <QObject>
#include <QSet>

#include <functional>
#include <memory>

#include <sys/types.h>

namespace Hephaestus {

class HttpConnection;
struct HttpPeer;
struct HttpRequest;

/// What can be the answer of a service. Each is a part of the one before.
enum class Answers {
    Any,
    Health, ///< it has spoken of health: a page is not its answer
    Ours,   ///< it speaks this project's protocol, and no other dialect
};

/// Whom to ask, and with what right.
struct ServiceTarget
{
    QString url;                 ///< `http(s)://host:port[/prefix]`, `unix:PATH`, or those behind `ssh://HOST/`
    QString token;               ///< sent as `Authorization: Bearer` to the service alone (HttpConnection); empty: none
    std::optional<uid_t> user{}; ///< whose process the service is, if neither this user's nor root's
    RemoteHost host{};           ///< with a name that a person knows, of a `url` behind ssh
    TlsTrust trust{};            ///< of a `url` with https
    Answers answers = Answers::Any; ///< what is known of it
    QString whyNoToken{};           ///< there is a token that must not be sent: what is told of a 401, as a sentence

    bool operator==(const ServiceTarget &) const = default;
};

/// Asks one service. Nothing blocks. Every call takes a callback, which is called exactly once, from the event loop of
/// the client's thread and never from within the call. Once the client is destroyed, nothing is called.
///
/// A change carries the token. A read carries it only once a read of that path asked for it: by 401, or by a challenge
/// (WWW-Authenticate) beside its answer.
///
/// Limits: a read may take 5 s and 64 KiB in all, a report 4 MiB (5,000 dependencies have one), and so a page of logs.
/// Redirects are not followed; there are no cookies and no proxies. Reads share one kept connection and queue on it.
/// Calls that change something each have a connection of their own, and are never sent twice. QNetworkAccessManager
/// would send a POST again when the peer closes without an answer; the second one would shut down the successor.
class ServiceClient : public QObject
{
    Q_OBJECT

public:
    template <typename T>
    using Callback = std::function<void(const Answer<T> &)>;

    static constexpr std::chrono::milliseconds ReadTimeout{5'000};
    /// Of a service's report: what a service of ours says, ours can read.
    static constexpr qsizetype MaximumReport = 4 * 1024 * 1024;
    /// A blocking shutdown: longer than any service's own budget ought to be.
    static constexpr std::chrono::milliseconds ShutdownTimeout{600'000};

    /// How long a service may compare its code for askStatusAnew().
    static constexpr std::chrono::seconds LongestComparison{3};
    /// All checks of the service together.
    static constexpr std::chrono::milliseconds CheckTimeout{30'000};

    explicit ServiceClient(ServiceTarget target, QObject *parent = nullptr);
    ~ServiceClient() override;

    /// HttpConnection::requireUser(), for every request from now on.
    void requireUser(std::function<bool(uid_t user)> accepts) { m_accepts = std::move(accepts); }

    const ServiceTarget &target() const { return m_target; }

    void askLive(const Callback<BasicHealth> &done);
    void askStatus(const Callback<HealthReport> &done);
    /// The same after the service has compared its code once more, which it may take some seconds for. A verdict that
    /// is older than the question is made Unknown: fresh then is fresh now. Sets CodeReport::isConclusive.
    void askStatusAnew(const Callback<HealthReport> &done);
    /// Blocks on the service's side until its clean-up is done. A value is there for 200 and for 500 with a result.
    void shutdown(const Callback<ShutdownResult> &done, std::chrono::milliseconds timeout = ShutdownTimeout);
    void schedule(std::optional<Seconds> delay, const Callback<Acknowledgement> &done);
    void cancelSchedule(const Callback<Acknowledgement> &done);
    void restart(const Callback<Acknowledgement> &done);
    /// Runs every dependency check of the service now.
    void check(const Callback<HealthReport> &done);
    /// Which of these files, absolute, the service's process loaded; they must fit into a request's head.
    void askCode(const QByteArrayList &paths, const Callback<QList<CodeFile>> &done);
    /// Lines of its output. Of a service that knows no positions it is what it sent as plain text, with times and a
    /// LogPage::log that are empty.
    void logs(const LogQuery &query, const Callback<LogPage> &done);
    /// GET of any path, with the same limits: for services that speak another dialect.
    void get(const QString &path, const Callback<QByteArray> &done);
    /// POST without a body, likewise.
    void post(const QString &path, const Callback<QByteArray> &done);

    /// Drops everything under way without calling back, and closes the kept connection.
    void abort();

private:
    using Raw = std::function<void(ServiceReply)>;
    void read(const QByteArray &target, const Raw &done, qsizetype maximumBody = ServiceReply::MaximumBody);
    void send(HttpRequest request, const Raw &done);
    void sendRead(HttpRequest request, const Raw &done);
    HttpConnection *makeConnection();
    void change(const QByteArray &method, const QString &path, const QByteArray &body,
                std::chrono::milliseconds timeout, const Raw &done, qsizetype maximumBody = ServiceReply::MaximumBody);
    void answerLater(ServiceReply reply, const Raw &done);
    ServiceReply explained(ServiceReply reply) const;

    ServiceTarget m_target;
    std::unique_ptr<HttpPeer> m_peer; ///< null: the URL or the token is wrong
    QString m_problem;                ///< and why
    std::function<bool(uid_t user)> m_accepts;
    QSet<QByteArray> m_tokenPaths; ///< whose reads asked for the token
    HttpConnection *m_reads = nullptr;
    ReportReader m_reports;
    quint64 m_generation = 0; ///< abort() begins a new one; answers to an older one bounce
};

} // namespace Hephaestus
