// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/readinesswatch.h"

#include "common/fleet/portholders.h"
#include "server/probes/probefactory.h"
#include "server/supervisor/acceptance.h"

#include <QSet>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto LookEvery = 20ms;      // while nobody answers: no event tells that a program begins to listen
constexpr auto LookLaterEvery = 50ms; // after IsSlowAfter
constexpr auto AskEvery = 40ms;       // somebody who answered that it is not ready
constexpr auto RunEvery = 100ms;      // what starts a process, or looks at all of them
constexpr auto AskLaterEvery = 1s;    // of one that is slow
constexpr auto IsSlowAfter = 10s;
constexpr auto IsVerySlowAfter = 1min;
constexpr auto AnswerTime = 2s;
constexpr auto ListensWithin = 30s; // of a program whose predecessor did
constexpr auto AcceptSettles = 3s;  // of a program that cannot be seen to accept

} // namespace

ReadinessWatch::ReadinessWatch(std::optional<ReadyRule> rule, const HeldSockets &sockets, NotifySocket::IsOurs isOurs,
                               const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_rule(std::move(rule))
    , m_sockets(sockets)
    , m_isOurs(std::move(isOurs))
    , m_clock(clock)
    , m_factory(factory())
{
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &ReadinessWatch::check);
    if (m_rule && std::holds_alternative<ReadyNotify>(*m_rule)) {
        m_notify = std::make_unique<NotifySocket>(m_isOurs);
        connect(m_notify.get(), &NotifySocket::ready, this, &ReadinessWatch::becomeReady);
    }
}

ReadinessWatch::~ReadinessWatch() = default;

ProbeFactory ReadinessWatch::factory() const
{
    if (!m_rule)
        return {};
    DependencyConfig question;
    question.timeout = AnswerTime;
    if (const auto *tcp = std::get_if<TcpSettings>(&*m_rule))
        question.settings = *tcp;
    else if (const auto *http = std::get_if<HttpSettings>(&*m_rule))
        question.settings = *http;
    else if (const auto *command = std::get_if<CommandSettings>(&*m_rule))
        question.settings = *command;
    else
        return {};
    return probeFactory(question, nullptr);
}

QByteArrayList ReadinessWatch::environment() const
{
    return m_notify ? QByteArrayList{"NOTIFY_SOCKET=" + m_notify->address()} : QByteArrayList();
}

QString ReadinessWatch::why() const
{
    if (m_isReady)
        return {};
    if (!m_program)
        return u"the program does not run"_s;
    return u"the program "_s + waitText(*m_rule) + (m_lastAnswer.isEmpty() ? QString() : u": "_s + m_lastAnswer);
}

void ReadinessWatch::follow(const std::optional<ProcessEntry> &program, bool isReady)
{
    const auto ticket = [](const std::optional<ProcessEntry> &process) {
        return process ? std::pair(process->pid, process->startTicks) : std::pair<pid_t, quint64>();
    };
    if (ticket(m_program) == ticket(program))
        return;
    m_program = program;
    m_isReady = program && (isReady || !m_rule);
    m_since = m_clock.now();
    m_lastAnswer.clear();
    m_hasAnswered = false;
    m_probe.reset();
    m_timer.stop();
    if (program && !m_isReady && !m_notify && !std::holds_alternative<ReadyLog>(*m_rule))
        m_timer.start(0);
}

void ReadinessWatch::check()
{
    if (!m_program || m_isReady)
        return;
    const auto time = m_clock.now() - m_since;
    std::chrono::milliseconds next = pauseAfter(time);
    if (m_factory) {
        ask();
    } else if (const auto *after = std::get_if<ReadyAfter>(&*m_rule)) {
        if (time < after->time)
            next = std::chrono::ceil<std::chrono::milliseconds>(after->time - time);
        else if (!after->listensAgain || time >= ListensWithin || listens(m_isOurs))
            becomeReady();
    } else if (const auto *socket = std::get_if<ReadyUnix>(&*m_rule)) {
        if (isConnectable(socket->path))
            judge(Outcome::success());
    } else if (std::holds_alternative<ReadyAccept>(*m_rule) && accepts()) {
        becomeReady();
    }
    if (!m_isReady)
        m_timer.start(next);
}

/// Until the next look, of a program that has run for `time`: what costs little is looked at often, so that a restart
/// waits for the program and for little else.
std::chrono::milliseconds ReadinessWatch::pauseAfter(Clock::TimePoint::duration time) const
{
    const bool isSlow = time >= IsSlowAfter;
    if (std::holds_alternative<ReadyAfter>(*m_rule) || std::holds_alternative<CommandSettings>(*m_rule))
        return isSlow ? std::chrono::milliseconds(AskLaterEvery) : RunEvery;
    if (m_hasAnswered)
        return isSlow ? std::chrono::milliseconds(AskLaterEvery) : AskEvery;
    if (time >= IsVerySlowAfter)
        return AskLaterEvery;
    return isSlow ? LookLaterEvery : LookEvery;
}

