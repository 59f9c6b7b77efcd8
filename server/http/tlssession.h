// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/filedescriptor.h"
#include "server/http/tlscontext.h"

#include <QtGlobal>

struct bio_st;
struct ssl_st;

namespace Hephaestus {

/// The server's end of TLS on one accepted connection, which it owns. It waits for nothing: what cannot go on says what
/// it needs. For one thread at a time; it may be handed to another by post().
///
/// QSslSocket is not used for it: that makes a context of its own for each connection, which costs four times as much
/// as the handshake, and twice its memory.
class TlsSession
{
public:
    enum class State { Done, NeedsInput, NeedsOutput, Ended, Broken };

    TlsSession(const TlsContext &context, FileDescriptor descriptor);
    ~TlsSession(); ///< closes the descriptor
    TlsSession(const TlsSession &) = delete;
    TlsSession &operator=(const TlsSession &) = delete;

    /// Done: the handshake is over. Else call again when the socket has what it needs.
    State shakeHands();
    /// `count`: of the bytes that were read or sent, at least 1 when it is done. Ended: the peer sends no more.
    State read(char *bytes, qsizetype most, qsizetype &count);
    /// After NeedsOutput it is to be called with the same bytes first, wherever they are then.
    State write(const char *bytes, qsizetype size, qsizetype &count);
    /// True if there are bytes to be read that the socket does not tell of.
    bool hasPending() const;
    /// Says that no more is sent (close_notify), once and as far as there is room; nothing may be unsent.
    void sayEnd();
    /// The same, and sends our FIN.
    void finish();
    int descriptor() const { return m_descriptor.number(); }

private:
    bool isUsable() const;
    State stateAfter(int result);
    State stateAfter(int result, qsizetype &count);

    FileDescriptor m_descriptor;
    ssl_st *m_session = nullptr; ///< null: there was no memory for it
    bool m_isBroken = false;
};

} // namespace Hephaestus
