// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/code/codecomparison.h"
#include "tests/support/settledfiles.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <grp.h>

#include <memory>

namespace Hephaestus {

using Test::letFilesSettle;

/// A directory with files that a process "loads" when begin() is called, and what the comparison then says of them. Its
/// since is the call, so that files made by the test a moment ago are not taken for changed during the start.
class CodeScene
{
public:
    CodeScene() { sources.directory = path(""); }

    QByteArray path(const QByteArray &name) const
    {
        const QByteArray root = QFile::encodeName(directory.path());
        return name.isEmpty() ? root : root + '/' + name;
    }
    void write(const QByteArray &name, const QByteArray &content) const
    {
        const QByteArray target = path(name);
        QDir().mkpath(QFile::decodeName(target.first(target.lastIndexOf('/'))));
        writeFile(target, content);
    }
    static void writeFile(const QByteArray &target, const QByteArray &content)
    {
        // cut after it is written: ext4 flushes a file that was cut to nothing first, which makes thousands of them
        // slow
        const int descriptor = ::open(target.constData(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        QVERIFY2(descriptor >= 0, target.constData());
        QCOMPARE(::write(descriptor, content.constData(), size_t(content.size())), ssize_t(content.size()));
        QCOMPARE(::ftruncate(descriptor, content.size()), 0);
        ::close(descriptor);
    }
    /// What compilers, package managers and most editors do.
    void replace(const QByteArray &name, const QByteArray &content) const
    {
        write(name + ".new", content);
        QCOMPARE(::rename((path(name) + ".new").constData(), path(name).constData()), 0);
    }
    void setTimes(const QByteArray &name, qint64 secondsFromNow) const
    {
        const qint64 when = wallClock() / 1'000'000'000 + secondsFromNow;
        const timespec times[2]{{when, 0}, {when, 0}};
        QCOMPARE(::utimensat(AT_FDCWD, path(name).constData(), times, 0), 0);
    }

    /// The process has loaded it all: fresh, or the test is wrong.
    void begin()
    {
        note();
        QCOMPARE(verdict(), CodeVerdict::Fresh);
    }
    void note()
    {
        if (!sources.since)
            sources.since = wallClock();
        manifest = std::make_unique<CodeManifest>(sources);
        comparison = std::make_unique<CodeComparison>(*manifest);
    }
    CodeReport look()
    {
        report = comparison->compare(throttle);
        return report;
    }
    /// Of a look that began after every process had reported what it loaded.
    CodeVerdict verdict()
    {
        look();
        for (int i = 0; i < 500 && !manifest->unreported().isEmpty(); ++i) {
            QTest::qWait(10);
            look();
        }
        return report.verdict;
    }
    /// The last look's changes as `kind change name`, in the order of the report.
    QStringList changes() const
    {
        QStringList lines;
        for (const CodeChange &change : report.changed) {
            QString name = change.path;
            name.replace(directory.path() + QLatin1Char('/'), QString());
            lines << change.kind + QLatin1Char(' ') + change.change + QLatin1Char(' ') + name;
        }
        return lines;
    }

    QTemporaryDir directory;
    CodeSources sources;
    CpuThrottle throttle;
    std::unique_ptr<CodeManifest> manifest;
    std::unique_ptr<CodeComparison> comparison;
    CodeReport report;
};

/// Runs `task` as an ordinary user (nobody, if we are root) in a child process; returns its result, 0 to 200.
template <typename Task>
int asOrdinaryUser(Task task)
{
    const pid_t child = ::fork();
    if (child == 0) {
        if (::getuid() == 0) {
            const bool dropped = ::setgroups(0, nullptr) == 0 && ::setgid(65534) == 0 && ::setuid(65534) == 0;
            ::prctl(PR_SET_DUMPABLE, 1); // or /proc/self stays root's, as for a program with set-user-ID
            if (!dropped)
                ::_exit(201);
        }
        ::_exit(task());
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 202;
}

} // namespace Hephaestus
