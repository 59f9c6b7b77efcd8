// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProcess>
#include <QRegularExpression>
#include <QStringList>

#include <csignal>
#include <utility>

namespace Hephaestus::Test {

/// A real service process that prints `listening on http://HOST:PORT` when it is ready (or `starting on …` before). A
/// wrapper (`run`) does so on stderr, others on stdout.
/// Killed, if still there, with the object.
class ServiceProcess
{
public:
    ~ServiceProcess()
    {
        if (process.state() != QProcess::NotRunning) {
            process.kill();
            process.waitForFinished();
        }
    }

    /// Starts it and waits until it listens; false, with what it said on errors(), if it does not.
    bool start(const QString &program, const QStringList &arguments)
    {
        const bool isWrapper = arguments.contains(QLatin1StringView("run"));
        process.setReadChannel(isWrapper ? QProcess::StandardError : QProcess::StandardOutput);
        process.start(program, arguments);
        static const QRegularExpression line(QStringLiteral("(?:listening|starting) on http://[^\\n]*:(\\d+)\\n"));
        QString output;
        while (process.state() != QProcess::NotRunning) {
            if (!process.waitForReadyRead(60'000))
                break;
            const QByteArray said = process.readAll();
            output += QString::fromUtf8(said);
            if (isWrapper)
                m_errors += said;
            if (const auto match = line.match(output); match.hasMatch()) {
                port = quint16(match.captured(1).toUInt());
                return true;
            }
        }
        return false;
    }

    void signal(int number)
    {
        if (const qint64 pid = process.processId()) // 0 once it has ended, which would be everybody in our group
            ::kill(pid_t(pid), number);
    }

    /// Waits for its end; the exit code, or 128+n if a signal killed it, or -1 if it still runs after 60 s.
    int exitCode()
    {
        if (process.state() != QProcess::NotRunning && !process.waitForFinished(60'000))
            return -1;
        return process.exitStatus() == QProcess::CrashExit ? 128 + process.exitCode() : process.exitCode();
    }

    QByteArray errors() { return std::exchange(m_errors, {}) + process.readAllStandardError(); }

    QProcess process;
    quint16 port = 0;

private:
    QByteArray m_errors; ///< read when it was started
};

} // namespace Hephaestus::Test
