// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/filedescriptor.h"

#include <QObject>

#include <memory>

class QSocketNotifier;

namespace Hephaestus {

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

Q_SIGNALS:
    void gone(); ///< once, from the event loop

private:
    ProcessWatch(qint64 pid, FileDescriptor descriptor);

    qint64 m_pid;
    FileDescriptor m_descriptor;
    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace Hephaestus
