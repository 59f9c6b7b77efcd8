// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/endnotewriter.h"

#include "common/fleet/endnotes.h"
#include "server/core/log.h"
#include "server/http/service.h"

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

EndNoteWriter::EndNoteWriter(Service &service) : m_service(service)
{
    connect(&service, &Service::stopReceived, this, &EndNoteWriter::noteStop);
    connect(&service.shutdown(), &ShutdownSequence::finished, this, &EndNoteWriter::write);
}

void EndNoteWriter::noteStop(const SignalSender &sender)
{
    if (!m_bySignal)
        m_bySignal = noteOf(sender);
}

void EndNoteWriter::write()
{
    const ShutdownResult &result = m_service.shutdown().result();
    const bool isByEndpoint = result.mode == ShutdownMode::Immediate || result.mode == ShutdownMode::Scheduled;
    if (!isByEndpoint && (result.mode != ShutdownMode::Signal || !m_bySignal))
        return;
    EndNote note = isByEndpoint ? EndNote{.reason = EndReason::Endpoint} : *m_bySignal;
    const BasicHealth health = m_service.state().basic();
    note.instance = health.instanceId;
    note.pid = health.pid.value_or(0);
    note.exitCode = result.complete ? result.exitCode.value_or(0) : std::max(result.exitCode.value_or(0), 1);
    if (const std::optional<Problem> problem = leaveEndNote(note))
        qCDebug(logShutdown, "no note of the end: %s", qPrintable(problem->text()));
}

} // namespace Hephaestus