void ReadinessWatch::ask()
{
    if (m_probe)
        return; // it has not answered yet
    m_probe = m_factory();
    connect(m_probe.get(), &Probe::finished, this, [this](const Outcome &outcome) {
        m_probe.release()->deleteLater();
        judge(outcome);
    });
    m_probe->start();
}

void ReadinessWatch::judge(const Outcome &outcome)
{
    if (!m_program || m_isReady)
        return;
    m_hasAnswered = !outcome.ok && outcome.errorClass != ErrorClass::Unreachable;
    const QString answer = outcome.ok ? doubtAtAddress() : outcome.message;
    if (answer.isEmpty())
        return becomeReady();
    if (std::exchange(m_lastAnswer, answer) != answer)
        Q_EMIT whyChanged();
}

void ReadinessWatch::readOutput(const QByteArray &text)
{
    const auto *log = m_rule ? std::get_if<ReadyLog>(&*m_rule) : nullptr;
    if (!log || !m_program || m_isReady)
        return;
    for (const QByteArray &line : text.split('\n')) {
        if (log->pattern.match(QString::fromUtf8(line)).hasMatch())
            return becomeReady();
    }
}

bool ReadinessWatch::listens(const NotifySocket::IsOurs &isOurs)
{
    QSet<qint64> pids; // each is asked for once, which takes a look at all processes
    for (const PortHolder &holder : portHolders()) {
        if (holder.pid > 0 && holder.pid != ::getpid())
            pids.insert(holder.pid);
    }
    return std::any_of(pids.begin(), pids.end(), isOurs);
}

bool ReadinessWatch::accepts() const
{
    QList<int> descriptors;
    for (const HandedSocket &socket : m_sockets.handed())
        descriptors << socket.descriptor;
    const Acceptance acceptance = acceptanceOf(*m_program, descriptors);
    return acceptance == Acceptance::Seen
        || (acceptance == Acceptance::CannotBeSeen && m_clock.now() - m_since >= AcceptSettles);
}

bool ReadinessWatch::isConnectable(const QString &path)
{
    const QByteArray name = path.toLocal8Bit();
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    if (std::size_t(name.size()) >= sizeof address.sun_path)
        return false;
    std::memcpy(address.sun_path, name.constData(), std::size_t(name.size()));
    const FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (socket.isOpen()
        && ::connect(socket.number(), reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0)
        return true;
    m_lastAnswer = QString::fromLocal8Bit(std::strerror(errno));
    return false;
}

/// Why what answered at the rule's address of this machine was not the program: somebody who was there before it, or
/// only the socket that is held for it. Empty: it was.
QString ReadinessWatch::doubtAtAddress() const
{
    ServiceAddress address;
    if (const auto *tcp = std::get_if<TcpSettings>(&*m_rule))
        address = {ServiceAddress::Kind::Tcp, tcp->host, quint16(tcp->port), {}};
    else if (const auto *http = std::get_if<HttpSettings>(&*m_rule))
        address = {ServiceAddress::Kind::Tcp,
                   http->url.host(),
                   quint16(http->url.port(http->url.scheme() == "https"_L1 ? 443 : 80)),
                   {}};
    else if (const auto *socket = std::get_if<ReadyUnix>(&*m_rule))
        address = {ServiceAddress::Kind::Unix, {}, 0, socket->path};
    else
        return {};
    if (!address.isLoopback())
        return {};
    if (address.host.endsWith("localhost"_L1))
        address.host = u"127.0.0.1"_s;
    if (!m_sockets.isEmpty() && isHeldBy(address, ::getpid())) {
        const bool isAnswer = std::holds_alternative<HttpSettings>(*m_rule);
        return isAnswer || accepts() ? QString() : u"it does not accept on the socket held for it"_s;
    }
    const auto holder = findPortHolder(address);
    if (!holder || holder->pid == 0 || holder->pid == ::getpid() || m_isOurs(holder->pid))
        return {};
    const auto process = readProcess(pid_t(holder->pid));
    const bool wasBefore = process && process->startTicks < m_program->startTicks;
    return wasBefore ? u"another program answers there, %1"_s.arg(holder->text()) : QString();
}

void ReadinessWatch::becomeReady()
{
    if (!m_program || std::exchange(m_isReady, true))
        return;
    m_timer.stop();
    Q_EMIT becameReady();
}

} // namespace Hephaestus
