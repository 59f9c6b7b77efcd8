// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/client/httpconnection.h"

#include "common/base/duration.h"
#include "common/base/post.h"
#include "common/base/printable.h"
#include "common/base/username.h"
#include "common/client/hostconnection.h"
#include "common/client/plainsocket.h"

#include <QNetworkProxy>
#include <QPointer>
#include <QSslConfiguration>
#include <QSslSocket>
#include <QTimer>
#include <QUrl>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <unistd.h>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;
using std::chrono::steady_clock;

constexpr qint64 ReadBuffer = 64 * 1024; ///< what the socket itself may hold
/// After ssh has closed a connection: until it has told why, or has been seen to end.
constexpr std::chrono::milliseconds ForwardJudgement{100};

struct Failure
{
    ClientError error;
    QString message;
};

Failure explain(QAbstractSocket::SocketError error, const QString &text, const QString &peer)
{
    switch (error) {
    case QAbstractSocket::ConnectionRefusedError:
        return {ClientError::Refused, u"%1 refused the connection: nothing listens there"_s.arg(peer)};
    case QAbstractSocket::RemoteHostClosedError:
        return {ClientError::Disconnected, u"%1 closed the connection before it had answered"_s.arg(peer)};
    case QAbstractSocket::HostNotFoundError:
        return {ClientError::HostNotFound, u"the host of %1 has no address"_s.arg(peer)};
    case QAbstractSocket::SocketTimeoutError:
        return {ClientError::Timeout, u"%1 did not answer the connection"_s.arg(peer)};
    case QAbstractSocket::SocketResourceError:
        return {ClientError::Local, u"no connection to %1: this machine is out of sockets (%2)"_s.arg(peer, text)};
    case QAbstractSocket::SslHandshakeFailedError:
    case QAbstractSocket::SslInternalError:
    case QAbstractSocket::SslInvalidUserDataError: return {ClientError::Tls, u"no TLS with %1: %2"_s.arg(peer, text)};
    case QAbstractSocket::NetworkError:
    case QAbstractSocket::SocketAccessError: return {ClientError::Unreachable, u"no way to %1: %2"_s.arg(peer, text)};
    default: return {ClientError::Local, u"no connection to %1: %2"_s.arg(peer, text)};
    }
}

/// Of a PlainSocket, in the same words.
Failure explain(int error, const HttpPeer &there)
{
    const QString text = QString::fromLocal8Bit(std::strerror(error));
    const QString peer = there.place();
    const bool isPath = there.address.kind == ServiceAddress::Kind::Unix;
    switch (error) {
    case ECONNREFUSED: return explain(QAbstractSocket::ConnectionRefusedError, text, peer);
    case ECONNRESET:
    case EPIPE: return explain(QAbstractSocket::RemoteHostClosedError, text, peer);
    case ETIMEDOUT: return explain(QAbstractSocket::SocketTimeoutError, text, peer);
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    case EADDRNOTAVAIL: return explain(QAbstractSocket::SocketResourceError, text, peer);
    case ENOENT:
    case ENOTDIR: return {ClientError::Refused, u"there is no socket %1"_s.arg(peer)};
    case EACCES:
    case EPERM:
        if (isPath)
            return {ClientError::Unauthorized, u"no permission to open the socket %1"_s.arg(peer)};
        [[fallthrough]];
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH: return explain(QAbstractSocket::NetworkError, text, peer);
    default: return {ClientError::Local, u"no connection to %1: %2"_s.arg(peer, text)};
    }
}

int descriptorOf(QIODevice *socket)
{
    if (const auto *plain = qobject_cast<PlainSocket *>(socket))
        return plain->descriptor();
    return int(qobject_cast<QAbstractSocket *>(socket)->socketDescriptor());
}

} // namespace

// ---- the peer ----------------------------------------------------------------------------------------

QByteArray HttpPeer::hostHeader() const
{
    return address.kind == ServiceAddress::Kind::Unix ? "localhost" : address.text().toLatin1();
}

