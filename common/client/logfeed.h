// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/client/serviceclient.h"

#include <QTimer>

namespace Hephaestus {

/// Follows the output of one service page by page, by position: without a gap as long as the service keeps what was
/// not read, and a gap is told. It asks again at once after a full page, soon while something comes, and every 250 ms
/// otherwise. Nothing blocks; one thread.
///
/// Of a service that knows no positions it compares the last lines with those that came before.
class LogFeed : public QObject
{
    Q_OBJECT

public:
    explicit LogFeed(const ServiceTarget &target, QObject *parent = nullptr);
    ~LogFeed() override;

    /// Begins with the last `tail` lines; or goes on where it was when it has begun before.
    void start(qint64 tail);
    /// Begins after a page that came otherwise.
    void startAfter(const LogPage &page);
    void stop();
    /// The lines before a position that came, as many as fit into `bytes`: earlier() follows, if it answers. One such
    /// question at a time; others are ignored.
    void askEarlier(qint64 before, qsizetype bytes);
    /// How soon it asks again while something comes; 40 ms unless set.
    void setPace(std::chrono::milliseconds pace) { m_pace = pace; }

Q_SIGNALS:
    /// New lines, oldest first; the last ones may be unfinished, and come again. Once there may be none: it has begun.
    void arrived(const QList<Hephaestus::OutputLine> &lines);
    void earlier(const QList<Hephaestus::OutputLine> &lines); ///< oldest first; none: nothing more is kept
    void lost(qint64 lines);                                  ///< so many had been dropped before they could be read
    void restarted(); ///< the positions begin anew: what arrives from now on is all that is kept
    /// No answer; once for each message. It goes on asking.
    void failed(const Hephaestus::ServiceReply &reply);
    void recovered(); ///< it answers again

private:
    void ask();
    void take(const Answer<LogPage> &answer);
    void takeTail(const QList<OutputLine> &lines);
    void remember(const QList<OutputLine> &lines);
    void askLater(std::chrono::milliseconds delay);
    bool answers(const ServiceReply &reply);

    ServiceClient m_client;
    QTimer m_timer;
    std::chrono::milliseconds m_pace{40};
    std::chrono::milliseconds m_delay{40};
    qint64 m_tail = 0;
    QByteArray m_log;           ///< empty: nothing has come yet, or the service knows no positions
    qint64 m_next = 0;          ///< position of the first line that is to come
    QList<QByteArray> m_before; ///< of a service that knows no positions: its last lines
    QString m_failure;
    bool m_hasBegun = false;
    bool m_isAsking = false;
    bool m_isRunning = false;
    bool m_isEarlierAsked = false;
};

} // namespace Hephaestus
