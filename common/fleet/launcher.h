// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleet.h"
#include "common/fleet/processwatch.h"

#include <QObject>
#include <QProcessEnvironment>

namespace Hephaestus {

/// Names the file for the output of the program that `hephaestus run` wraps. Nobody reads what it passes on then.
inline constexpr char OutputVariable[] = "HEPHAESTUS_OUTPUT_FILE";

/// Names the variables that a process got from environment files, so that one that is gone from them is found.
inline constexpr char FileVariables[] = "HEPHAESTUS_ENV_FILE_NAMES";

/// A program started to outlive us: in a session of its own, with default signals, no input and no descriptor of ours.
/// Its output goes to a file. While we live we reap it. Belongs to the application object; destroying it leaves the
/// process alone.
class LaunchedProcess : public QObject
{
    Q_OBJECT

public:
    qint64 pid() const { return m_watch->pid(); }
    /// Where its output goes; of `hephaestus run`, that of the program it wraps.
    const QString &logFile() const { return m_program.file.isEmpty() ? m_own.file : m_program.file; }
    /// The last lines that were written there since its start, at most `lines` and 8 KiB; what a wrapper itself said if
    /// its program has said nothing.
    QStringList lastLines(int lines) const;
    /// Asks it to end, by SIGTERM; once it has, what is left of its process group is asked, too.
    void terminate();
    /// Ends it and its process group, by SIGTERM: for what is no service, such as a build.
    void terminateGroup();
    /// Ends it, by SIGKILL.
    void kill();

Q_SIGNALS:
    /// Once, when it has ended. Deletes itself afterwards.
    void exited(const Hephaestus::ExitStatus &status);

private:
    friend Result<LaunchedProcess *> launch(const QString &, const RestartByCommand &, const QString &);
    struct OutputPlace
    {
        QString file; ///< empty: there is none
        qint64 start; ///< bytes in it before the program began to write
    };
    LaunchedProcess(std::unique_ptr<ProcessWatch> watch, OutputPlace own, OutputPlace program);
    void reap();

    std::unique_ptr<ProcessWatch> m_watch;
    const OutputPlace m_own;     ///< of the process itself
    const OutputPlace m_program; ///< of the program that it wraps
    bool m_isUnwanted = false;
};

/// What `command` gets: the environment of this process, and on top the addresses of its fleet, what its environment
/// files say, and what it sets itself. A Problem: a file cannot be read, or has a bad line.
Result<QProcessEnvironment> environmentOf(const RestartByCommand &command);

/// What `command` executes: its first word. A bare name that is not in PATH is looked for beside this program: a fleet
/// file that says `hephaestus` works in a build tree too. That of an entry with `run` is the one beside this program,
/// if there is one.
QString programOf(const RestartByCommand &command);

/// Starts `command` (found in PATH, or beside this program) detached, its output appended to `logs/NAME.log` in the
/// state directory. The output of a program that `hephaestus run` wraps goes to `logs/NAME.output.log` only. What
/// cannot be started (not found, not executable, no such directory, no place for the output) is a Problem at once.
Result<LaunchedProcess *> launch(const QString &name, const RestartByCommand &command, const QString &stateDirectory);

} // namespace Hephaestus
