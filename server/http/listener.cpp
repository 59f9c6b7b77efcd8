// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/listener.h"

#include <QLoggingCategory>

namespace Hephaestus {

Q_LOGGING_CATEGORY(listenerLog, "hephaestus.http.listen")

namespace {

constexpr int MostPending = 30; // QTcpServer's own limit; our connections are never pending
constexpr std::chrono::milliseconds AcceptPause{100};

} // namespace

Listener::Listener(Accepted accepted) : m_accepted(std::move(accepted))
{
    // Out of descriptors, QTcpServer stops accepting for good unless it is told to go on.
    m_resume.setSingleShot(true);
    m_resume.setInterval(AcceptPause);
    connect(&m_resume, &QTimer::timeout, this, &Listener::resume);
    connect(this, &QTcpServer::acceptError, this, [this] {
        if (!m_lastError.isValid() || m_lastError.hasExpired(1000))
            qCWarning(listenerLog, "%s: cannot accept: %s", qUtf8Printable(m_address.text()),
                      qUtf8Printable(errorString()));
        m_lastError.start();
        m_resume.start();
    });
}

/// A start that failed elsewhere leaves no file behind.
Listener::~Listener() { m_file.remove(); }

std::optional<Problem> Listener::serve(ListeningSocket socket)
{
    m_address = socket.address;
    m_file = std::move(socket.file);
    if (!setSocketDescriptor(socket.descriptor.number()))
        return Problem{m_address.text(), errorString()};
    socket.descriptor.release();
    return {};
}

void Listener::pause()
{
    // QTcpServer empties the whole queue in one go, unless it thinks that too many are pending.
    setMaxPendingConnections(0);
    pauseAccepting();
}

void Listener::resume()
{
    if (!isListening())
        return; // QTcpServer would reach for a socket that is gone
    setMaxPendingConnections(MostPending);
    if (!m_resume.isActive())
        resumeAccepting();
}

void Listener::stop()
{
    m_resume.stop();
    if (!isListening())
        return;
    setMaxPendingConnections(MostPending);
    // Clients in the queue would be reset. No more than it holds are accepted: others may come just as fast, and it
    // never empties for a process without descriptors left.
    for (int i = 0; i <= ListenBacklog && waitForNewConnection(0); ++i) {
    }
    m_resume.stop(); // it may have failed once more
    close();
    m_file.remove();
}

void Listener::handOver()
{
    m_resume.stop();
    pauseAccepting();
    m_file.leave(); // it is the successor's
}

} // namespace Hephaestus
