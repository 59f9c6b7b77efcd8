// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

class QSocketNotifier;

namespace Hephaestus {

/// SIGINT, SIGTERM and SIGHUP as a signal of Qt while it lives. So a command can bring what it has begun to an end that
/// leaves nothing half done. Those that were ignored stay so, as nohup(1) wants it. SIGPIPE is ignored: a reader
/// of our output that leaves ends no act.
///
/// One object at a time. The destructor restores the dispositions.
class InterruptWatch : public QObject
{
    Q_OBJECT

public:
    explicit InterruptWatch(QObject *parent = nullptr);
    ~InterruptWatch() override;

    int signalNumber() const { return m_signal; } ///< the first that came; 0: none

Q_SIGNALS:
    void interrupted(); ///< each time, from the event loop

private:
    void read();

    QSocketNotifier *m_notifier = nullptr; ///< null: no pipe could be had, and the signals do what they always do
    int m_signal = 0;
};

} // namespace Hephaestus