QString HttpPeer::place() const
{
    return host.isHere() ? address.text() : u"%1 on %2"_s.arg(address.text(), host.name);
}

/// Of a service that is asked through ssh, which encrypts.
static Result<HttpPeer> peerThrough(const RemoteHost &host, const QString &url)
{
    if (const QString why = whyNoDestination(host.ssh); !why.isEmpty())
        return Problem{{}, u"\"%1\": %2"_s.arg(printable(host.ssh.left(140)), why)};
    Result<HttpPeer> peer = splitUrl(url) ? Problem{{}, u"one host is enough"_s} : parsePeer(url);
    if (!peer)
        return peer;
    const ServiceAddress &address = peer->address;
    if (peer->tls || (address.kind == ServiceAddress::Kind::Unix && !address.path.startsWith(u'/')))
        return Problem{{},
                       u"\"%1\": through ssh, expected http://HOST:PORT or unix:/PATH, as on that machine"_s.arg(
                           withoutPassword(url).left(140))};
    peer->host = host;
    return peer;
}

Result<HttpPeer> parsePeer(const QString &text)
{
    if (const auto parts = splitUrl(text))
        return peerThrough(parts->first, parts->second);
    if (text.startsWith("unix:"_L1)) {
        Result<ServiceAddress> address = parseServiceAddress(text);
        if (!address)
            return address.problem();
        return HttpPeer{*address, false, {}, {}, {}, {}};
    }
    const QUrl url(text, QUrl::StrictMode);
    const bool tls = url.scheme() == "https"_L1;
    if (!url.isValid() || (!tls && url.scheme() != "http"_L1) || url.host().isEmpty() || url.port(1) == 0)
        return Problem{{},
                       u"\"%1\": expected http://HOST:PORT, https://HOST:PORT or unix:PATH"_s.arg(
                           withoutPassword(text).left(140))};
    if (!url.userInfo().isEmpty() || url.hasQuery() || url.hasFragment())
        return Problem{
            {}, u"\"%1\": a service's address has no user, query or fragment"_s.arg(withoutPassword(text).left(140))};
    QString prefix = url.path(QUrl::FullyEncoded);
    while (prefix.endsWith(u'/'))
        prefix.chop(1);
    QString endpoint;
    for (const QLatin1StringView path : {"/minio/health/live"_L1, "/actuator/health"_L1, "/health/status"_L1,
                                         "/health/live"_L1, "/health/ready"_L1, "/health"_L1, "/healthz"_L1}) {
        if (prefix.endsWith(path)) {
            endpoint = path;
            prefix.chop(path.size());
            break;
        }
    }
    const ServiceAddress address{
        ServiceAddress::Kind::Tcp, url.host(QUrl::EncodeUnicode), quint16(url.port(tls ? 443 : 80)), {}};
    return HttpPeer{address, tls, prefix, endpoint, {}, {}};
}

QString whyNoToken(const HttpPeer &peer, const Answerer &answerer)
{
    const QString where = peer.place();
    if (peer.tls)
        return {};
    if (!answerer.isHere)
        return u"the token is not sent to %1: that is another machine, and the address is not https"_s.arg(where);
    if (!answerer.user)
        return u"the token is not sent to %1: which user's process listens there cannot be told"_s.arg(where);
    if (*answerer.user == ::geteuid() || *answerer.user == 0 || answerer.user == peer.user)
        return {};
    const QString name = userName(*answerer.user);
    return u"the token is not sent to %1: a process of another user (%2) listens there; if that is the service, "
           u"write user = \"%2\" in its fleet entry"_s.arg(where, name);
}

// ---- the queue ---------------------------------------------------------------------------------------

