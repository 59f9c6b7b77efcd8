// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/client/logfeed.h"
#include "server/cli/logprinter.h"
#include "server/cli/logreading.h"

#include <QEventLoop>

namespace Hephaestus {

/// Prints what services write from now on: of one service at once, of several in the order of time, 200 ms later. Says
/// on stderr what was lost, and when a service went away, came back or began anew. What it wrote in between is read
/// from its file, if that is on this machine.
class LogFollowing : public QObject
{
public:
    LogFollowing(const LogPrinter &printer, const QList<LogState> &states);
    ~LogFollowing() override;

    /// Until interrupted, or until nobody reads any more.
    void run();

private:
    struct Followed
    {
        LogState state;
        std::unique_ptr<LogFeed> feed;
        QList<OutputLine> latest; ///< the last lines that were taken, at most ComparedAtMost
        qint64 fileSize = -1;     ///< when it was read
        bool isAway = false;
        bool isAnew = false; ///< what arrives next is all that it keeps
    };
    struct Waiting
    {
        NamedLine named;
        std::chrono::steady_clock::time_point arrived;
    };

    void connectFeed(int service);
    void take(int service, const QList<OutputLine> &lines);
    void keep(int service, const QList<OutputLine> &lines);
    void takeAll(int service, const QList<OutputLine> &lines);
    void readFiles();
    void readFile(int service);
    void flush(bool all);

    const LogPrinter &m_printer;
    std::vector<Followed> m_services;
    QList<Waiting> m_waiting;
    QTimer m_timer;
    QEventLoop m_loop;
    bool m_isEnded = false;
};

} // namespace Hephaestus
