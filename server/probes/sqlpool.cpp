// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/probes/sqlpool.h"

#include "common/base/beginthread.h"
#include "common/base/callstoowner.h"
#include "server/probes/databaseidentity.h"
#include "server/probes/sqlconnection.h"

#include <QTimer>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using TimePoint = Clock::TimePoint;

constexpr auto ProvedFor = 500ms; ///< a connection used that recently is taken to work
constexpr auto RetryPause = 1s;   ///< between two tries to open a connection that nobody waits for
constexpr auto PatienceAtTheEnd = 2s;

QSqlError notRun(const QString &why) { return QSqlError(why, {}, QSqlError::ConnectionError); }

} // namespace

struct SqlPool::Shared
{
    struct Task
    {
        Job job;
        Work work;
        Done done;
    };

    Shared(SqlPool *pool, const SqlSettings &settings, std::chrono::milliseconds timeout, const Clock &clock)
        : settings(settings)
        , timeout(timeout)
        , clock(clock)
        , ownerCalls(pool)
    {
    }

    const SqlSettings settings;
    const std::chrono::milliseconds timeout;
    const Clock &clock;
    CallsToOwner ownerCalls;
    std::atomic<Job> nextJob{1};

    std::mutex mutex; ///< guards what follows
    std::condition_variable changed;
    std::deque<Task> queue;
    std::vector<Worker *> workers; ///< those whose thread runs
    int open = 0;
    /// Counts the losses: a worker that has seen fewer proves its connection.
    int losses = 0;
    /// Counts the successes: a worker without connection that has seen fewer tries again.
    int successes = 1;
    QString databaseIdentity; ///< of what was opened last
    bool closing = false;
};

/// One connection and its thread. run() is the thread; everything else is called from there, under the lock given.
struct SqlPool::Worker
{
    using Lock = std::unique_lock<std::mutex>;

    Worker(std::shared_ptr<Shared> shared, SqlPool *pool, const QString &name)
        : m_shared(std::move(shared))
        , m_pool(pool)
        , m_connection(m_shared->settings, m_shared->timeout, name)
    {
    }

    void run();
    /// From any thread, under the lock.
    bool isDoing(Job job) const { return job != 0 && m_job == job; }
    bool isProvingSince(TimePoint when) const { return m_proving && m_since <= when; }
    void cut() { m_connection.cut(); }

private:
    bool lookForWork(Lock &lock);
    void serve(Lock &lock, Shared::Task task);
    QSqlError open(Lock &lock);
    QSqlError prove(Lock &lock);
    bool isGood(Lock &lock);
    QSqlError work(Lock &lock, const Work &work);
    QSqlError doWork(const Work &work);
    void lose(Lock &lock);
    void loseAndTell(Lock &lock);
    void tellOpen(int change);
    void answer(const Shared::Task &task, const QSqlError &error);

    const std::shared_ptr<Shared> m_shared;
    SqlPool *const m_pool; ///< used only in calls to its thread
    SqlConnection m_connection;
    TimePoint m_refused{}; ///< when it last could not be opened
    TimePoint m_since{};   ///< of the latest proof's begin, or use's end
    Job m_job = 0;
    int m_lossesSeen = 0;
    int m_successesSeen = 0;
    bool m_proving = false; ///< or opening
};

void SqlPool::Worker::run()
{
    Lock lock(m_shared->mutex);
    while (!m_shared->closing) {
        if (!lookForWork(lock))
            m_shared->changed.wait(lock);
    }
    if (m_connection.isOpen())
        lose(lock);
    std::erase(m_shared->workers, this);
    if (m_shared->workers.empty()) {
        m_shared->changed.notify_all();
        m_shared->ownerCalls.post([pool = m_pool] { pool->joinAll(); });
    }
}

