// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/launcher.h"

#include "common/base/ansitext.h"
#include "common/base/printable.h"
#include "common/base/privatedirectory.h"
#include "common/base/regularfile.h"
#include "common/client/openfiles.h"
#include "common/fleet/envfile.h"
#include "common/fleet/keptoutput.h"
#include "common/fleet/statepaths.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <tuple>
#include <unistd.h>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;

constexpr qint64 TailBytes = 8 * 1024;
constexpr int LongestLine = TailBytes;

QString systemError(int number) { return QString::fromLocal8Bit(std::strerror(number)); }

/// The file the output goes to, appended, the old one kept as NAME.log.1 when it has grown large.
struct Log
{
    QString path;
    FileDescriptor file;
    qint64 size = 0;
};

std::optional<Problem> openLog(const QString &name, const QString &stateDirectory, Log &log)
{
    log.path = logFileOf(name, stateDirectory);
    if (log.path.isEmpty())
        return Problem{name, u"no place for its output: neither HOME nor XDG_STATE_HOME is set"_s};
    const QString logs = QFileInfo(log.path).absolutePath();
    for (const QString &directory : {QFileInfo(logs).absolutePath(), logs})
        std::ignore = makePrivateDirectory(directory); // where that fails, opening tells
    boundOutput(log.path);
    Result<FileDescriptor> file = openRegularFile(QFile::encodeName(log.path), O_WRONLY | O_APPEND | O_CREAT);
    if (!file)
        return Problem{log.path, u"no place for the output of %1: %2"_s.arg(name, file.problem().what)};
    log.file = *std::move(file);
    log.size = QFileInfo(log.path).size();
    return {};
}

/// Whether it is `hephaestus run`, which keeps the program's output itself.
bool isWrapper(const QStringList &command)
{
    const auto end = std::find(command.begin(), command.end(), u"--"_s);
    return QFileInfo(command.value(0)).fileName() == u"hephaestus"_s
        && std::find(command.begin(), end, u"run"_s) != end;
}

qint64 sizeOf(const QString &path) { return path.isEmpty() ? 0 : QFileInfo(path).size(); }

/// What a file has from `start` on, or from its beginning if it has been cut since, at most so many bytes of its end.
QByteArray endOf(const QString &path, qint64 start, qint64 bytes)
{
    QFile file;
    if (path.isEmpty() || openRegularFile(file, path))
        return {};
    const qint64 from = file.size() < start ? 0 : start;
    return file.seek(std::max(from, file.size() - bytes)) ? file.read(bytes) : QByteArray();
}

/// Null-terminated arrays for exec, over bytes that they keep.
class ArgumentArray
{
public:
    explicit ArgumentArray(const QStringList &texts)
    {
        for (const QString &text : texts)
            m_bytes << QFile::encodeName(text);
        for (QByteArray &bytes : m_bytes)
            m_pointers.push_back(bytes.data());
        m_pointers.push_back(nullptr);
    }
    char **data() { return m_pointers.data(); }

private:
    QList<QByteArray> m_bytes;
    std::vector<char *> m_pointers;
};

/// posix_spawn(3) with all that makes the child independent of us. 0, or an errno.
int spawn(const RestartByCommand &command, QProcessEnvironment environment, int output, const QString &programOutput,
          pid_t &pid)
{
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_init(&actions);
    sigset_t all;
    sigset_t none;
    std::memset(&all, 0xff,
                sizeof all); // sigfillset() leaves out 32 and 33, and posix_spawn() would ignore them in the child
    sigemptyset(&none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
    if (!command.directory.isEmpty())
        ::posix_spawn_file_actions_addchdir_np(&actions, QFile::encodeName(command.directory).constData());
    ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, output, 1);
    ::posix_spawn_file_actions_adddup2(&actions, output, 2);
    ::posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    if (!programOutput.isEmpty())
        environment.insert(QLatin1StringView(OutputVariable), programOutput);
    ArgumentArray arguments(command.command);
    ArgumentArray variables(environment.toStringList());
    const QByteArray file = QFile::encodeName(programOf(command));
    const int error = ::posix_spawnp(&pid, file.constData(), &actions, &attributes, arguments.data(), variables.data());
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    if (error == 0)
        OpenFiles::giveBack(pid); // posix_spawn() cannot; the program is still being loaded
    return error;
}

} // namespace

Result<QProcessEnvironment> environmentOf(const RestartByCommand &command)
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.remove(QLatin1StringView(FileVariables)); // of the program that we were started by
    if (command.directory.startsWith(u'/'))
        environment.insert(u"PWD"_s,
                           command.directory); // as a shell does: by its links, which may lead elsewhere later
    const auto insert = [&](const QMap<QString, QString> &variables) {
        for (auto it = variables.begin(); it != variables.end(); ++it)
            environment.insert(it.key(), it.value());
    };
    insert(command.told);
    if (command.port)
        environment.insert(u"HEPHAESTUS_PORT"_s, QString::number(*command.port));
    const auto outside = [&](const QString &name) {
        return environment.contains(name) ? std::optional(environment.value(name)) : std::nullopt;
    };
    const Result<QList<EnvVariable>> fromFiles = readEnvFiles(command.envFiles, outside);
    if (!fromFiles)
        return fromFiles.problem();
    QStringList names;
    for (const EnvVariable &variable : *fromFiles) {
        environment.insert(variable.name, variable.value);
        names << variable.name;
    }
    insert(command.environment);
    if (!command.envFiles.isEmpty())
        environment.insert(QLatin1StringView(FileVariables), names.join(u','));
    return environment;
}

