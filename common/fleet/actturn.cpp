// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/actturn.h"

#include "common/fleet/restarttexts.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

namespace {

/// Between two looks whether it is our turn, or whether somebody wants something else by now.
constexpr milliseconds TurnPoll{20};
constexpr milliseconds RequestPoll{50};

} // namespace

ActTurn::ActTurn(FleetEntry entry, FleetAction action, QString stateDirectory, QString client)
    : m_entry(std::move(entry))
    , m_action(action)
    , m_stateDirectory(std::move(stateDirectory))
    , m_client(std::move(client))
{
    m_waitTimer.setSingleShot(true);
    connect(&m_waitTimer, &QTimer::timeout, this, &ActTurn::tryToBegin);
    connect(&m_requestTimer, &QTimer::timeout, this, &ActTurn::checkRequests);
}

ActTurn::~ActTurn() = default;

QString ActTurn::request()
{
    if (std::exchange(m_isRequested, true))
        return {};
    Result<std::unique_ptr<ActLock>> lock = ActLock::request(m_entry, m_action, m_stateDirectory, m_client);
    if (!lock)
        return u"acts of other processes were not seen (%1)"_s.arg(lock.problem().text());
    m_lock = std::move(*lock);
    return {};
}

void ActTurn::await() { tryToBegin(); }

void ActTurn::stop()
{
    m_waitTimer.stop();
    m_requestTimer.stop();
}

void ActTurn::tryToBegin()
{
    if (!m_lock)
        return Q_EMIT came();
    if (const QString why = overrulingText(); !why.isEmpty())
        return Q_EMIT overruled(why);
    if (!m_lock->tryToBegin()) {
        if (const QString holder = m_lock->holder(); !holder.isEmpty())
            m_waitedFor = holder;
        m_waitTimer.start(TurnPoll);
        return Q_EMIT waiting(waitingText(m_waitedFor));
    }
    if (const std::optional<Receipt> receipt = m_lock->answer()) {
        m_lock->endAnswered();
        return Q_EMIT answered(*receipt);
    }
    m_requestTimer.start(RequestPoll);
    Q_EMIT came();
}

void ActTurn::checkRequests()
{
    if (const QString why = overrulingText(); !why.isEmpty())
        Q_EMIT overruled(why);
}

QString ActTurn::overrulingText() const
{
    const QString by = m_lock->overruler();
    return by.isEmpty() ? QString() : overruledText(m_action, m_entry.name, by);
}

std::optional<RunningAct> ActTurn::remains() const { return m_lock ? m_lock->remains() : std::nullopt; }

void ActTurn::noteStep(RestartStep step)
{
    if (m_lock)
        m_lock->noteStep(step);
}

void ActTurn::noteLaunched(qint64 pid)
{
    if (m_lock)
        m_lock->noteLaunched(pid);
}

void ActTurn::answerThoseSoFar()
{
    if (m_lock)
        m_lock->answerThoseSoFar();
}

void ActTurn::noteStopped()
{
    if (m_lock)
        m_lock->noteStopped();
}

void ActTurn::noteCalledOff()
{
    if (m_lock)
        m_lock->noteCalledOff();
}

void ActTurn::end(const std::optional<Receipt> &receipt, bool isShared)
{
    stop();
    if (m_lock)
        m_lock->end(receipt, isShared);
}

void ActTurn::leave(const Receipt &receipt)
{
    stop();
    if (m_lock)
        m_lock->leave(receipt);
}

} // namespace Hephaestus
