// SPDX-License-Identifier: GPL-3.0-or-later
//
// What it costs to know whether the code is fresh: codecost [FILES [SECONDS]]. Makes that many source files of 8 KiB in a temporary directory,
// 20 a directory, and prints what watching them takes, at rest and after an edit. Measures, judges nothing; not run by ctest.
#include "server/core/codemonitor.h"
#include "server/core/serverstate.h"

#include <QCoreApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QThread>

#include <malloc.h>
#include <sys/resource.h>

#include <cstdio>

using namespace Hephaestus;

namespace {

double cpuSeconds()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

size_t heapBytes()
{
    const struct mallinfo2 info = ::mallinfo2();
    return info.uordblks + info.hblkhd;
}

void writeFile(const QString &path, const QByteArray &content)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("cannot write %ls", qUtf16Printable(path));
}

QString nameOf(const QTemporaryDir &directory, int i)
{
    return directory.filePath(QStringLiteral("src/package%1/module_number_%2.py").arg(i / 20).arg(i));
}

/// Runs the event loop until the verdict is `wanted`; returns the seconds it took.
double waitFor(const ServerState &state, CodeVerdict wanted)
{
    QElapsedTimer timer;
    timer.start();
    while (state.report().code->verdict != wanted) {
        QCoreApplication::processEvents();
        QThread::usleep(500);
    }
    return double(timer.nsecsElapsed()) / 1e9;
}

} // namespace

int main(int argc, char *argv[])
{
    QCoreApplication app(argc, argv);
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    const int files = argc > 1 ? std::atoi(argv[1]) : 20'000;
    const int seconds = argc > 2 ? std::atoi(argv[2]) : 120;
    const QTemporaryDir directory;
    for (int i = 0; i < files; ++i) {
        if (i % 20 == 0)
            QDir().mkpath(directory.filePath(QStringLiteral("src/package%1").arg(i / 20)));
        writeFile(nameOf(directory, i), QByteArray(8192, 'x'));
    }

    ServerState state(QStringLiteral("codecost"), QStringLiteral("1"));
    CodeSources sources;
    sources.directory = QFile::encodeName(directory.path());
    sources.watch = {"src/**/*.py"};
    sources.since = wallClock();
    const size_t heapBefore = heapBytes();
    QElapsedTimer timer;
    timer.start();
    CodeMonitor monitor(state, sources);
    monitor.start();
    std::printf("start delayed by        %8.2f ms\n", double(timer.nsecsElapsed()) / 1e6);

    double cpu = cpuSeconds();
    const double recorded = waitFor(state, CodeVerdict::Fresh);
    std::printf("first verdict after     %8.2f s, %.2f s of CPU, once, to read %d files\n", recorded, cpuSeconds() - cpu, files);
    std::printf("memory per file         %8.1f bytes of heap, all told\n", double(heapBytes() - heapBefore) / files);

    writeFile(nameOf(directory, files / 2), QByteArray(8192, 'y'));
    std::printf("edit to stale           %8.3f s\n", waitFor(state, CodeVerdict::Stale));
    writeFile(nameOf(directory, files / 2), QByteArray(8192, 'x'));
    std::printf("taken back to fresh     %8.3f s\n", waitFor(state, CodeVerdict::Fresh));

    cpu = cpuSeconds();
    timer.restart();
    QThread::sleep(60); // the first minute, in which it looks more often
    std::printf("the first minute then   %8.3f %% of a core\n", (cpuSeconds() - cpu) / (double(timer.nsecsElapsed()) / 1e9) * 100);
    cpu = cpuSeconds();
    timer.restart();
    QThread::sleep(static_cast<unsigned long>(seconds));
    std::printf("at rest, %4d s         %8.3f %% of a core\n", seconds,
                (cpuSeconds() - cpu) / (double(timer.nsecsElapsed()) / 1e9) * 100);
    return 0;
}
