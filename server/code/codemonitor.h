// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/eventthread.h"
#include "server/code/codewatch.h"

namespace Hephaestus {

class ServerState;

/// Answers for a service whether its process runs the code on disk. A CodeWatch works in a thread with low priority,
/// which may serve one monitor after the other; its reports become ServerState's code.
///
/// Made early: the constructor notes what is loaded now (some milliseconds). Call start() when the service is up: what
/// takes long follows in the background. Until the first comparison has ended the verdict is unknown. The state, the
/// thread and the clock outlive it.
class CodeMonitor : public QObject
{
    Q_OBJECT

public:
    CodeMonitor(ServerState &state, EventThread &thread, CodeSources sources, const Clock &clock = Clock::machine(),
                const CodeTiming &timing = {}, QObject *parent = nullptr);
    ~CodeMonitor() override;

    void start();
    /// Asks for a comparison at once; reported() follows.
    void compareNow();
    /// Calls `done` once, in another thread, when the state has the verdict of a comparison that began after this call.
    /// Never, if this object is destroyed before.
    void compareAnew(std::function<void()> done);
    /// The service goes by these bytes of a configuration file from now on.
    void setConfiguration(const QByteArray &path, const QByteArray &bytes);
    /// Says of each path whether the process loaded that file, after the first comparison and one that is under way.
    /// `done` is called once, in another thread; never, if this object is destroyed before.
    void find(const QByteArrayList &paths, std::function<void(const QList<CodeFile> &)> done);

Q_SIGNALS:
    /// In the thread that compares, so that nobody is woken for a report that nobody wants.
    void reported(const Hephaestus::CodeReport &report);
    /// CodeWatch::rested(), in the thread that compares.
    void rested();

private:
    QList<std::function<void()>> m_early; ///< questions before start()
    EventThread &m_thread;
    CodeWatch *m_watch; ///< lives in m_thread, which deletes it, once that is started
    bool m_isStarted = false;
};

} // namespace Hephaestus
