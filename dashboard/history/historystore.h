// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/clock.h"
#include "common/base/eventthread.h"
#include "dashboard/history/historybatch.h"
#include "dashboard/history/historysource.h"

#include <QObject>
#include <QTimer>

namespace Hephaestus {

/// What the dashboard remembers from one day to the next, in a file that a thread of its own writes and reads. Nothing
/// here waits. What is recorded is handed over and written in batches. What is asked for comes back by a callback in
/// this object's thread, and never once the store is destroyed.
///
/// A process that ends loses nothing. One that is killed loses at most `WritePause`, or half a step of the finest tier
/// that is kept of so many services, and `HandOverPause`. A full disk or a damaged file is told by trouble(), and
/// disturbs nobody else.
class HistoryStore : public QObject, public HistorySource
{
    Q_OBJECT

public:
    static constexpr std::chrono::milliseconds WritePause{9'000};
    static constexpr std::chrono::milliseconds HandOverPause{1'000}; ///< each wakes the thread
    static constexpr qsizetype MostWaiting = 500; ///< observations of many services are handed over before

    /// `$XDG_STATE_HOME/hephaestus/dashboard/history.db`.
    static QString defaultPath();

    /// What is too old is forgotten by `clock`, which outlives this; a jump of it erases nothing (forgetUntil()).
    explicit HistoryStore(const QString &path, HistoryLimits limits = {}, const Clock &clock = Clock::machine(),
                          QObject *parent = nullptr);
    ~HistoryStore() override; ///< writes what is left

    const QString &path() const { return m_path; }

    void record(Observation observation);
    void record(const Event &event, const QString &url);
    void record(const Obituary &obituary);
    void record(const Receipt &receipt, const QString &url);
    void record(const KnownService &service, const QString &url); ///< when it was seen, observations say
    /// Writes now what waits, instead of with the next batch.
    void flush();

    template <typename T>
    using Callback = std::function<void(const Result<T> &)>;
    using StoredEvents = QList<HistoryBatch::StoredEvent>;

    /// Includes what was recorded just before.
    void askRange(const QString &url, History::Time from, History::Time to, std::chrono::seconds step,
                  const Callback<HistoryRange> &done) override;
    void askEvents(int limit, const Callback<StoredEvents> &done);
    void askObituaries(const QString &url, const Callback<QList<Obituary>> &done);
    /// The last one of each service, by its URL.
    void askReceipts(const Callback<QHash<QString, Receipt>> &done);
    void askReceiptsOf(const QString &url, const Callback<QList<Receipt>> &done); ///< the latest, newest first
    void askKnown(const Callback<QHash<QString, KnownService>> &done);            ///< of all services, by URL

Q_SIGNALS:
    /// The history is not kept, or not where it was, as a sentence; once for each change.
    void trouble(const QString &sentence);
    /// It is kept again.
    void recovered();

private:
    class Worker;

    template <typename T, typename Read>
    void ask(Read read, const Callback<T> &done);
    void inThread(std::function<void()> task);
    void urgently(std::function<void()> task);
    void handOver();

    QString m_path;
    QList<Observation> m_observations; ///< not handed over yet
    QTimer m_handOverTimer;
    Worker *m_worker; ///< lives in m_thread
    EventThread m_thread{"history"};
};

} // namespace Hephaestus