QString programOf(const RestartByCommand &command)
{
    const QString own = QCoreApplication::applicationDirPath() + u"/hephaestus"_s;
    if (command.isOwnRun && QFileInfo(own).isExecutable())
        return own;
    const QString program = command.command.value(0);
    if (program.contains(u'/') || !QStandardPaths::findExecutable(program).isEmpty())
        return program;
    const QString beside = QStandardPaths::findExecutable(program, {QCoreApplication::applicationDirPath()});
    return beside.isEmpty() ? program : beside;
}

LaunchedProcess::LaunchedProcess(std::unique_ptr<ProcessWatch> watch, OutputPlace own, OutputPlace program)
    : QObject(QCoreApplication::instance())
    , m_watch(std::move(watch))
    , m_own(std::move(own))
    , m_program(std::move(program))
{
    connect(m_watch.get(), &ProcessWatch::gone, this, &LaunchedProcess::reap);
}

QStringList LaunchedProcess::lastLines(int lines) const
{
    QStringList all;
    for (const OutputLine &line : readOutputText(endOf(m_program.file, m_program.start, TailBytes))) {
        if (line.stream != OutputStream::Event)
            all << QString::fromUtf8(line.text).chopped(line.isUnfinished() ? 0 : 1);
    }
    if (all.isEmpty())
        all = QString::fromUtf8(endOf(m_own.file, m_own.start, TailBytes)).split(u'\n', Qt::SkipEmptyParts);
    all.removeAll(QString());
    QStringList result;
    for (const QString &line : all.mid(std::max<qsizetype>(0, all.size() - lines)))
        result << styledLine(line, LongestLine).text;
    return result;
}

void LaunchedProcess::terminate()
{
    m_isUnwanted = true;
    m_watch->send(SIGTERM);
}

void LaunchedProcess::terminateGroup()
{
    m_isUnwanted = true;
    ::kill(-pid_t(pid()), SIGTERM); // its number is its own until it is reaped
}

void LaunchedProcess::kill()
{
    m_isUnwanted = true;
    m_watch->send(SIGKILL);
}

void LaunchedProcess::reap()
{
    if (m_isUnwanted)
        ::kill(-pid_t(pid()), SIGTERM); // its number is its own until it is reaped
    siginfo_t info{};
    ExitStatus status;
    if (::waitid(P_PIDFD, id_t(m_watch->descriptor()), &info, WEXITED | WNOHANG) == 0 && info.si_pid != 0) {
        if (info.si_code == CLD_EXITED)
            status.code = info.si_status;
        else
            status.signal = info.si_status;
    }
    Q_EMIT exited(status);
    deleteLater();
}

Result<LaunchedProcess *> launch(const QString &name, const RestartByCommand &command, const QString &stateDirectory)
{
    const QString program = command.command.value(0);
    const auto failed = [&](const QString &why) {
        return Problem{name, u"%1 cannot be started: %2"_s.arg(printable(program), why)};
    };
    const auto holdsZero = [](const QString &text) { return text.contains(QChar(u'\0')); };
    if (program.isEmpty() || std::any_of(command.command.begin(), command.command.end(), holdsZero))
        return failed(u"expected a program and its arguments, without zero bytes"_s);
    if (!command.directory.isEmpty() && !QFileInfo(command.directory).isDir())
        return failed(u"there is no directory %1 to run it in"_s.arg(command.directory));
    const Result<QProcessEnvironment> environment = environmentOf(command);
    if (!environment)
        return failed(environment.problem().text());
    Log log;
    if (const auto problem = openLog(name, stateDirectory, log))
        return *problem;
    const QString programOutput =
        isWrapper(command.command) ? logFileOf(name + u".output"_s, stateDirectory) : QString();
    const qint64 programStart = sizeOf(programOutput);
    pid_t pid = 0;
    switch (const int error = spawn(command, *environment, log.file.number(), programOutput, pid)) {
    case 0: break;
    case ENOENT:
        return failed(program.contains(u'/')
                          ? u"there is no such file, or its interpreter is missing"_s
                          : u"there is no such program in PATH (%1)"_s.arg(qEnvironmentVariable("PATH")));
    case EACCES:
        return failed(u"it may not be executed, or its directory may not be entered (%1)"_s.arg(systemError(error)));
    case ENOEXEC: return failed(u"it is no program for this machine, or a script without #! line"_s);
    default: return failed(systemError(error));
    }
    std::unique_ptr<ProcessWatch> watch = ProcessWatch::open(pid); // our child: it is there until we reap it
    if (!watch)
        return failed(u"it was started as pid %1, but cannot be watched: %2"_s.arg(pid).arg(systemError(errno)));
    return new LaunchedProcess(std::move(watch), {log.path, log.size}, {programOutput, programStart});
}

} // namespace Hephaestus