HttpConnection::HttpConnection(HttpPeer peer, QObject *parent) : QObject(parent), m_peer(std::move(peer))
{
    m_prefix = m_peer.prefix.toLatin1();
    m_head = " HTTP/1.1\r\nHost: " + m_peer.hostHeader()
        + "\r\nUser-Agent: hephaestus/" HEPHAESTUS_VERSION "\r\nAccept-Encoding: identity\r\n";
    if (!m_peer.host.isHere())
        m_host = HostConnection::to(m_peer.host);
}

HttpConnection::~HttpConnection() { dropSocket(); }

void HttpConnection::send(HttpRequest request, Done done)
{
    m_queue.push_back({std::move(request), std::move(done), steady_clock::now()});
    setDeadline();
    if (m_busy)
        return;
    const HttpRequest &next = m_queue.front().request;
    if (m_connected && next.repeatable && next.token.isEmpty() && !m_accepts)
        beginNext(); // only writes: nothing can come of it before the event loop runs
    else
        post(this, &HttpConnection::beginNext);
}

void HttpConnection::setTls(const QSslConfiguration &configuration)
{
    m_tls = std::make_shared<QSslConfiguration>(configuration);
}

void HttpConnection::setTrust(const TlsTrust &trust)
{
    m_trust = trust;
    setTls(configurationOf(trust));
}

void HttpConnection::abort()
{
    m_queue.clear();
    m_busy = false;
    m_deadline.withdraw();
    dropSocket();
}

void HttpConnection::beginNext()
{
    if (m_busy || m_queue.empty())
        return;
    m_busy = true;
    m_parser = HttpResponseParser(m_queue.front().request.maximumBody);
    m_parser.setSink(m_queue.front().request.sink);
    if (m_socket && !m_queue.front().request.repeatable)
        dropSocket();
    m_reused = m_socket != nullptr;
    if (m_socket)
        writeRequest();
    else
        connectSocket();
}

void HttpConnection::setDeadline()
{
    if (m_queue.empty())
        return m_deadline.withdraw();
    auto deadline = steady_clock::time_point::max();
    for (const Exchange &exchange : m_queue)
        deadline = std::min(deadline, exchange.started + exchange.request.timeout);
    m_deadline.set(deadline);
}

/// Ends the first exchange whose time is up; the deadline is set anew for others.
void HttpConnection::timedOut()
{
    const auto now = steady_clock::now();
    const auto late = std::find_if(m_queue.begin(), m_queue.end(), [&](const Exchange &exchange) {
        return exchange.started + exchange.request.timeout <= now;
    });
    if (late == m_queue.end())
        return setDeadline();
    const bool underWay = m_busy && late == m_queue.begin();
    m_queue.splice(m_queue.begin(), m_queue, late);
    const QString time = formatDuration(m_queue.front().request.timeout);
    const QString peer = m_peer.place();
    if (!underWay) // behind another one, whose connection stays
        return answerFirst(
            {ClientError::Timeout, u"%1 was busy with another request for %2"_s.arg(peer, time), 0, {}, {}}, false);
    if (m_host && !m_host->isOpen()) // the service was not asked
        return fail(
            ClientError::HostLost,
            hostTrouble(m_peer.host,
                        m_host->trouble().isEmpty() ? u"ssh: no connection within %1"_s.arg(time) : m_host->trouble()));
    fail(ClientError::Timeout,
         m_connected && !m_host ? u"%1 took the connection, but did not answer within %2"_s.arg(peer, time)
             : m_connected      ? u"%1 did not answer through ssh within %2"_s.arg(peer, time)
                                : u"no connection to %1 within %2"_s.arg(peer, time));
}

void HttpConnection::fail(ClientError error, const QString &message)
{
    dropSocket();
    answerFirst({error, message, m_parser.status(), m_parser.body(), {}}, true);
}

