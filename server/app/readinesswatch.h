// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"
#include "common/base/processentry.h"
#include "server/app/notifysocket.h"
#include "server/app/readyrule.h"
#include "server/probes/probe.h"
#include "server/supervisor/heldsockets.h"

#include <QTimer>

namespace Hephaestus {

/// Whether the wrapped program serves, by its ready rule: not at first, and from some moment on, until another process
/// takes its place. Belongs to the main thread; the timer only triggers check().
class ReadinessWatch : public QObject
{
    Q_OBJECT

public:
    /// `rule`: nothing means that a program that runs is ready. `sockets`, those held for the program, outlive it.
    /// `isOurs`: whether a process belongs to the program.
    ReadinessWatch(std::optional<ReadyRule> rule, const HeldSockets &sockets, NotifySocket::IsOurs isOurs,
                   const Clock &clock = Clock::machine(), QObject *parent = nullptr);
    ~ReadinessWatch() override;

    /// What the program's environment needs for its rule; `NAME=value`.
    QByteArrayList environment() const;
    /// Why the rule cannot be followed; empty: it can.
    QString problem() const { return m_notify ? m_notify->problem() : QString(); }

    /// Whether any process that `isOurs` listens for TCP clients.
    static bool listens(const NotifySocket::IsOurs &isOurs);

    bool isReady() const { return m_isReady; }
    /// Why it is not ready, as a sentence; empty: it is.
    QString why() const;

    /// The program's process; nothing: it does not run. Another one than before has to become ready anew; with
    /// `isReady`, a predecessor of this process has seen that it is. Emits nothing.
    void follow(const std::optional<ProcessEntry> &program, bool isReady = false);
    /// What the program has written, of either stream: whole lines, or the beginning of one.
    void readOutput(const QByteArray &text);

public Q_SLOTS:
    void check();

Q_SIGNALS:
    void becameReady();
    void whyChanged();

private:
    void ask();
    void judge(const Outcome &outcome);
    void becomeReady();
    std::chrono::milliseconds pauseAfter(Clock::TimePoint::duration time) const;
    bool accepts() const;
    bool isConnectable(const QString &path);
    QString doubtAtAddress() const;
    ProbeFactory factory() const;

    const std::optional<ReadyRule> m_rule;
    const HeldSockets &m_sockets;
    const NotifySocket::IsOurs m_isOurs;
    const Clock &m_clock;
    const ProbeFactory m_factory; ///< none: the rule is not a question to somebody
    std::unique_ptr<NotifySocket> m_notify;
    std::unique_ptr<Probe> m_probe;
    QTimer m_timer;
    std::optional<ProcessEntry> m_program;
    Clock::TimePoint m_since{};
    QString m_lastAnswer;       ///< of the latest question
    bool m_hasAnswered = false; ///< somebody did, and it was not ready
    bool m_isReady = false;
};

} // namespace Hephaestus
