// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/systemdnotifier.h"

#include "server/app/servicemanager.h"

#include <unistd.h>

#include <ctime>

namespace Hephaestus {

using namespace Qt::StringLiterals;

/// What we ask for beyond a deadline of our own, for the answers to go out.
static constexpr std::chrono::seconds Slack{5};

SystemdNotifier::SystemdNotifier(const ShutdownSequence &sequence, QObject *parent) : QObject(parent)
{
    connect(&sequence, &ShutdownSequence::noticeStarted, this, [this](std::chrono::milliseconds notice) {
        notifyServiceManager("STATUS=shutdown in " + QByteArray::number(double(notice.count()) / 1000.0) + " s");
    });
    connect(&sequence, &ShutdownSequence::noticeCancelled, this, [] { notifyServiceManager("STATUS=running"); });
    connect(&sequence, &ShutdownSequence::drainStarted, this, [this, &sequence](qint64 inFlight) {
        if (sequence.result().mode == ShutdownMode::Restart)
            reloading(); // the process stays, and says READY again
        else
            notifyServiceManager("STOPPING=1");
        stopping(u"draining %1 requests"_s.arg(inFlight), sequence.budget());
    });
    connect(&sequence, &ShutdownSequence::stepStarted, this,
            [this, &sequence](const QString &name) { stopping(u"cleaning up %1"_s.arg(name), sequence.budget()); });
    // As sd_watchdog_enabled(3) does: it is meant for whom WATCHDOG_PID names, or for everybody.
    const qint64 microseconds = qEnvironmentVariable("WATCHDOG_USEC").toLongLong();
    const QString pid = qEnvironmentVariable("WATCHDOG_PID");
    if (microseconds > 0 && (pid.isEmpty() || pid.toLongLong() == ::getpid())) {
        connect(&m_watchdog, &QTimer::timeout, this, [this] { notifyServiceManager("WATCHDOG=1"); });
        // Half of the interval, as sd_watchdog_enabled(3) recommends.
        m_watchdog.start(std::chrono::milliseconds(std::max<qint64>(microseconds / 2000, 1)));
    }
}

void SystemdNotifier::ready(const QString &status) { notifyServiceManager("READY=1\nSTATUS=" + status.toUtf8()); }

void SystemdNotifier::status(const QString &status) { notifyServiceManager("STATUS=" + status.toUtf8()); }

void SystemdNotifier::reloading()
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    const qint64 microseconds = qint64(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
    notifyServiceManager("RELOADING=1\nMONOTONIC_USEC=" + QByteArray::number(microseconds));
}

void SystemdNotifier::stopping(const QString &status, std::chrono::milliseconds more)
{
    const auto microseconds = std::chrono::microseconds(more + Slack).count();
    notifyServiceManager("STATUS=" + status.toUtf8()
                         + "\nEXTEND_TIMEOUT_USEC=" + QByteArray::number(qint64(microseconds)));
}

} // namespace Hephaestus
