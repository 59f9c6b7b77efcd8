// SPDX-License-Identifier: GPL-3.0-or-later
//
// What it costs to read a fleet out of Prometheus, without a window: prometheuscost URL [READINGS]. Each reading is of
// all services, as if all had been scraped again; the first does not count. Prints one line of JSON. Measures, judges
// nothing; not run by ctest.
#include "common/fleet/prometheusfleet.h"
#include "tests/bench/cpuseconds.h"

#include <QCoreApplication>
#include <QFile>

#include <algorithm>
#include <cstdio>

#include <sys/resource.h>

using namespace Hephaestus;

namespace {

double peakMegabytes()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return double(usage.ru_maxrss) / 1e3;
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    const auto server = PrometheusFleet::at({.url = arguments.value(1)});
    if (!server) {
        std::fprintf(stderr, "prometheuscost: %s\n", qPrintable(server.problem().text()));
        return 2;
    }
    const int readings = std::max(1, arguments.value(2, QStringLiteral("5")).toInt());
    qsizetype services = 0;
    qsizetype answered = 0;
    double began = 0;
    int done = -1; // the first one connects, and fills caches
    std::function<void()> ask = [&] {
        (*server)->ask([&](const Result<QList<PrometheusFleet::Member>> &members) {
            if (!members) {
                std::fprintf(stderr, "prometheuscost: %s\n", qPrintable(members.problem().text()));
                return QCoreApplication::exit(1);
            }
            services = members->size();
            answered = std::ranges::count_if(*members, [](const auto &one) { return one.answer.value.has_value(); });
            if (++done == 0)
                began = cpuSeconds();
            if (done == readings)
                return QCoreApplication::quit();
            ask();
        });
    };
    ask();
    if (const int failed = QCoreApplication::exec())
        return failed;
    const double cpu = (cpuSeconds() - began) / readings;
    std::printf(R"({"services": %lld, "answered": %lld, "readings": %d, "cpu_seconds_a_reading": %.4f, )"
                R"("cpu_microseconds_a_row": %.2f, "peak_megabytes": %.1f})"
                "\n",
                (long long)services, (long long)answered, readings, cpu,
                cpu * 1e6 / double(std::max<qsizetype>(services, 1)), peakMegabytes());
    return 0;
}