bool SqlPool::Worker::lookForWork(Lock &lock)
{
    const auto next = [this] {
        Shared::Task task = std::move(m_shared->queue.front());
        m_shared->queue.pop_front();
        return task;
    };
    m_connection.forgetCut();
    if (m_connection.isOpen() && m_lossesSeen != m_shared->losses) {
        m_lossesSeen = m_shared->losses;
        if (!isGood(lock))
            lose(lock);
        return true;
    }
    const bool mayRetry = m_shared->clock.now() - m_refused >= RetryPause;
    if (!m_connection.isOpen() && m_successesSeen != m_shared->successes && mayRetry) {
        m_successesSeen = m_shared->successes;
        open(lock);
        return true;
    }
    if (m_shared->queue.empty() || (!m_connection.isOpen() && m_shared->open > 0))
        return false;
    serve(lock, next());
    return true;
}

void SqlPool::Worker::serve(Lock &lock, Shared::Task task)
{
    m_job = task.job;
    QSqlError error;
    const bool isProved = m_shared->clock.now() - m_since < ProvedFor;
    if (m_connection.isOpen() && (!task.work || !isProved)) {
        error = prove(lock);
        if (error.isValid() && !isLocked(error, m_shared->settings))
            loseAndTell(lock);
    }
    if (!m_connection.isOpen() && !m_connection.isCut())
        error = open(lock);
    if (task.work) {
        error = error.isValid()
            ? QSqlError(error.driverText(), error.databaseText(), QSqlError::ConnectionError, error.nativeErrorCode())
            : work(lock, task.work);
    }
    if (!error.isValid()) {
        m_successesSeen = ++m_shared->successes;
        if (m_shared->open < int(m_shared->workers.size()))
            m_shared->changed.notify_all();
    }
    m_job = 0;
    answer(task, error);
}

QSqlError SqlPool::Worker::work(Lock &lock, const Work &work)
{
    lock.unlock();
    const QSqlError error = doWork(work);
    lock.lock();
    m_since = m_shared->clock.now();
    if (error.isValid() && !isGood(lock))
        loseAndTell(lock);
    return error;
}

QSqlError SqlPool::Worker::open(Lock &lock)
{
    m_proving = true;
    m_since = m_shared->clock.now();
    lock.unlock();
    const QSqlError error = m_connection.open();
    const QString identity = m_connection.isOpen() ? Hephaestus::databaseIdentity(m_shared->settings) : QString();
    lock.lock();
    m_proving = false;
    if (m_connection.isOpen())
        m_shared->databaseIdentity = identity;
    m_since = m_shared->clock.now();
    m_lossesSeen = m_shared->losses;
    if (m_connection.isOpen())
        tellOpen(+1);
    else
        m_refused = m_since;
    return error;
}

QSqlError SqlPool::Worker::prove(Lock &lock)
{
    m_proving = true;
    m_since = m_shared->clock.now();
    lock.unlock();
    const QSqlError error = m_connection.prove();
    lock.lock();
    m_proving = false;
    return error;
}

/// A lock is somebody else's matter.
bool SqlPool::Worker::isGood(Lock &lock)
{
    const QSqlError error = prove(lock);
    return !error.isValid() || isLocked(error, m_shared->settings);
}

QSqlError SqlPool::Worker::doWork(const Work &work)
{
    try {
        return work(m_connection.database());
    } catch (const std::exception &exception) {
        return QSqlError(QString::fromUtf8(exception.what()), {}, QSqlError::UnknownError);
    } catch (...) {
        return QSqlError(u"threw something unknown"_s, {}, QSqlError::UnknownError);
    }
}

void SqlPool::Worker::lose(Lock &lock)
{
    lock.unlock();
    m_connection.close();
    lock.lock();
    tellOpen(-1);
}

/// The others prove theirs, too.
void SqlPool::Worker::loseAndTell(Lock &lock)
{
    lose(lock);
    m_lossesSeen = ++m_shared->losses;
    m_shared->changed.notify_all();
}

void SqlPool::Worker::tellOpen(int change)
{
    const int count = m_shared->open += change;
    m_shared->ownerCalls.post([pool = m_pool, count] { Q_EMIT pool->openConnectionsChanged(count); });
    m_shared->changed.notify_all();
}

void SqlPool::Worker::answer(const Shared::Task &task, const QSqlError &error)
{
    m_shared->ownerCalls.post([done = task.done, error] { done(error); });
}

