// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/tlssession.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdint>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

namespace Hephaestus {
namespace {

int descriptorOf(BIO *bio) { return int(reinterpret_cast<intptr_t>(BIO_get_data(bio))); }

int receive(BIO *bio, char *bytes, int size)
{
    BIO_clear_retry_flags(bio);
    const ssize_t count = ::recv(descriptorOf(bio), bytes, size_t(size), MSG_DONTWAIT);
    if (count == 0)
        BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    else if (count < 0 && (errno == EAGAIN || errno == EINTR))
        BIO_set_retry_read(bio);
    return int(count);
}

int send(BIO *bio, const char *bytes, int size)
{
    BIO_clear_retry_flags(bio);
    const ssize_t count = ::send(descriptorOf(bio), bytes, size_t(size), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        BIO_set_retry_write(bio);
    return int(count);
}

long control(BIO *bio, int command, long, void *)
{
    switch (command) {
    case BIO_CTRL_FLUSH: return 1;
    case BIO_CTRL_EOF: return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
    default: return 0;
    }
}

/// OpenSSL's own sockets raise SIGPIPE, and wait where the descriptor does.
const BIO_METHOD *socketMethod()
{
    static const std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)> method = [] {
        BIO_METHOD *const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without signals");
        BIO_meth_set_read(made, &receive);
        BIO_meth_set_write(made, &send);
        BIO_meth_set_ctrl(made, &control);
        return std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)>(made, &BIO_meth_free);
    }();
    return method.get();
}

int bounded(qsizetype size) { return int(std::min<qsizetype>(size, INT_MAX)); }

} // namespace

TlsSession::TlsSession(const TlsContext &context, FileDescriptor descriptor)
    : m_descriptor(std::move(descriptor))
    , m_session(SSL_new(context.get()))
{
    BIO *const bio = m_session ? BIO_new(socketMethod()) : nullptr;
    if (!bio) {
        m_isBroken = true;
        return;
    }
    BIO_set_data(bio, reinterpret_cast<void *>(intptr_t(m_descriptor.number())));
    BIO_set_init(bio, 1);
    SSL_set_bio(m_session, bio, bio);
    SSL_set_accept_state(m_session);
}

TlsSession::~TlsSession() { SSL_free(m_session); }

TlsSession::State TlsSession::shakeHands()
{
    if (!isUsable())
        return State::Broken;
    const int result = SSL_do_handshake(m_session);
    return result == 1 ? State::Done : stateAfter(result);
}

TlsSession::State TlsSession::read(char *bytes, qsizetype most, qsizetype &count)
{
    const int result = isUsable() ? SSL_read(m_session, bytes, bounded(most)) : 0;
    return stateAfter(result, count);
}

TlsSession::State TlsSession::write(const char *bytes, qsizetype size, qsizetype &count)
{
    const int result = isUsable() ? SSL_write(m_session, bytes, bounded(size)) : 0;
    return stateAfter(result, count);
}

bool TlsSession::hasPending() const { return !m_isBroken && SSL_pending(m_session) > 0; }

void TlsSession::sayEnd()
{
    if (isUsable() && SSL_is_init_finished(m_session) && !(SSL_get_shutdown(m_session) & SSL_SENT_SHUTDOWN))
        SSL_shutdown(m_session);
}

void TlsSession::finish()
{
    sayEnd();
    ::shutdown(m_descriptor.number(), SHUT_WR);
}

/// What others left in this thread's queue of errors is none of the next call's.
bool TlsSession::isUsable() const
{
    ERR_clear_error();
    return !m_isBroken;
}

/// Of reading and writing: `result` bytes.
TlsSession::State TlsSession::stateAfter(int result, qsizetype &count)
{
    count = std::max(0, result);
    if (m_isBroken)
        return State::Broken;
    return result > 0 ? State::Done : stateAfter(result);
}

/// What OpenSSL noted of it is no error of anybody else's in this thread.
TlsSession::State TlsSession::stateAfter(int result)
{
    const int error = SSL_get_error(m_session, result);
    ERR_clear_error();
    switch (error) {
    case SSL_ERROR_WANT_READ: return State::NeedsInput;
    case SSL_ERROR_WANT_WRITE: return State::NeedsOutput;
    case SSL_ERROR_ZERO_RETURN: return State::Ended;
    default: m_isBroken = true; return State::Broken; // it must not be used again
    }
}

} // namespace Hephaestus
