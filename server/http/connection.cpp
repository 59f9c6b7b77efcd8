// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/connection.h"

#include "common/base/peercredentials.h"
#include "server/core/socketname.h"
#include "server/http/connectionpool.h"

#include <QScopedValueRollback>

#include <unistd.h>

namespace Hephaestus {
namespace {

/// What a request that is on the way still gets when the server closes.
constexpr std::chrono::milliseconds ClosingGrace{100};

constexpr qsizetype KeptInput = 2048; ///< bytes that a connection keeps between two requests
constexpr qsizetype Copied = 4096;    ///< up to so many bytes, one piece is made and sent in less time than two

} // namespace

Connection::Connection(std::unique_ptr<Transport> transport, ConnectionPool &pool, quint64 id, bool reserved)
    : m_transport(std::move(transport))
    , m_pool(pool)
    , m_id(id)
    , m_reserved(reserved)
{
    m_transport->setOwner(*this);
    // A connection that has sent nothing yet is given no longer than a head may take.
    arm(reserved ? pool.limits().reservedTime : pool.limits().headTime);
}

Connection::~Connection() = default;

QByteArray Connection::peerName() const { return socketName(m_transport->descriptor(), SocketEnd::Peer).text(); }

std::optional<Clock::TimePoint> Connection::idleSince() const
{
    if (m_state != State::Head || m_waits || m_serial == 0 || !m_input.isEmpty())
        return {};
    return m_answered;
}

void Connection::takeTurn()
{
    if (!std::exchange(m_waits, false))
        return;
    if (m_state == State::Handling)
        return m_transport->isBroken() ? abort() : serve();
    if (m_state != State::Head)
        return;
    arm(m_pool.limits().idleTime);
    process();
    if (!m_waits && !m_inputEnded && (m_state == State::Head || m_state == State::Body))
        m_transport->setReading(true);
}

void Connection::readMore()
{
    if (m_waits) {
        m_transport->setReading(false); // what it sent so far comes first
        return;
    }
    switch (m_state) {
    case State::Handling:
    case State::Writing: m_transport->setReading(false); return; // its turn comes after the answer
    case State::Lingering: discardInput(); return;
    case State::Closed: return;
    case State::Head:
    case State::Body: break;
    }
    switch (m_transport->read(m_input, m_pool.limits().head)) {
    case Transport::Input::Data: process(); break;
    case Transport::Input::Nothing: break;
    case Transport::Input::Ended: inputEnded(); break;
    case Transport::Input::Broken: abort(); break;
    }
}

void Connection::process()
{
    if (m_processing)
        return; // the loop below is on the stack
    const QScopedValueRollback processing(m_processing, true);
    while ((m_state == State::Head && !m_waits && readHead()) || (m_state == State::Body && readBody())) {
    }
    if (m_inputEnded && !m_waits && (m_state == State::Head || m_state == State::Body))
        inputEnded();
}

/// True when the state moved on.
bool Connection::readHead()
{
    if (m_input.isEmpty())
        return false;
    auto parsed = parseHead(m_input, m_pool.limits());
    if (std::holds_alternative<Incomplete>(parsed)) {
        if (!std::exchange(m_headStarted, true) && !m_reserved)
            arm(m_pool.limits().headTime);
        return false;
    }
    m_headStarted = false;
    ++m_serial;
    if (const auto *refusal = std::get_if<Refusal>(&parsed)) {
        m_head = {};
        m_head.method = m_input.startsWith("HEAD ") ? Method::Head : Method::Other; // whose answer has no body
        m_route = nullptr;
        refuse(*refusal);
        return true;
    }
    m_head = std::get<RequestHead>(std::move(parsed));
    dropInput(m_head.size);
    m_route = m_pool.findRoute(m_head);
    if (!m_head.keepAlive || m_reserved)
        m_closeAfter = true;
    if (!admit())
        return true;
    m_body.emplace(m_head, m_pool.bodyLimit(m_route));
    if (m_head.expectsContinue && m_head.hasBody() && m_input.isEmpty() && !m_body->refusal())
        m_transport->write("HTTP/1.1 100 Continue\r\n\r\n");
    if (m_head.hasBody() && !m_reserved)
        arm(m_pool.limits().bodyTime);
    m_state = State::Body;
    return true;
}

/// Applies the access rules, before a byte of the body is read.
bool Connection::admit()
{
    // Of such a read nothing but its Host counts, so on one connection the same one need not be judged again.
    const bool isPlainRead = isSafe(m_head.method) && !(m_route && m_route->isPrivate);
    if (isPlainRead && (m_head.host.isNull() || m_head.host == m_admittedHost))
        return true;
    if (const auto refusal = m_pool.refuse(m_route, m_head, caller())) {
        refuse(*refusal);
        return false;
    }
    if (isPlainRead)
        m_admittedHost = m_head.host;
    return true;
}

/// Keeps the memory for the next request, unless it is more than most requests take.
void Connection::dropInput(qsizetype size)
{
    if (size < m_input.size())
        m_input.remove(0, size);
    else if (m_input.capacity() > KeptInput)
        m_input = {};
    else
        m_input.resize(0);
}

const Caller &Connection::caller()
{
    if (!m_caller) {
        const SocketName local = socketName(m_transport->descriptor(), SocketEnd::Local);
        m_caller.emplace();
        m_caller->overUnixSocket = local.kind == SocketName::Kind::Unix;
        m_caller->reachedLoopback = local.isLoopback;
        if (local.kind == SocketName::Kind::Tcp)
            m_caller->localAddress = local.address;
        m_caller->serviceUser = ::geteuid();
        m_caller->user = [this] { return peerUser(m_transport->descriptor()); };
    }
    return *m_caller;
}

bool Connection::readBody()
{
    dropInput(m_body->feed(m_input));
    if (const auto &refusal = m_body->refusal()) {
        refuse(*refusal);
        return true;
    }
    if (!m_body->isDone())
        return false;
    dispatch();
    return true;
}

void Connection::dispatch()
{
    m_state = State::Handling;
    m_deadline = Clock::TimePoint::max();
    if (!m_route || !m_route->takesTurns)
        return serve();
    m_waits = true;
    m_pool.waitForTurn(*this);
}

void Connection::serve()
{
    const bool mayReadAll = m_pool.mayReadAll(m_head, caller());
    m_pool.serve(*this, m_route,
                 Request{m_head.method, std::move(m_head.path), std::move(m_head.query), std::move(m_head.fields),
                         m_body->takeBody(), mayReadAll});
}

void Connection::answer(const Response &response)
{
    if (m_state != State::Handling)
        return;
    m_closeAfter = m_closeAfter || response.close || m_pool.isClosing();
    const bool withBody = m_head.method != Method::Head && hasBody(response.status);
    if (response.body.size() <= Copied)
        return send(encode(response, withBody, !m_closeAfter, m_pool.date()));
    if (!withBody || response.body.size() < HeldBodies::Large)
        return send(encodeHead(response, !m_closeAfter, m_pool.date()), withBody ? response.body : QByteArray());
    m_sending = m_pool.bodies().hold(response.body);
    if (!m_sending)
        return refuse({503, "overloaded", "too many bytes wait for slow readers; ask again, or for less"});
    send(encodeHead(response, !m_closeAfter, m_pool.date()), *m_sending);
}

void Connection::refuse(const Refusal &refusal)
{
    m_pool.countRefusal(refusal.code, *this);
    m_closeAfter = true;
    send(encode(errorResponse(refusal), m_head.method != Method::Head, false, m_pool.date()));
}

void Connection::send(const QByteArray &bytes, const QByteArray &body)
{
    m_state = State::Writing;
    if (!(body.isEmpty() ? m_transport->write(bytes) : m_transport->write(bytes, body)))
        abort();
    else if (m_transport->unsent() == 0)
        afterAnswer();
    else
        arm(m_pool.limits().writeStall);
}

void Connection::onProgress()
{
    if (m_state != State::Writing)
        return;
    if (m_transport->unsent() == 0)
        afterAnswer();
    else
        arm(m_pool.limits().writeStall);
}

void Connection::afterAnswer()
{
    m_sending.reset();
    if (m_closeAfter) {
        finish();
        return;
    }
    m_state = State::Head;
    m_body.reset();
    m_answered = m_pool.clock().now();
    if (!m_input.isEmpty()) {
        m_waits = true;
        m_deadline = Clock::TimePoint::max();
        m_pool.waitForTurn(*this);
        return;
    }
    m_deadline = m_answered + m_pool.limits().idleTime;
    m_pool.wakeBy(m_deadline);
    if (m_inputEnded)
        return process();
    m_transport->setReading(true);
}

/// Our FIN, then the peer's: closing with input unread would send a reset that overtakes the answer.
void Connection::finish()
{
    m_state = State::Lingering;
    m_input.clear();
    m_transport->finish();
    if (m_inputEnded) {
        abort();
        return;
    }
    arm(m_pool.limits().linger);
    m_transport->setReading(true);
}

void Connection::discardInput()
{
    for (int i = 0; i < 16; ++i) {
        QByteArray dropped;
        switch (m_transport->read(dropped, 64 * 1024)) {
        case Transport::Input::Data: continue;
        case Transport::Input::Nothing: return;
        case Transport::Input::Ended:
        case Transport::Input::Broken: abort(); return;
        }
    }
}

/// The peer sends no more. What it sent is answered; half a request gets told that it is one.
void Connection::inputEnded()
{
    m_inputEnded = true;
    m_transport->setReading(false);
    if (m_state == State::Head && m_input.isEmpty())
        abort();
    else if (m_state == State::Head || m_state == State::Body)
        refuse({400, "incomplete_request", "the request ended in the middle"});
}

void Connection::arm(std::chrono::milliseconds time)
{
    m_deadline = m_pool.clock().now() + time;
    m_pool.wakeBy(m_deadline);
}

void Connection::expire()
{
    if (m_state == State::Head || m_state == State::Body) {
        // This thread may be the late one: what has arrived by now counts.
        readMore();
        if (m_deadline > m_pool.clock().now())
            return;
    }
    switch (m_state) {
    case State::Head:
        if (!m_headStarted) {
            finish(); // idle: nothing was asked, nothing is said
            return;
        }
        [[fallthrough]];
    case State::Body:
        m_head.method = m_state == State::Head ? Method::Other : m_head.method;
        refuse({408, "request_timeout", "the request took too long to arrive"});
        return;
    case State::Writing:
        m_pool.countRefusal("write_stalled", *this);
        abort();
        return;
    case State::Lingering: abort(); return;
    case State::Handling:
    case State::Closed: return;
    }
}

void Connection::serverCloses(bool isTime)
{
    if (isTime || m_state != State::Handling)
        takeTurn();
    else
        m_waits = false;
    if (m_state == State::Head || m_state == State::Body)
        readMore(); // a request that is already here is served
    switch (m_state) {
    case State::Head:
    case State::Body:
        if (m_serial == 0 || m_headStarted || m_state == State::Body)
            arm(ClosingGrace); // its request is on the way
        else if (m_transport->isDelivered())
            abort();
        else
            finish();
        return;
    case State::Handling:
        if (!m_route || !m_route->outlastsShutdown)
            answer(errorResponse(503, "abandoned", "the service ended before this was done"));
        return;
    case State::Writing: m_closeAfter = true; return;
    case State::Lingering:
    case State::Closed: return;
    }
}

void Connection::evict()
{
    if (m_state == State::Head || m_state == State::Body)
        readMore(); // whoever has asked by now is answered
    if (m_state == State::Head || m_state == State::Body) {
        m_head.method = Method::Other;
        m_pool.countRefusal("overloaded", *this);
        const Refusal refusal{503, "overloaded", "too many connections; only health is answered now"};
        m_transport->write(encode(errorResponse(refusal), true, false, m_pool.date()));
    }
    abort();
}

void Connection::abort()
{
    if (m_state == State::Closed)
        return;
    m_state = State::Closed;
    m_deadline = Clock::TimePoint::max();
    m_pool.remove(*this);
    m_transport->close();
    m_sending.reset();
}

} // namespace Hephaestus