SqlPool::SqlPool(const SqlSettings &settings, std::chrono::milliseconds timeout, const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_settings(settings)
    , m_shared(std::make_shared<Shared>(this, settings, timeout, clock))
{
    static std::atomic<int> pools{0};
    const int pool = ++pools;
    for (int i = 0; i < settings.poolSize; ++i) {
        const QString name = u"hephaestus-%1-%2"_s.arg(pool).arg(i);
        auto worker = std::make_unique<Worker>(m_shared, this, name);
        {
            const std::lock_guard lock(m_shared->mutex);
            m_shared->workers.push_back(worker.get());
        }
        // The worker goes in its own thread: so must its connection.
        Worker *const begun = worker.get();
        auto thread = beginThread([worker = std::move(worker)]() mutable {
            worker->run();
            worker.reset();
        });
        if (thread) {
            m_threads.push_back(std::move(*thread));
        } else {
            const std::lock_guard lock(m_shared->mutex);
            std::erase(m_shared->workers, begun);
            break; // those that there are do the work
        }
    }
}

SqlPool::~SqlPool()
{
    m_shared->ownerCalls.close();
    std::unique_lock lock(m_shared->mutex);
    m_shared->closing = true;
    m_shared->queue.clear();
    for (Worker *worker : m_shared->workers)
        worker->cut();
    m_shared->changed.notify_all();
    const bool ended = m_shared->changed.wait_for(lock, PatienceAtTheEnd, [this] { return m_shared->workers.empty(); });
    lock.unlock();
    for (std::thread &thread : m_threads)
        ended ? thread.join() : thread.detach();
}

SqlPool::Job SqlPool::run(Work work, Done done)
{
    const Job job = m_shared->nextJob++;
    const std::lock_guard lock(m_shared->mutex);
    if (m_shared->closing) {
        m_shared->ownerCalls.post([done = std::move(done)] { done(notRun(u"the connections are closed"_s)); });
        return job;
    }
    if (m_shared->workers.empty()) {
        m_shared->ownerCalls.post([done = std::move(done)] { done(notRun(noOtherThread())); });
        return job;
    }
    m_shared->queue.push_back({job, std::move(work), std::move(done)});
    m_shared->changed.notify_all(); // not one: a worker without connection may decline
    return job;
}

void SqlPool::abandon(Job job)
{
    const std::lock_guard lock(m_shared->mutex);
    const bool waited = std::erase_if(m_shared->queue, [job](const auto &task) { return task.job == job; }) > 0;
    const TimePoint overdue = m_shared->clock.now() - m_shared->timeout;
    for (Worker *worker : m_shared->workers) {
        if (worker->isDoing(job) || (waited && worker->isProvingSince(overdue)))
            worker->cut();
    }
}

int SqlPool::openConnections() const
{
    const std::lock_guard lock(m_shared->mutex);
    return m_shared->open;
}

QString SqlPool::databaseIdentity() const
{
    const std::lock_guard lock(m_shared->mutex);
    return m_shared->databaseIdentity;
}

void SqlPool::close(std::function<void()> done)
{
    if (m_closed) {
        if (done)
            done();
        return;
    }
    if (done)
        m_whenClosed.push_back(std::move(done));
    const std::lock_guard lock(m_shared->mutex);
    if (std::exchange(m_shared->closing, true))
        return;
    for (const Shared::Task &task : std::exchange(m_shared->queue, {}))
        m_shared->ownerCalls.post([done = task.done] { done(notRun(u"the connections are being closed"_s)); });
    for (Worker *worker : m_shared->workers) {
        if (worker->isProvingSince(TimePoint::max()))
            worker->cut();
    }
    m_shared->changed.notify_all();
    if (m_shared->workers.empty())
        m_shared->ownerCalls.post([this] { joinAll(); });
    QTimer::singleShot(m_shared->timeout, this, [this] {
        const std::lock_guard lock(m_shared->mutex);
        for (Worker *worker : m_shared->workers)
            worker->cut();
    });
}

void SqlPool::joinAll()
{
    for (std::thread &thread : m_threads)
        thread.join();
    m_threads.clear();
    m_closed = true;
    for (const auto &done : std::exchange(m_whenClosed, {}))
        done();
}

} // namespace Hephaestus
