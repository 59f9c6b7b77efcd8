// SPDX-License-Identifier: GPL-3.0-or-later
//
// What it costs to count one call of a dependency, beside the two things somebody would do instead.
#include "server/core/dependency.h"

#include <benchmark/benchmark.h>

#include <mutex>

using namespace Hephaestus;

namespace {

Dependency &tracker()
{
    static Dependency dependency(QStringLiteral("database"), Clock::machine());
    return dependency;
}

void countedCall(benchmark::State &state)
{
    for (auto _ : state) {
        auto call = tracker().call();
        call.success();
    }
}
BENCHMARK(countedCall)->ThreadRange(1, 4);

void countedFailure(benchmark::State &state)
{
    const QString why = QStringLiteral("connection refused (127.0.0.1:6333)");
    for (auto _ : state)
        tracker().recordFailure(why);
}
BENCHMARK(countedFailure);

/// The peer: a mutex around two counters and a time.
void mutexPeer(benchmark::State &state)
{
    static std::mutex mutex;
    static qint64 successes = 0;
    static std::chrono::steady_clock::time_point last;
    for (auto _ : state) {
        const std::lock_guard lock(mutex);
        last = std::chrono::steady_clock::now();
        benchmark::DoNotOptimize(++successes);
    }
}
BENCHMARK(mutexPeer)->ThreadRange(1, 4);

/// The floor: reading the clock, which every tracker must.
void readTheClock(benchmark::State &state)
{
    for (auto _ : state)
        benchmark::DoNotOptimize(std::chrono::steady_clock::now());
}
BENCHMARK(readTheClock);

} // namespace
