// SPDX-License-Identifier: GPL-3.0-or-later
//
// What it costs to keep the history of a fleet on disk: historycost [SERVICES [HOURS]].
//
// It writes the history of so many hours, by a clock of its own. Each service is polled every second and has six busy
// dependencies. Then it measures ten minutes more: CPU and bytes written, and how long one service's last hour and last
// two days take to read. It prints a table and judges nothing; ctest does not run it.
#include "dashboard/history/historydatabase.h"
#include "dashboard/history/historystore.h"
#include "tests/bench/cpuseconds.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>

#include <cstdio>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

QString urlOf(int service) { return u"http://127.0.0.1:%1"_s.arg(10'000 + service); }

/// What this process has handed to write(2) and its like so far, in bytes.
double writtenBytes()
{
    QFile file(u"/proc/self/io"_s);
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray &line : file.readAll().split('\n')) {
        if (line.startsWith("wchar: "))
            return line.mid(7).toDouble();
    }
    return 0;
}

class KeptFleet
{
public:
    KeptFleet(const QString &path, int services) : m_services(services), m_path(path), m_database(path, {}) {}

    /// From here on, written every `pause`; false if it cannot be.
    bool live(std::chrono::seconds time, std::chrono::seconds pause)
    {
        for (const History::Time end = m_now + time; m_now < end;) {
            for (const History::Time written = m_now + pause; m_now < written; m_now += m_every)
                poll();
            const double before = cpuSeconds();
            auto problem = m_database.write(m_batch, m_now);
            m_batch.clear();
            if (!problem && m_now.time_since_epoch() % 1min < pause)
                problem = m_database.prune(m_now);
            m_writing += cpuSeconds() - before;
            if (problem) {
                std::fprintf(stderr, "historycost: %s\n", qPrintable(problem->text()));
                return false;
            }
        }
        return true;
    }

    double read(std::chrono::seconds time, std::chrono::seconds step)
    {
        QElapsedTimer timer;
        timer.start();
        const auto range =
            m_database.range(urlOf(m_services / 2), m_now - time, m_now, std::max(step, finestStep()), m_now);
        return range && !range->stretches.empty() ? double(timer.nsecsElapsed()) / 1e6 : -1;
    }

    bool open() { return !m_database.open(); }
    /// One answer for all that time is as good where no finer step is kept.
    void pollEvery(std::chrono::seconds time) { m_every = time; }
    std::chrono::seconds finestStep() const { return m_batch.finestStep(); }
    double writing() const { return m_writing; } ///< seconds of CPU
    double megabytes() const { return double(QFileInfo(m_path).size()) / 1e6; }

private:
    void poll()
    {
        for (int service = 0; service < m_services; ++service) {
            Observation observation;
            observation.url = urlOf(service);
            observation.from = m_now;
            observation.to = m_now + m_every;
            observation.latency = 1ms;
            observation.resources = m_resources;
            for (const QString &name : m_names)
                observation.operations[name] = {m_every.count(), 0};
            m_batch.add(observation);
        }
    }

    const int m_services;
    const QString m_path;
    const QStringList m_names{u"database"_s, u"qdrant"_s, u"openai"_s, u"anthropic"_s, u"lmstudio"_s, u"groq"_s};
    const Resources m_resources = [] {
        Resources resources;
        resources.openConnections = 3;
        resources.residentBytes = 50'000'000;
        resources.cpuSeconds = 0.01;
        return resources;
    }();
    HistoryDatabase m_database;
    HistoryBatch m_batch;
    History::Time m_now{std::chrono::hours(490'000)};
    std::chrono::seconds m_every{1};
    double m_writing = 0;
};

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const int services = argc > 1 ? QByteArray(argv[1]).toInt() : 5000;
    const int hours = argc > 2 ? QByteArray(argv[2]).toInt() : 2;
    if (services < 1 || hours < 1) {
        std::fprintf(stderr, "usage: historycost [SERVICES [HOURS]]\n");
        return 2;
    }
    const QTemporaryDir directory;
    KeptFleet fleet(directory.filePath(u"history.db"_s), services);
    if (!fleet.open() || !fleet.live(1s, 1s)) // then it knows how many services there are
        return 1;
    const auto pause =
        std::max(std::chrono::ceil<std::chrono::seconds>(HistoryStore::WritePause), fleet.finestStep() / 2);
    fleet.pollEvery(std::min<std::chrono::seconds>(pause, fleet.finestStep()));
    if (!fleet.live(std::chrono::hours(hours), 60s))
        return 1;
    const double bytes = writtenBytes(), cpu = fleet.writing();
    constexpr auto Measured = 600s;
    if (!fleet.live(Measured, pause))
        return 1;
    const double seconds = double(Measured.count());
    std::printf("services                 %d, history of %d h: %.0f MB, written every %d s\n", services, hours,
                fleet.megabytes(), int(pause.count()));
    std::printf("CPU of writing           %.4f of a core, %.1f microseconds for each poll\n",
                (fleet.writing() - cpu) / seconds, (fleet.writing() - cpu) * 1e6 / seconds / services);
    std::printf("written                  %.2f MB/s\n", (writtenBytes() - bytes) / seconds / 1e6);
    std::printf("one service read         %.1f ms an hour, %.1f ms two days\n", fleet.read(1h, 10s),
                fleet.read(48h, 60s));
    return 0;
}
