// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/hookwatch.h"

#include "common/base/printable.h"
#include "common/fleet/plannedend.h"
#include "server/cli/survey.h"

#include <QDeadlineTimer>

#include <cstdio>

namespace Hephaestus {

using namespace std::chrono_literals;

HookWatch::HookWatch(const Fleet &fleet, const QString &command) : m_runner(fleet)
{
    const auto say = [command](const QString &text) {
        std::fprintf(stderr, "hephaestus %s: %s\n", qPrintable(command), qPrintable(text));
    };
    QObject::connect(&m_runner, &HookRunner::failed, &m_runner, say);
    QObject::connect(&m_runner, &HookRunner::told, &m_runner, [say](const Notification &notification) {
        say(QStringLiteral("hook %1: %2").arg(printable(notification.hook), notification.title));
    });
}

HookWatch::~HookWatch()
{
    for (const QDeadlineTimer deadline(2s); m_runner.isSending() && !deadline.hasExpired();)
        pause(50ms);
}

void HookWatch::look(const QList<FleetEntry> &entries, const QList<ServiceSnapshot> &snapshots)
{
    if (!isWanted())
        return;
    for (qsizetype i = 0; i < entries.size(); ++i) {
        const ServiceSnapshot &snapshot = snapshots[i];
        const auto planned = snapshot.report ? std::nullopt : plannedEnd(entries[i], {});
        m_runner.observe(entries[i].url,
                         {.state = planned ? planned->state : snapshot.state,
                          .message = snapshot.message,
                          .report = snapshot.report ? &*snapshot.report : nullptr});
    }
    m_runner.check();
}

} // namespace Hephaestus