/// Hands the reply to the first in the queue. The callback may destroy this.
void HttpConnection::answerFirst(ServiceReply reply, bool underWay)
{
    Exchange exchange = std::move(m_queue.front());
    m_queue.pop_front();
    if (underWay)
        m_busy = false;
    setDeadline();
    if (!m_busy && !m_queue.empty())
        post(this, &HttpConnection::beginNext);
    const bool isHeard = reply.isWhole && m_heard > exchange.started;
    reply.latency = (isHeard ? m_heard : steady_clock::now()) - exchange.started;
    if (reply.httpStatus != 0) {
        reply.contentType = m_parser.header("content-type");
        reply.wantsToken = m_parser.header("www-authenticate").toLower().startsWith("bearer");
        if (exchange.request.wantsHead)
            reply.head = m_parser.headers();
    }
    if (underWay)
        m_parser = HttpResponseParser(); // thousands of connections wait most of the time
    exchange.done(std::move(reply));
}

// ---- the socket --------------------------------------------------------------------------------------

void HttpConnection::connectSocket()
{
    m_addresses.clear();
    if (m_host)
        openForward();
    else if (PlainSocket::canReach(m_peer.address))
        connectTo(m_peer.address);
    else
        lookUp();
}

void HttpConnection::openForward()
{
    m_forwarding = std::make_unique<QObject>();
    m_host->forward(m_peer.address, m_forwarding.get(), [this](const Result<QString> &path) {
        if (!path)
            return fail(ClientError::HostLost, hostTrouble(m_peer.host, path.problem().what));
        m_forwarded = steady_clock::now();
        m_wasReset = false;
        connectTo({ServiceAddress::Kind::Unix, {}, 0, *path});
    });
}

/// What became of a connection that ssh has closed: it is told a little later whether ssh itself has ended, or could
/// not connect on the other side.
void HttpConnection::judgeForward(ClientError error, const QString &message)
{
    dropSocket();
    m_forwarding = std::make_unique<QObject>();
    QTimer::singleShot(ForwardJudgement, m_forwarding.get(), [this, error, message] {
        if (!m_host->isOpen())
            return fail(ClientError::HostLost, hostTrouble(m_peer.host, m_host->trouble()));
        // ssh reads no request before it is connected over there: then what we wrote is lost.
        const QString refusal = m_wasReset ? m_host->refusedSince(m_forwarded) : QString();
        if (refusal.isEmpty())
            return fail(error, message);
        if (refusal.contains("Connection refused"_L1) || refusal.contains("No such file"_L1))
            return fail(ClientError::Refused,
                        u"%1 refused the connection: nothing listens there"_s.arg(m_peer.place()));
        fail(ClientError::Unreachable,
             u"no way to %1: ssh could not connect there (%2)"_s.arg(m_peer.place(), refusal));
    });
}

void HttpConnection::lookUp()
{
    using namespace std::chrono_literals;
    // Shorter than the request may take, so that the message can say that it was the name.
    const auto timeout = std::min<std::chrono::milliseconds>(m_queue.front().request.timeout * 3 / 5, 10s);
    m_lookup = std::make_unique<HostLookup>();
    connect(m_lookup.get(), &HostLookup::finished, this,
            [this, timeout](HostLookup::Outcome outcome, const QStringList &addresses) {
                m_lookup.release()->deleteLater(); // it is calling us
                const QString peer = m_peer.place();
                m_addresses = addresses;
                if (outcome == HostLookup::Outcome::TimedOut)
                    fail(ClientError::Timeout,
                         u"the name of %1 was not resolved within %2: no name server answers"_s.arg(
                             peer, formatDuration(timeout)));
                else if (!tryNextAddress())
                    fail(ClientError::HostNotFound, u"the host of %1 has no address"_s.arg(peer));
            });
    m_lookup->start(m_peer.address.host, timeout);
}

bool HttpConnection::tryNextAddress()
{
    if (m_addresses.isEmpty())
        return false;
    ServiceAddress address = m_peer.address;
    address.host = m_addresses.takeFirst();
    connectTo(address);
    return true;
}

