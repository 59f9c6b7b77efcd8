// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/core/endnotewriter.h"

#include "common/protocol/endnotes.h"
#include "server/core/log.h"

#include <QFile>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// Its name is asked for now: it may be gone when the note is written.
EndNote noteOf(const SignalSender &sender)
{
    EndNote note;
    if (sender.isKernel) {
        note.reason = EndReason::Terminal;
        return note;
    }
    QFile file(u"/proc/%1/comm"_s.arg(sender.pid));
    if (sender.pid <= 0 || !file.open(QIODevice::ReadOnly))
        return note;
    const QString name = QString::fromUtf8(file.readAll()).trimmed();
    if (name == "systemd"_L1)
        note.reason = EndReason::ServiceManager;
    note.by = u"%1 (pid %2)"_s.arg(name, QString::number(sender.pid));
    return note;
}

} // namespace

EndNoteWriter::EndNoteWriter(const ServerState &state, const ShutdownSequence &shutdown)
    : m_state(state)
    , m_shutdown(shutdown)
{
    connect(&shutdown, &ShutdownSequence::finished, this, &EndNoteWriter::write);
}

void EndNoteWriter::noteStop(const SignalSender &sender)
{
    // One that comes later joins what another reason has begun, unless it makes a stop of a restart.
    const bool isJoined = m_state.phase() >= Phase::Draining && m_shutdown.result().mode != ShutdownMode::Restart;
    if (!m_bySignal && !isJoined)
        m_bySignal = noteOf(sender);
}

void EndNoteWriter::write()
{
    const ShutdownResult &result = m_shutdown.result();
    const bool isByEndpoint = m_shutdown.asker() == ShutdownAsker::Endpoint;
    if (!isByEndpoint && (result.mode != ShutdownMode::Signal || !m_bySignal))
        return;
    EndNote note = isByEndpoint ? EndNote{.reason = EndReason::Endpoint} : *m_bySignal;
    const BasicHealth health = m_state.basic();
    note.instance = health.instanceId;
    note.pid = health.pid.value_or(0);
    note.exitCode = result.complete ? result.exitCode.value_or(0) : std::max(result.exitCode.value_or(0), 1);
    if (const std::optional<Problem> problem = leaveEndNote(note))
        qCDebug(logShutdown, "no note of the end: %s", qPrintable(problem->text()));
}

} // namespace Hephaestus
