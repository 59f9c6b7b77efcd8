// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QObject>

#include <sys/types.h>

class QSocketNotifier;

namespace Hephaestus {

/// Who sent a signal.
struct SignalSender
{
    bool isKernel = false; ///< a terminal, a timer, a fault
    pid_t pid = 0;         ///< the process that did; 0: the kernel, or one of another PID namespace

    bool operator==(const SignalSender &) const = default;
};

/// Unix signals as a Qt signal. The handler only writes to a socketpair, whose other end a QSocketNotifier watches (the
/// way of Qt's "Calling Qt Functions From Unix Signal Handlers").
///
/// One object a process, made before any thread, so that none runs with the old dispositions. It empties the signal
/// mask and takes what was held back (holdBack()). SIGPIPE is ignored from then on, unless it is one of the signals
/// asked for. A SIGHUP that nohup(1) has ignored stays so. The destructor restores the defaults.
class UnixSignals : public QObject
{
    Q_OBJECT

public:
    /// What a second SIGTERM or SIGINT does, 200 ms or more after the first.
    enum class SecondStop {
        ExitsAtOnce, ///< with 128+n, even when the event loop is blocked
        IsTold,      ///< by forced(); the process ends with 128+n if it still runs 3 s later
    };

    explicit UnixSignals(const QList<int> &signalNumbers, SecondStop secondStop = SecondStop::ExitsAtOnce,
                         QObject *parent = nullptr);
    ~UnixSignals() override;

    /// Every signal that a program may handle as it likes, for a process that passes them on. SIGCHLD is not among
    /// them: it comes for one's own children. Those of the kernel (a fault, a timer) keep their default effect.
    static QList<int> all();

    /// Whether SIGTERM or SIGINT came since the latest object was made, told or not, or is held back; it may be gone by
    /// now. For who is about to replace the process, when no event loop reads signals any more.
    static bool stopRequested();

    /// From now on signals wait until the next object is made: for the calling thread, what it starts, and over
    /// execve(2). Between this object and the next image's they would end the process as if nobody minded. SIGALRM, the
    /// deadline of a next image, and those of faults do not wait.
    static void holdBack();

Q_SIGNALS:
    void received(int signalNumber, Hephaestus::SignalSender sender);
    void forced(int signalNumber);

private:
    void read();

    QList<int> m_numbers;
    QSocketNotifier *m_notifier;
};

/// Whatever dispositions the parent left, at the very start of a program: the defaults, but for a SIGHUP that nohup(1)
/// has ignored, and SIGXFSZ, which is ignored. An ignored SIGCHLD would hide the ends of all children.
void resetSignalsAtStart();

/// Gives a child, between fork and exec, the default disposition of every signal and an empty mask. Neither an ignored
/// SIGPIPE nor a blocked signal may be inherited; an ignored SIGHUP is, from nohup(1). Async-signal-safe; made for
/// QProcess::setChildProcessModifier().
void resetSignalsInChild();

/// The same for the next image of this process, which keeps what is held back.
void resetSignalsForSuccessor();

} // namespace Hephaestus
