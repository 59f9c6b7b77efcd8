// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/startcheck.h"

#include "common/base/post.h"
#include "common/base/printable.h"
#include "common/base/programfile.h"
#include "common/fleet/knownprotocol.h"
#include "common/fleet/launcher.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QTimer>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto OwnCheckTime = 5s;

bool isOwnProgram(const QString &program)
{
    const QFileInfo file(program);
    return isOurProgram(program)
        || file.canonicalFilePath() == QFileInfo(QCoreApplication::applicationFilePath()).canonicalFilePath();
}

/// Where `serve` or `run` stands in a command of ours; -1: it is not one of those.
qsizetype ownCommandWord(const RestartByCommand &command)
{
    if (!isOwnProgram(programOf(command)))
        return -1;
    for (qsizetype i = 1; i < command.command.size() && command.command[i] != "--"_L1; ++i) {
        if (command.command[i] == "serve"_L1 || command.command[i] == "run"_L1)
            return i;
    }
    return -1;
}

} // namespace

StartCheck::StartCheck(RestartByCommand command, QObject *parent) : QObject(parent), m_command(std::move(command)) {}

StartCheck::~StartCheck() = default;

void StartCheck::start()
{
    const QString program = programOf(m_command);
    if (!m_command.directory.isEmpty() && !QFileInfo(m_command.directory).isDir())
        return conclude(u"there is no directory %1 to run it in"_s.arg(m_command.directory));
    const auto problem =
        checkProgram(QFile::encodeName(program), QFile::encodeName(m_command.directory), qgetenv("PATH"));
    if (problem)
        return conclude(problem->text());
    const Result<QProcessEnvironment> environment = environmentOf(m_command);
    if (!environment)
        return conclude(environment.problem().text());
    if (const qsizetype word = ownCommandWord(m_command); word >= 0)
        return runOwnCheck(word, *environment);
    conclude({});
}

void StartCheck::runOwnCheck(qsizetype word, const QProcessEnvironment &environment)
{
    m_process = std::make_unique<QProcess>();
    m_process->setProcessEnvironment(environment);
    m_process->setWorkingDirectory(m_command.directory);
    m_process->setStandardInputFile(QProcess::nullDevice());
    m_process->setStandardOutputFile(QProcess::nullDevice());
    QStringList arguments = m_command.command.mid(1);
    arguments.insert(word, u"--check"_s); // word counts the program, too
    connect(m_process.get(), &QProcess::finished, this, [this](int code, QProcess::ExitStatus status) {
        const QString said = QString::fromLocal8Bit(m_process->readAllStandardError()).trimmed();
        // An older one has no check. One that was killed, by us or not, has found nothing.
        const bool hasCheck = !said.contains("option 'check'"_L1);
        const bool isWrong = status == QProcess::NormalExit && code != 0 && hasCheck;
        conclude(isWrong ? said.section(u'\n', 0, 0) : QString());
    });
    connect(m_process.get(), &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            conclude(m_process->errorString());
    });
    QTimer::singleShot(OwnCheckTime, m_process.get(), &QProcess::kill);
    m_process->start(programOf(m_command), arguments);
}

void StartCheck::conclude(const QString &why)
{
    const QString failure = why.isEmpty()
        ? QString()
        : u"%1 cannot be started: %2"_s.arg(printable(m_command.command.value(0)), printable(why));
    post(this, [this, failure] { Q_EMIT finished(failure); });
}

} // namespace Hephaestus
