// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/history/historystore.h"

#include "common/base/post.h"
#include "common/fleet/statepaths.h"
#include "dashboard/history/historydatabase.h"

#include <deque>
#include <mutex>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto PrunePause = 60s;
constexpr auto RetryPause = 30s; ///< after a failure

} // namespace

/// The other side of the thread: gathers, and writes from time to time.
class HistoryStore::Worker : public QObject
{
public:
    Worker(HistoryStore *store, const QString &path, HistoryLimits limits, const Clock &clock)
        : m_store(store)
        , m_database(path, limits)
        , m_clock(clock)
    {
    }

    void open()
    {
        if (m_writeTimer)
            return;
        m_writeTimer = new QTimer(this);
        m_writeTimer->setSingleShot(true);
        QObject::connect(m_writeTimer, &QTimer::timeout, this, [this] { write(); });
        m_pruneTimer = new QTimer(this);
        QObject::connect(m_pruneTimer, &QTimer::timeout, this, [this] { prune(); });
        m_pruneTimer->start(PrunePause);
        tell(m_database.open());
        m_forgotten = {m_database.lastSureTime().value_or(now()), m_clock.sinceBoot()};
        prune();
    }

    template <typename... Record>
    void add(const Record &...record)
    {
        m_batch.add(record...);
        schedule();
    }

    /// Once all is done that was handed over before: thousands may ask for it at a time.
    void writeSoon() { m_writeTimer->start(0ms); }

    void write()
    {
        m_writeTimer->stop();
        if (m_batch.isEmpty())
            return;
        const std::optional<Problem> problem = m_database.write(m_batch, forgetUntil());
        if (!problem)
            m_batch.clear();
        else
            m_writeTimer->start(RetryPause);
        m_failing = problem.has_value();
        tell(problem);
    }

    /// What was handed over a moment ago belongs to what is asked for; not again and again while writing fails.
    HistoryDatabase &upToDate()
    {
        if (!m_failing)
            write();
        return m_database;
    }

    /// A step there is something of: what is not kept so finely for so many services is read more coarsely.
    std::chrono::seconds kept(std::chrono::seconds step) const { return std::max(step, m_batch.finestStep()); }

    History::Time now() const { return m_clock.wall(); }

    /// With those that are not written yet, the latest first. Nothing is written for it: what else waits may be much.
    Result<QList<Obituary>> obituaries(const QString &url)
    {
        Result<QList<Obituary>> kept = m_database.obituaries(url);
        for (const Obituary &waiting : m_batch.obituaries()) {
            if (kept && waiting.url == url)
                kept->prepend(waiting);
        }
        return kept;
    }

    /// From any thread: done before whatever else waits, in its own order.
    void addUrgent(std::function<void()> task)
    {
        const std::lock_guard lock(m_urgentLock);
        m_urgent.push_back(std::move(task));
    }

    void doUrgent()
    {
        while (const std::function<void()> task = takeUrgent()) {
            open(); // it may be the first of all
            task();
        }
    }

private:
    /// Half a step of the finest tier is soon enough: every bucket is written once or twice, not a dozen times.
    void schedule()
    {
        if (!m_writeTimer->isActive())
            m_writeTimer->start(std::max<std::chrono::milliseconds>(WritePause, m_batch.finestStep() / 2));
    }

    void prune()
    {
        if (m_database.isOpen())
            tell(m_database.prune(forgetUntil()));
    }

    /// The time by which the age of what is kept is reckoned. It begins at what is surely past and runs after the
    /// clock, at most twice as fast as time passes: a clock that is wrong for a while takes nothing away.
    History::Time forgetUntil()
    {
        const Clock::TimePoint at = m_clock.sinceBoot();
        const auto passed = std::chrono::duration_cast<History::Time::duration>(at - m_forgotten.second);
        m_forgotten = {std::min(now(), m_forgotten.first + 2 * passed), at};
        return m_forgotten.first;
    }

    void tell(const std::optional<Problem> &problem)
    {
        QString sentence = m_database.takeNotice();
        if (problem)
            sentence = (sentence.isEmpty() ? QString() : sentence + u' ') + problem->text();
        const bool wasTold =
            std::exchange(m_told, problem ? problem->text() : QString()) == (problem ? problem->text() : QString());
        if (!sentence.isEmpty() && !(problem && wasTold))
            // Later: who connects before going back to its event loop misses nothing.
            post(m_store, [store = m_store, sentence] { Q_EMIT store->trouble(sentence); });
        if (problem)
            m_broken = true;
        else if (std::exchange(m_broken, false))
            post(m_store, &HistoryStore::recovered);
    }

    std::function<void()> takeUrgent()
    {
        const std::lock_guard lock(m_urgentLock);
        std::function<void()> task;
        if (!m_urgent.empty()) {
            task = std::move(m_urgent.front());
            m_urgent.pop_front();
        }
        return task;
    }

