// SPDX-License-Identifier: GPL-3.0-or-later
//
// What it costs to know whether the code is fresh: codecost [FILES [SECONDS]]. Makes that many source files of 8 KiB in
// a temporary directory, 20 a directory, and prints what watching them takes, at rest (0 seconds: not that) and after
// an edit. Measures, judges nothing; not run by ctest.
#include "server/code/codemonitor.h"
#include "server/core/serverstate.h"
#include "tests/bench/cpuseconds.h"

#include <QCoreApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QTemporaryDir>
#include <QThread>

#include <malloc.h>

#include <algorithm>
#include <cstdio>

using namespace Hephaestus;

namespace {

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

/// A service that watches so many files.
class WatchedTree
{
public:
    WatchedTree(CodeSources sources, int files) : m_files(files), m_heapBefore(heapBytes()), m_cpuBefore(cpuSeconds())
    {
        sources.since = wallClock();
        m_timer.start();
        m_monitor.emplace(m_state, m_thread, sources);
        m_monitor->start();
        m_delay = m_timer.nsecsElapsed();
    }

    /// Sleeps in the event loop until a report is as wanted; returns the seconds it took.
    template <typename Wanted>
    double waitUntil(Wanted wanted) const
    {
        QElapsedTimer timer;
        timer.start();
        QEventLoop loop;
        QObject::connect(&*m_monitor, &CodeMonitor::reported, &loop, [&](const CodeReport &report) {
            if (wanted(report))
                loop.quit();
        });
        loop.exec();
        return double(timer.nsecsElapsed()) / 1e9;
    }

    double waitFor(CodeVerdict wanted) const
    {
        return waitUntil([wanted](const CodeReport &report) { return report.verdict == wanted; });
    }

    /// The same for any verdict that names a changed file: Unknown where it changed before it was read.
    std::pair<double, CodeVerdict> waitForChange() const
    {
        CodeVerdict verdict = CodeVerdict::Fresh;
        const double seconds = waitUntil([&verdict](const CodeReport &report) {
            verdict = report.verdict;
            return verdict != CodeVerdict::Fresh && !report.changed.isEmpty();
        });
        return {seconds, verdict};
    }

    void costs(int seconds) const
    {
        std::printf("start delayed by        %8.2f ms\n", double(m_delay) / 1e6);
        waitFor(CodeVerdict::Fresh);
        std::printf("first verdict after     %8.2f s, %.2f s of CPU, to read %d files\n",
                    double(m_timer.nsecsElapsed()) / 1e9, cpuSeconds() - m_cpuBefore, m_files);
        std::printf("memory per file         %8.1f bytes of heap, all told\n",
                    double(heapBytes() - m_heapBefore) / m_files);
        if (seconds == 0)
            return;
        QThread::sleep(static_cast<unsigned long>(std::max<qint64>(0, 60 - m_timer.elapsed() / 1000)));
        std::printf("the first minute        %8.2f %% of a core, all told\n", (cpuSeconds() - m_cpuBefore) / 60 * 100);
        const double cpu = cpuSeconds();
        QThread::sleep(static_cast<unsigned long>(seconds));
        std::printf("after it, %4d s        %8.3f %% of a core\n", seconds, (cpuSeconds() - cpu) / seconds * 100);
    }

private:
    const int m_files;
    const size_t m_heapBefore;
    const double m_cpuBefore;
    QElapsedTimer m_timer;
    qint64 m_delay = 0;
    ServerState m_state{QStringLiteral("codecost"), QStringLiteral("1")};
    EventThread m_thread{"code"};
    std::optional<CodeMonitor> m_monitor;
};

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

    CodeSources sources;
    sources.directory = QFile::encodeName(directory.path());
    sources.watch = {"src/**/*.py"};
    {
        const WatchedTree watched(sources, files);
        watched.costs(seconds);
        writeFile(nameOf(directory, files / 2), QByteArray(8192, 'y'));
        std::printf("edit to stale           %8.3f s\n", watched.waitFor(CodeVerdict::Stale));
        writeFile(nameOf(directory, files / 2), QByteArray(8192, 'x'));
        std::printf("taken back to fresh     %8.3f s\n", watched.waitFor(CodeVerdict::Fresh));
    }
    const WatchedTree again(sources, files);
    QThread::msleep(500); // it is reading
    writeFile(nameOf(directory, 0), QByteArray(8192, 'y'));
    const auto [delay, verdict] = again.waitForChange();
    std::printf("an edit in the first read %6.3f s to %s\n", delay, qPrintable(wireName(verdict)));
    return 0;
}