/// With a numeric host, or the path of a Unix-domain socket.
void HttpConnection::connectTo(const ServiceAddress &address)
{
    if (m_peer.tls)
        return connectByTls(address);
    auto *socket = new PlainSocket(this);
    m_socket = socket;
    connect(socket, &PlainSocket::connected, this, &HttpConnection::writeRequest);
    connect(socket, &PlainSocket::disconnected, this, &HttpConnection::closed);
    connect(socket, &PlainSocket::readyRead, this, &HttpConnection::read);
    connect(socket, &PlainSocket::failed, this, [this](int error) {
        m_wasReset = error == ECONNRESET;
        const Failure failure = explain(error, m_peer);
        broke(failure.error, failure.message);
    });
    socket->connectTo(address);
}

void HttpConnection::connectByTls(const ServiceAddress &address)
{
    auto *socket = new QSslSocket(this);
    m_socket = socket;
    socket->setProxy(QNetworkProxy::NoProxy);
    socket->setReadBufferSize(ReadBuffer);
    if (m_tls)
        socket->setSslConfiguration(*m_tls);
    connect(socket, &QAbstractSocket::disconnected, this, &HttpConnection::closed);
    connect(socket, &QAbstractSocket::readyRead, this, &HttpConnection::read);
    connect(socket, &QAbstractSocket::errorOccurred, this, [this, socket](QAbstractSocket::SocketError error) {
        Failure failure = explain(error, socket->errorString(), m_peer.place());
        if (!m_connected && failure.error == ClientError::Disconnected)
            failure = {ClientError::Tls, u"%1 closed the connection during the TLS handshake"_s.arg(m_peer.place())};
        if (failure.error == ClientError::Tls
            && !socket->peerCertificate().isNull()) // for a person to compare, and pin
            failure.message += u" (fingerprint of its certificate: SHA256:%1)"_s.arg(
                fingerprintText(fingerprintOf(socket->peerCertificate())));
        broke(failure.error, failure.message);
    });
    connect(socket, &QSslSocket::encrypted, this, [this, socket] {
        const QString why = whyNotTaken(m_trust, socket->peerCertificate());
        if (!why.isEmpty())
            return fail(ClientError::Tls, u"%1 is not asked: %2"_s.arg(m_peer.place(), why));
        writeRequest();
    });
    socket->connectToHostEncrypted(address.host, m_peer.address.port, m_peer.address.host);
}

void HttpConnection::writeRequest()
{
    if (!m_connected) {
        m_connected = true;
        if (auto *socket = qobject_cast<QAbstractSocket *>(m_socket))
            socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    }
    const HttpRequest &request = m_queue.front().request;
    if (const QString why = whyNotSent(!request.token.isEmpty()); !why.isEmpty())
        return fail(ClientError::Unauthorized, why);
    QByteArray bytes;
    bytes.reserve(request.method.size() + m_prefix.size() + request.path.size() + m_head.size() + request.token.size()
                  + request.body.size() + 128);
    bytes.append(request.method).append(' ').append(m_prefix).append(request.path).append(m_head);
    if (!request.token.isEmpty())
        bytes.append("Authorization: Bearer ").append(request.token).append("\r\n");
    if (!request.accept.isEmpty())
        bytes.append("Accept: ").append(request.accept).append("\r\n");
    for (const auto &[name, value] : request.headers)
        bytes.append(name).append(": ").append(value).append("\r\n");
    if (!request.repeatable)
        bytes += "Connection: close\r\n";
    if (!request.body.isEmpty())
        bytes.append("Content-Type: ").append(request.contentType).append("\r\n");
    if (!request.body.isEmpty() || request.method != "GET")
        bytes += "Content-Length: " + QByteArray::number(request.body.size()) + "\r\n";
    m_socket->write(bytes.append("\r\n").append(request.body));
}

