// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/inplacerestart.h"

#include "common/base/post.h"
#include "common/base/writewithoutblocking.h"
#include "server/app/servicemanager.h"
#include "server/core/log.h"
#include "server/core/unixsignals.h"

#include <sys/time.h>
#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr char OwnName[] =
    "kept="; // what follows is the address as it was configured, which tells port 0 from the port it became

QByteArray nameOf(const QString &address) { return OwnName + address.toUtf8().toPercentEncoding(); }

} // namespace

namespace {

/// Ends the process by SIGALRM then, whatever program it is by that time: the timer stays over execve(2). 0: never.
void setDeadline(std::chrono::milliseconds time)
{
    itimerval timer{};
    timer.it_value = {time.count() / 1000, time.count() % 1000 * 1000};
    ::setitimer(ITIMER_REAL, &timer, nullptr);
}

} // namespace

InPlaceRestart::InPlaceRestart(Service &service, const Reexec &self, Trial trial)
    : m_service(service)
    , m_self(self)
    , m_trial(std::move(trial))
{
    service.http().setKeepListening(true);
    service.http().setRestartHandler([this] { return begin(); });
    connect(&service.shutdown(), &ShutdownSequence::noticeCancelled, this, [this] {
        if (m_isReady)
            goOn();
    });
}

std::optional<Problem> InPlaceRestart::listen(const QStringList &addresses, const QList<InheritedSocket> &inherited)
{
    if (!inherited.isEmpty()) { // a predecessor's deadline
        connect(&m_service, &Service::readyChanged, this, [] { setDeadline(0ms); });
        connect(&m_service.shutdown(), &ShutdownSequence::drainStarted, this,
                [] { setDeadline(0ms); }); // which has its own
    }
    QList<InheritedSocket> own;
    QList<int> foreign;
    for (const InheritedSocket &socket : inherited) {
        if (socket.name.startsWith(OwnName)) {
            own.append(socket);
        } else {
            foreign.append(socket.descriptor);
            m_names.append(socket.name.isEmpty() ? QByteArrayLiteral("unknown")
                                                 : socket.name); // as systemd calls what has no name
        }
    }
    if (foreign.isEmpty())
        return listenAnew(addresses, own);
    closeUnwanted(own); // kept by a service manager before it was told to open sockets itself
    const auto adopted = m_service.adopt(foreign);
    return adopted ? std::optional<Problem>() : adopted.problem();
}

std::optional<Problem> InPlaceRestart::listenAnew(const QStringList &addresses, QList<InheritedSocket> inherited)
{
    for (const QString &address : addresses) {
        const QByteArray name = nameOf(address);
        QList<int> kept; // one address may be several sockets
        inherited.removeIf([&](const InheritedSocket &socket) {
            return socket.name == name && (kept.append(socket.descriptor), true);
        });
        const qsizetype before = m_service.addresses().size();
        const auto bound = kept.isEmpty() ? m_service.listen({address}) : m_service.adopt(kept, true);
        if (!bound)
            return bound.problem();
        m_names.resize(m_names.size() + m_service.addresses().size() - before, name);
    }
    closeUnwanted(inherited);
    if (hasServiceManager()) {
        const auto listening = m_service.http().keptSockets();
        for (qsizetype i = 0; i < listening.size(); ++i) {
            const FileDescriptor duplicate(listening[i].second);
            storeSockets({{m_names.value(i), duplicate.number()}});
        }
    }
    return {};
}

void InPlaceRestart::closeUnwanted(const QList<InheritedSocket> &sockets)
{
    HeldSockets unwanted;
    for (const InheritedSocket &socket : sockets) {
        dropStoredSockets(socket.name);
        unwanted.adopt(socket.descriptor, true);
    }
}

/// In the main thread, while the caller waits for the answer.
std::optional<Problem> InPlaceRestart::begin()
{
    if (m_service.state().phase() > Phase::Running && !m_begun)
        return Problem{{}, u"a shutdown is under way"_s};
    if (m_begun)
        return {};
    if (auto problem = m_self.check())
        return problem;
    // A file that was tried by running it is not tried again.
    if (m_self.isReplaced()) {
        if (auto problem = m_self.tryOut({"--version"}, 5s))
            return problem;
    }
    if (auto problem = m_trial())
        return problem;
    m_begun = true;
    if (!m_preparation) {
        goOn();
        return {};
    }
    auto problem = m_preparation([this](bool isReady) {
        if (isReady)
            goOn();
        else
            m_begun = false;
    });
    if (problem)
        m_begun = false;
    return problem;
}

void InPlaceRestart::goOn()
{
    m_isReady = true;
    if (m_service.state().phase() > Phase::Running)
        return; // a stop came first; if it was but announced, it may be taken back
    m_service.state().announceShutdown(ShutdownMode::Restart);
    qCInfo(logShutdown, "restarting in place: %s", m_self.path().constData());
    // Queued, so that this caller is answered first.
    post(this, [this] {
        if (m_service.state().phase() <= Phase::Running) // else a stop came first
            m_service.shutdown().request(ShutdownMode::Restart);
    });
}

bool InPlaceRestart::isDue() const
{
    const ShutdownSequence &sequence = m_service.shutdown();
    return m_begun && sequence.isFinished() && sequence.result().mode == ShutdownMode::Restart;
}

QList<HandedSocket> InPlaceRestart::keepSockets(HeldSockets &held)
{
    UnixSignals::holdBack(); // until the next image takes them, or stopRequested() tells of them
    const auto kept = m_service.http().keptSockets();
    for (qsizetype i = 0; i < kept.size(); ++i)
        held.adopt(kept[i].second, m_names.value(i).startsWith(OwnName));
    QList<HandedSocket> handed = held.handed();
    for (qsizetype i = 0; i < handed.size(); ++i)
        handed[i].name = m_names.value(i);
    return handed;
}

void InPlaceRestart::dropDeadline() { setDeadline(0ms); }

int InPlaceRestart::execute(const Reexec &self, const QList<HandedSocket> &sockets,
                            std::chrono::milliseconds startTimeout)
{
    setDeadline(startTimeout);
    const StartFailure failure = self.execute(sockets);
    setDeadline(0ms);
    // Not by the log, whose thread may be gone; and a full pipe that nobody reads must not keep the process.
    writeWithoutBlocking(
        STDERR_FILENO,
        u"hephaestus: the restart failed, and the service is down: %1\n"_s.arg(failure.what).toLocal8Bit());
    return failure.exitCode;
}

} // namespace Hephaestus
