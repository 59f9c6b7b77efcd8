// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/filedescriptor.h"

#include <QObject>
#include <QString>

#include <memory>
#include <optional>

class QSocketNotifier;

namespace Hephaestus {

/// How a process ended.
struct ExitStatus
{
    int code = 0;   ///< meaningful if signal is 0
    int signal = 0; ///< that killed it; 0: it exited

    /// `exited with code 3`, `was killed by signal 11 (Segmentation fault)`.
    QString text() const;

    bool operator==(const ExitStatus &) const = default;
};

/// Watches one process, whoever's child it is, until it ends. Its pidfd (pidfd_open(2)) stays with the process even
/// when the number is given to another one.
class ProcessWatch : public QObject
{
    Q_OBJECT

public:
    /// Null if there is no such process.
    static std::unique_ptr<ProcessWatch> open(qint64 pid);
    ~ProcessWatch() override;

    qint64 pid() const { return m_pid; }
    int descriptor() const { return m_descriptor.number(); } ///< stays ours
    /// By the pidfd: it never reaches another process that has the number by now.
    bool send(int signalNumber) const;
    bool isGone() const; ///< ended, even if nobody has reaped it
    /// How it ended, as far as the kernel tells: until its parent has reaped it, or since Linux 6.15 (PIDFD_GET_INFO)
    /// afterwards. Nothing: it runs, or nobody tells.
    std::optional<ExitStatus> exitStatus() const;

Q_SIGNALS:
    void gone(); ///< once, from the event loop

private:
    ProcessWatch(qint64 pid, FileDescriptor descriptor);

    qint64 m_pid;
    FileDescriptor m_descriptor;
    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace Hephaestus
