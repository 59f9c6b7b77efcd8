// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <initializer_list>

class QSocketNotifier;

namespace Hephaestus {

/// Unix signals as a Qt signal. The handler only writes a byte to a socketpair, whose other end a QSocketNotifier
/// watches. That is the way of Qt's "Calling Qt Functions From Unix Signal Handlers".
///
/// One object a process, made before any thread, so that none runs with the old dispositions. It takes what was held
/// back (holdBack()). SIGPIPE is ignored from then on. A second SIGTERM or SIGINT, 200 ms or more after the first, ends
/// the process at once with 128+n. That works even when the event loop is blocked. The destructor restores what was
/// there.
class UnixSignals : public QObject
{
    Q_OBJECT

public:
    explicit UnixSignals(std::initializer_list<int> signalNumbers, QObject *parent = nullptr);
    ~UnixSignals() override;

    /// Whether SIGTERM or SIGINT came since the latest object was made, told or not, or is held back; it may be gone by
    /// now. For who is about to replace the process, when no event loop reads signals any more.
    static bool stopRequested();

    /// From now on SIGTERM and SIGINT wait until the next object is made: for the calling thread and what it starts,
    /// and over execve(2). Without this they would end the process between this object and the next image's.
    static void holdBack();

Q_SIGNALS:
    void received(int signalNumber);

private:
    void read();

    QList<int> m_numbers;
    QSocketNotifier *m_notifier;
};

/// Gives a child, between fork and exec, the default disposition of every signal and an empty mask. Neither an ignored
/// SIGPIPE nor a blocked signal may be inherited. Async-signal-safe; made for QProcess::setChildProcessModifier().
void resetSignalsInChild();

/// The same for the next image of this process, which keeps what is held back.
void resetSignalsForSuccessor();

} // namespace Hephaestus