/// Why the request must not go to whoever answers on this connection; empty: it may.
QString HttpConnection::whyNotSent(bool withToken)
{
    if (m_peer.tls || (!withToken && !m_accepts && !m_host))
        return {};
    if (!m_answerer)
        m_answerer = answererOf(descriptorOf(m_socket));
    if (m_host) // ssh, of ours
        return m_answerer->user == ::geteuid()
            ? QString()
            : u"%1 is not asked: its forwarded socket is not held by a process of yours"_s.arg(m_peer.place());
    if (m_accepts && m_answerer->isHere && !(m_answerer->user && m_accepts(*m_answerer->user)))
        return u"%1 is not asked: a process of another user (%2) listens there"_s.arg(
            m_peer.place(), m_answerer->user ? userName(*m_answerer->user) : u"unknown"_s);
    if (!withToken || (m_accepts && m_answerer->isHere))
        return {};
    return whyNoToken(m_peer, *m_answerer);
}

void HttpConnection::read()
{
    if (!m_busy) // bytes nobody asked for
        return dropSocket();
    while (m_socket && m_socket->bytesAvailable() > 0) {
        auto *const plain = qobject_cast<PlainSocket *>(m_socket);
        m_heard = plain ? plain->seen() : steady_clock::now();
        switch (m_parser.feed(plain ? plain->takeReceived() : m_socket->readAll())) {
        case HttpResponseParser::State::Head:
        case HttpResponseParser::State::Body: break;
        case HttpResponseParser::State::Complete: return complete();
        case HttpResponseParser::State::Broken: return fail(ClientError::NotUnderstood, m_parser.problem());
        case HttpResponseParser::State::TooLarge: return fail(ClientError::TooLarge, m_parser.problem());
        }
    }
}

void HttpConnection::complete()
{
    if (!m_parser.keepAlive() || !m_queue.front().request.repeatable || !m_place.take())
        dropSocket();
    if (const QByteArray coding = m_parser.coding().left(20); !coding.isEmpty())
        return answerFirst({ClientError::NotUnderstood,
                            u"the answer is coded by %1, which was not asked for"_s.arg(QString::fromLatin1(coding)),
                            m_parser.status(),
                            {},
                            {}},
                           true);
    answerFirst({ClientError::None, {}, m_parser.status(), m_parser.body(), {}, {}, true}, true);
}

void HttpConnection::closed()
{
    broke(ClientError::Disconnected, u"%1 closed the connection before it had answered"_s.arg(m_peer.place()));
}

/// The connection is gone: in idleness, at the end of a body without a length, or too early.
void HttpConnection::broke(ClientError error, const QString &message)
{
    if (!m_socket)
        return;
    const QPointer<HttpConnection> self(this);
    if (m_busy && m_socket->bytesAvailable() > 0)
        read(); // may end the exchange, and so destroy this
    if (!self)
        return;
    if (!m_socket || !m_busy)
        return dropSocket();
    if (error == ClientError::Disconnected && m_parser.end() == HttpResponseParser::State::Complete)
        return complete();
    if (m_reused && !m_parser.hasStarted()) { // kept too long: the peer may close an idle connection at any time
        dropSocket();
        m_reused = false;
        return connectSocket();
    }
    if (!m_connected && !m_addresses.isEmpty() && error != ClientError::Tls) {
        dropSocket();
        tryNextAddress();
        return;
    }
    if (m_host && !m_parser.hasStarted())
        return judgeForward(error, message);
    fail(error, message);
}

void HttpConnection::dropSocket()
{
    m_lookup.reset();
    m_forwarding.reset();
    m_connected = false;
    m_answerer.reset();
    m_place.giveUp();
    QIODevice *socket = std::exchange(m_socket, nullptr);
    if (!socket)
        return;
    socket->disconnect(this);
    socket->setParent(nullptr); // a callback may destroy this from within a signal of the socket
    if (auto *plain = qobject_cast<PlainSocket *>(socket))
        plain->abort();
    else if (auto *tcp = qobject_cast<QAbstractSocket *>(socket))
        tcp->abort();
    socket->deleteLater();
}

} // namespace Hephaestus
