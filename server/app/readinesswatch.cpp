// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/readinesswatch.h"

#include "server/probes/probefactory.h"
#include "server/supervisor/processtable.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto AskEvery = 100ms;
constexpr auto AnswerTime = 2s;
constexpr auto SettleTime = 1s;               // of a program that cannot be seen to accept
constexpr qsizetype LongestBegun = 16 * 1024; // of a line whose end has not come

} // namespace

ReadinessWatch::ReadinessWatch(ReadyRule rule, const HeldSockets &sockets, NotifySocket::IsOurs isOurs,
                               const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_rule(std::move(rule))
    , m_sockets(sockets)
    , m_clock(clock)
    , m_factory(factory())
{
    connect(&m_timer, &QTimer::timeout, this, &ReadinessWatch::check);
    if (std::holds_alternative<ReadyNotify>(m_rule)) {
        m_notify = std::make_unique<NotifySocket>(std::move(isOurs));
        connect(m_notify.get(), &NotifySocket::ready, this, [this] {
            if (m_program)
                becomeReady();
        });
    }
}

ReadinessWatch::~ReadinessWatch() = default;

ProbeFactory ReadinessWatch::factory() const
{
    DependencyConfig question;
    question.timeout = AnswerTime;
    if (const auto *tcp = std::get_if<TcpSettings>(&m_rule))
        question.settings = *tcp;
    else if (const auto *http = std::get_if<HttpSettings>(&m_rule))
        question.settings = *http;
    else if (const auto *command = std::get_if<CommandSettings>(&m_rule))
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
    return u"the program "_s + waitText(m_rule) + (m_lastAnswer.isEmpty() ? QString() : u": "_s + m_lastAnswer);
}

void ReadinessWatch::follow(const std::optional<ProcessEntry> &program, bool isReady)
{
    const auto ticket = [](const std::optional<ProcessEntry> &process) {
        return process ? std::pair(process->pid, process->startTicks) : std::pair<pid_t, quint64>();
    };
    if (ticket(m_program) == ticket(program))
        return;
    m_program = program;
    m_isReady = program && isReady;
    m_since = m_clock.now();
    m_line.clear();
    m_lastAnswer.clear();
    m_probe.reset();
    m_timer.stop();
    if (!program || m_isReady)
        return;
    if (const auto *after = std::get_if<ReadyAfter>(&m_rule))
        m_timer.start(after->time);
    else if (m_factory || std::holds_alternative<ReadyAccept>(m_rule))
        m_timer.start(AskEvery);
    check();
}

void ReadinessWatch::check()
{
    if (!m_program || m_isReady)
        return;
    const auto time = m_clock.now() - m_since;
    const auto *after = std::get_if<ReadyAfter>(&m_rule);
    if (m_factory)
        ask();
    else if (after ? time >= after->time
                   : std::holds_alternative<ReadyAccept>(m_rule) && (accepts() || time >= SettleTime))
        becomeReady();
}

void ReadinessWatch::ask()
{
    if (m_probe)
        return; // it has not answered yet
    m_probe = m_factory();
    connect(m_probe.get(), &Probe::finished, this, [this](const Outcome &outcome) {
        m_probe.release()->deleteLater();
        m_lastAnswer = outcome.message;
        if (outcome.ok && m_program)
            becomeReady();
    });
    m_probe->start();
}

void ReadinessWatch::readOutput(QByteArrayView bytes)
{
    const auto *log = std::get_if<ReadyLog>(&m_rule);
    if (!log || !m_program || m_isReady)
        return;
    m_line += bytes.toByteArray();
    for (const QByteArray &line : m_line.split('\n')) {
        if (log->pattern.match(QString::fromUtf8(line)).hasMatch())
            return becomeReady();
    }
    m_line = m_line.sliced(m_line.lastIndexOf('\n') + 1).right(LongestBegun);
}

bool ReadinessWatch::accepts() const
{
    QList<int> descriptors;
    for (const HandedSocket &socket : m_sockets.handed())
        descriptors << socket.descriptor;
    return !descriptors.isEmpty() && pollsSockets(*m_program, descriptors);
}

void ReadinessWatch::becomeReady()
{
    if (std::exchange(m_isReady, true))
        return;
    m_timer.stop();
    m_line.clear();
    Q_EMIT becameReady();
}

} // namespace Hephaestus
