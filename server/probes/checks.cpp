// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/probes/checks.h"

#include "common/base/post.h"
#include "server/probes/checkschedule.h"
#include "server/probes/probefactory.h"
#include "server/probes/sqlpool.h"

#include <algorithm>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;

/// A function that calls `then` when it was called `count` times; now, if that is none.
std::function<void()> afterAll(std::size_t count, std::function<void()> then)
{
    if (count == 0 && then)
        then();
    return [left = std::make_shared<std::size_t>(count), then = std::move(then)] {
        if (--*left == 0 && then)
            then();
    };
}

} // namespace

struct Checks::Entry
{
    DependencyConfig config;
    std::unique_ptr<SqlPool> pool;           ///< of kind sql
    std::unique_ptr<CheckSchedule> schedule; ///< goes before the pool it uses
};

Checks::Checks(ServerState &state, const Clock &clock, QObject *parent)
    : QObject(parent)
    , m_state(state)
    , m_clock(clock)
{
}

Checks::~Checks() = default;

void Checks::apply(const DependenciesConfig &config)
{
    if (m_stopped)
        return;
    std::vector<std::unique_ptr<Entry>> before = std::exchange(m_entries, {});
    const auto entryOf = [&before](const QString &name) {
        return std::find_if(before.begin(), before.end(),
                            [&](const auto &entry) { return entry && entry->config.name == name; });
    };
    for (const DependencyConfig &one : config) {
        if (!one.enabled) {
            m_state.dependency(one.name);
            continue;
        }
        const auto old = entryOf(one.name);
        if (old == before.end()) {
            m_entries.push_back(makeEntry(one, nullptr));
        } else if ((*old)->config == one) {
            m_entries.push_back(std::move(*old));
        } else {
            const DependencyConfig &was = (*old)->config;
            const bool sameDatabase = was.settings == one.settings && was.timeout == one.timeout;
            std::unique_ptr<SqlPool> pool = sameDatabase ? std::move((*old)->pool) : nullptr;
            retire(std::move(*old));
            m_entries.push_back(makeEntry(one, std::move(pool)));
        }
    }
    for (std::unique_ptr<Entry> &gone : before) {
        if (!gone)
            continue;
        m_state.dependency(gone->config.name).setUsed(false);
        retire(std::move(gone));
    }
    m_applied = true;
    for (const auto &entry : m_entries)
        entry->schedule->start();
    lookAtFirstRound();
}

std::unique_ptr<Checks::Entry> Checks::makeEntry(const DependencyConfig &config, std::unique_ptr<SqlPool> pool)
{
    Dependency &dependency = m_state.dependency(config.name);
    auto entry = std::make_unique<Entry>();
    entry->config = config;
    entry->pool = std::move(pool);
    QVariantMap details; // of this configuration, and of no former one
    if (const auto *sql = std::get_if<SqlSettings>(&config.settings); sql && !entry->pool) {
        entry->pool = std::make_unique<SqlPool>(*sql, config.timeout, m_clock);
        connect(entry->pool.get(), &SqlPool::openConnectionsChanged, this,
                [&dependency](int count) { dependency.setDetail(u"pool_size"_s, count); });
    }
    if (entry->pool)
        details.insert(u"pool_size"_s, entry->pool->openConnections());
    if (const auto *http = std::get_if<HttpSettings>(&config.settings))
        details = http->details;
    dependency.setDetails(details);
    dependency.setUsed(true);
    entry->schedule = std::make_unique<CheckSchedule>(m_state, dependency, probeFactory(config, entry->pool.get()),
                                                      config.interval, patienceOf(config.settings), m_clock);
    connect(entry->schedule.get(), &CheckSchedule::checked, this, &Checks::lookAtFirstRound);
    return entry;
}

void Checks::retire(std::unique_ptr<Entry> entry)
{
    Entry *const leaving = entry.get();
    leaving->schedule->disconnect(this);
    if (leaving->pool)
        leaving->pool->disconnect(this);
    m_retired.push_back(std::move(entry));
    const auto remove = [this, leaving] {
        std::erase_if(m_retired, [leaving](const auto &one) { return one.get() == leaving; });
    };
    leaving->schedule->stop([this, leaving, remove] {
        // Later: what has just ended is still on the stack.
        const auto removeLater = [this, remove] { post(this, remove); };
        if (leaving->pool)
            leaving->pool->close(removeLater);
        else
            removeLater();
    });
}

void Checks::lookAtFirstRound()
{
    if (m_firstRoundFinished || !m_applied)
        return;
    const bool all = std::all_of(m_entries.begin(), m_entries.end(),
                                 [](const auto &entry) { return entry->schedule->hasChecked(); });
    if (!all)
        return;
    m_firstRoundFinished = true;
    post(this, &Checks::firstRoundFinished);
}

void Checks::checkAll(Done done)
{
    const auto oneDone = afterAll(m_entries.size(), std::move(done));
    for (const auto &entry : m_entries)
        entry->schedule->checkNow(oneDone);
}

SqlPool *Checks::pool(const QString &dependency) const
{
    for (const auto &entry : m_entries) {
        if (entry->config.name == dependency)
            return entry->pool.get();
    }
    return nullptr;
}

void Checks::stop(Done done)
{
    m_stopped = true;
    const auto oneDone = afterAll(m_entries.size() + m_retired.size(), std::move(done));
    for (const auto *entries : {&m_entries, &m_retired}) {
        for (const auto &entry : *entries)
            entry->schedule->stop(oneDone);
    }
}

void Checks::closeDatabases(Done done)
{
    std::vector<SqlPool *> pools;
    for (const auto *entries : {&m_entries, &m_retired}) {
        for (const auto &entry : *entries) {
            if (entry->pool)
                pools.push_back(entry->pool.get());
        }
    }
    const auto oneDone = afterAll(pools.size(), std::move(done));
    for (SqlPool *pool : pools)
        pool->close(oneDone);
}

std::vector<CleanupStep> Checks::cleanupSteps()
{
    CleanupStep checks;
    checks.name = u"dependency checks"_s;
    checks.stage = CleanupStage::BackgroundTasks;
    checks.run = [this](CleanupDone done) { stop(done); };
    CleanupStep databases;
    databases.name = u"database connections"_s;
    databases.stage = CleanupStage::Databases;
    databases.run = [this](CleanupDone done) { closeDatabases(done); };
    return {checks, databases};
}

} // namespace Hephaestus
