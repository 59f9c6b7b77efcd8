// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/deadline.h"
#include "common/base/hostlookup.h"
#include "common/base/peercredentials.h"
#include "common/base/result.h"
#include "common/client/openfiles.h"
#include "common/client/remotehost.h"
#include "common/client/reply.h"
#include "common/client/tlstrust.h"
#include "common/protocol/httpresponseparser.h"
#include "common/protocol/serviceaddress.h"

#include <QObject>

#include <functional>
#include <list>
#include <memory>

class QIODevice;

class QSslConfiguration;

namespace Hephaestus {

class HostConnection;

/// Where requests go: an address, whether through TLS, and what the paths are prefixed by.
struct HttpPeer
{
    ServiceAddress address;
    bool tls = false;
    QString prefix;     ///< empty, or `/…` without a slash at its end, and without the endpoint
    QString endpoint{}; ///< of health, if the address is that of one (`/health/live`, `/actuator/health`); else empty
    /// Whose process may get the token there, besides this user's and root's.
    std::optional<uid_t> user{};
    RemoteHost host{}; ///< the machine on which `address` is looked for, through ssh

    QByteArray hostHeader() const;
    /// Where it is, for a person: `127.0.0.1:8000`, `127.0.0.1:8000 on build1`.
    QString place() const;

    bool operator==(const HttpPeer &) const = default;
};

/// Why `peer`'s token must not be sent to who answers there; empty: it may.
QString whyNoToken(const HttpPeer &peer, const Answerer &answerer);

/// Reads `http(s)://host[:port][/prefix][/endpoint]` or `unix:PATH`; or `ssh://[USER@]HOST[:PORT]/` and one of these,
/// as on that host. A Problem never repeats a password.
Result<HttpPeer> parsePeer(const QString &url);

struct HttpRequest
{
    QByteArray method = "GET";
    QByteArray path;   ///< with the query, percent-encoded
    QByteArray token;  ///< goes only where HttpConnection's description says
    QByteArray accept; ///< the Accept field; empty: none
    QByteArray body;
    QByteArray contentType = "application/json";        ///< of the body
    QList<std::pair<QByteArray, QByteArray>> headers{}; ///< further ones; the caller keeps line breaks out of them
    /// The body of an answer of status 200 goes there as it arrives, instead of into the reply. It must not end the
    /// connection. Null: the reply has it.
    std::function<void(QByteArrayView)> sink{};
    std::chrono::milliseconds timeout{5'000}; ///< for all of it, waiting in the queue included
    qsizetype maximumBody = ServiceReply::MaximumBody;
    bool wantsHead = false;  ///< the reply is to have the fields of its head
    bool repeatable = false; ///< may be sent once more when a kept connection turns out to be closed
};

/// HTTP/1.1 to one peer, over TCP, TLS or a Unix-domain socket: one request at a time, the others queue. The connection
/// is kept between repeatable requests, as long as the peer keeps it and this process may keep another (KeptPlace). Any
/// other request gets a fresh one, and is sent at most once.
///
/// A token is sent through TLS, or to a process of this machine whose user may have it (HttpPeer). Else the request is
/// not sent, and ends as Unauthorized. A service of another host is asked through a Unix socket of ssh
/// (HostConnection), and only if that is a process of this user. Whose process answers on the other side is up to that
/// host. While there is no connection to it, the answer is NotAsked, and says why.
class HttpConnection : public QObject
{
    Q_OBJECT

public:
    /// The reply's error is set for everything but a complete answer of whatever status.
    using Done = std::function<void(ServiceReply)>;

    explicit HttpConnection(HttpPeer peer, QObject *parent = nullptr);
    ~HttpConnection() override;

    using Accepts = std::function<bool(uid_t user)>;

    void send(HttpRequest request, Done done);
    /// From now on no request at all, with or without a token, goes to a process of this machine whose user is not
    /// accepted. It replaces what HttpPeer says of the token.
    void requireUser(Accepts accepts) { m_accepts = std::move(accepts); }
    /// For TLS, instead of what the system trusts; before the first request.
    void setTls(const QSslConfiguration &configuration);
    /// The same by what a service's entry says. Nothing is sent to who has another certificate.
    void setTrust(const TlsTrust &trust);
    /// Forgets all requests without calling back, and closes.
    void abort();

private:
    struct Exchange
    {
        HttpRequest request;
        Done done;
        std::chrono::steady_clock::time_point started;
    };

    void beginNext();
    void setDeadline();
    void timedOut();
    void fail(ClientError error, const QString &message);
    void answerFirst(ServiceReply reply, bool underWay);
    void connectSocket();
    void lookUp();
    void connectTo(const ServiceAddress &address);
    void connectByTls(const ServiceAddress &address);
    void openForward();
    void judgeForward(ClientError error, const QString &message);
    bool tryNextAddress();
    void writeRequest();
    QString whyNotSent(bool withToken);
    void read();
    void complete();
    void closed();
    void broke(ClientError error, const QString &message);
    void dropSocket();

    HttpPeer m_peer;
    QByteArray m_prefix;         ///< of every path
    QByteArray m_head;           ///< what every request says behind its path
    std::list<Exchange> m_queue; ///< the first one is under way
    QIODevice *m_socket = nullptr;
    std::shared_ptr<HostConnection> m_host; ///< null: the peer is not behind one
    std::unique_ptr<QObject> m_forwarding;  ///< while a way through it is waited for, or its failure is judged
    std::chrono::steady_clock::time_point m_forwarded; ///< when the socket was connected to it
    std::unique_ptr<HostLookup> m_lookup;              ///< while a name is looked up
    QStringList m_addresses;                           ///< of the name, not tried yet
    std::shared_ptr<const QSslConfiguration> m_tls;    ///< null: as the system has it
    TlsTrust m_trust;                                  ///< what `m_tls` leaves to be asked
    Accepts m_accepts;                                 ///< empty: whoever answers
    std::optional<Answerer> m_answerer;                ///< on this connection; nothing: not asked yet
    KeptPlace m_place;                                 ///< of the socket, once it is kept
    std::chrono::steady_clock::time_point m_heard;     ///< when the last of the answer came
    HttpResponseParser m_parser;
    Deadline m_deadline{[this] { timedOut(); }};
    bool m_connected = false;
    bool m_reused = false; ///< the present exchange runs on a connection that has served another
    bool m_busy = false;
    bool m_wasReset = false; ///< the way through ssh was: it had not read what was written
};

} // namespace Hephaestus