    std::mutex m_urgentLock;
    std::deque<std::function<void()>> m_urgent;
    HistoryStore *m_store;
    HistoryDatabase m_database;
    const Clock &m_clock;
    std::pair<History::Time, Clock::TimePoint> m_forgotten; ///< forgetUntil() when it was asked last, and when
    HistoryBatch m_batch;
    QTimer *m_writeTimer = nullptr;
    QTimer *m_pruneTimer = nullptr;
    QString m_told;
    bool m_broken = false;
    bool m_failing = false;
};

QString HistoryStore::defaultPath()
{
    const QString directory = defaultStateDirectory();
    return directory.isEmpty() ? QString() : directory + u"/dashboard/history.db"_s;
}

HistoryStore::HistoryStore(const QString &path, HistoryLimits limits, const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_path(path)
    , m_worker(new Worker(this, path, limits, clock))
{
    m_handOverTimer.setSingleShot(true);
    connect(&m_handOverTimer, &QTimer::timeout, this, &HistoryStore::handOver);
    m_worker->moveToThread(m_thread.thread());
    inThread([worker = m_worker] { worker->open(); });
}

HistoryStore::~HistoryStore()
{
    inThread([worker = m_worker] { // behind all that was handed over before
        worker->write();
        worker->deleteLater();
    });
}

/// After all that was recorded before.
void HistoryStore::inThread(std::function<void()> task)
{
    handOver();
    post(m_worker, [worker = m_worker, task = std::move(task)] {
        worker->doUrgent();
        task();
    });
}

/// Before what waits there: somebody looks at it, and it is little.
void HistoryStore::urgently(std::function<void()> task)
{
    m_worker->addUrgent(std::move(task));
    post(m_worker, [worker = m_worker] { worker->doUrgent(); });
}

void HistoryStore::handOver()
{
    m_handOverTimer.stop();
    if (m_observations.isEmpty())
        return;
    post(m_worker, [worker = m_worker, observations = std::exchange(m_observations, {})] {
        for (const Observation &observation : observations)
            worker->add(observation);
    });
}

/// They go over together.
void HistoryStore::record(Observation observation)
{
    if (m_observations.isEmpty())
        m_handOverTimer.start(HandOverPause);
    m_observations.append(std::move(observation));
    if (m_observations.size() >= MostWaiting)
        handOver();
}

void HistoryStore::record(const Event &event, const QString &url)
{
    inThread([worker = m_worker, event, url] { worker->add(event, url); });
}

void HistoryStore::record(const Obituary &obituary)
{
    urgently([worker = m_worker, obituary] { worker->add(obituary); });
}

void HistoryStore::record(const Receipt &receipt, const QString &url)
{
    inThread([worker = m_worker, receipt, url] { worker->add(receipt, url); });
}

void HistoryStore::record(const KnownService &service, const QString &url)
{
    inThread([worker = m_worker, service, url] { worker->add(service, url); });
}

void HistoryStore::flush()
{
    inThread([worker = m_worker] { worker->writeSoon(); });
}

template <typename T, typename Read>
void HistoryStore::ask(Read read, const Callback<T> &done)
{
    inThread([this, worker = m_worker, read, done] {
        const Result<T> answer = read(worker->upToDate());
        post(this, [done, answer] { done(answer); });
    });
}

void HistoryStore::askRange(const QString &url, History::Time from, History::Time to, std::chrono::seconds step,
                            const Callback<HistoryRange> &done)
{
    ask<HistoryRange>(
        [=, worker = m_worker](HistoryDatabase &database) {
            return database.range(url, from, to, worker->kept(step), worker->now());
        },
        done);
}

void HistoryStore::askEvents(int limit, const Callback<StoredEvents> &done)
{
    ask<StoredEvents>([=](HistoryDatabase &database) { return database.events(limit); }, done);
}

void HistoryStore::askObituaries(const QString &url, const Callback<QList<Obituary>> &done)
{
    urgently([this, worker = m_worker, url, done] {
        post(this, [done, answer = worker->obituaries(url)] { done(answer); });
    });
}

void HistoryStore::askReceiptsOf(const QString &url, const Callback<QList<Receipt>> &done)
{
    ask<QList<Receipt>>([=](HistoryDatabase &database) { return database.receiptsOf(url); }, done);
}

void HistoryStore::askKnown(const Callback<QHash<QString, KnownService>> &done)
{
    ask<QHash<QString, KnownService>>([](HistoryDatabase &database) { return database.knownServices(); }, done);
}

void HistoryStore::askReceipts(const Callback<QHash<QString, Receipt>> &done)
{
    ask<QHash<QString, Receipt>>([](HistoryDatabase &database) { return database.receipts(); }, done);
}

} // namespace Hephaestus
