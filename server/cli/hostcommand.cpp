// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/hostcommand.h"

#include "common/base/printable.h"
#include "common/base/processoutcome.h"
#include "common/client/hostconnection.h"
#include "common/fleet/fleetchoice.h"
#include "common/fleet/fleetfile.h"
#include "common/fleet/hostfleet.h"
#include "server/cli/commanderror.h"
#include "server/cli/exitcode.h"
#include "server/cli/interruptwatch.h"

#include <QEventLoop>
#include <QFileInfo>
#include <QProcess>

#include <algorithm>
#include <cstdio>
#include <utility>

#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr int NoSuchProgram = 127; ///< of every shell
constexpr int NotPermitted = 126;
constexpr int SshFailed = 255; ///< no exit code of ours
constexpr qsizetype LongestLine = 1 << 20;

/// What of a command line is for over there, and what says how to get there.
struct SplitLine
{
    QStringList words{u"hephaestus"_s};
    QString host;
    QString fleetFile;
};

/// The value of `option`, which stands at `i` as one word or two; null: something else stands there.
QString valueAt(const QStringList &arguments, qsizetype &i, const QString &option)
{
    if (arguments[i] == option)
        return arguments.value(++i, u""_s);
    return arguments[i].startsWith(option + u'=') ? arguments[i].sliced(option.size() + 1) : QString();
}

SplitLine split(const QStringList &arguments, HostWords whose)
{
    const qsizetype dashes = arguments.indexOf(u"--"_s);
    const qsizetype own = dashes < 0 ? arguments.size() : dashes; // those before `--`
    SplitLine line;
    for (qsizetype i = 0; i < arguments.size(); ++i) {
        QString value;
        if (i < own && !(value = valueAt(arguments, i, u"--host"_s)).isNull())
            line.host = value;
        else if (i < own && whose == HostWords::FleetIsHere && !(value = valueAt(arguments, i, u"--fleet"_s)).isNull())
            line.fleetFile = value;
        else
            line.words << arguments[i];
    }
    return line;
}

/// What the command says over there, passed on as it comes. On a terminal it is text from elsewhere, as any other.
class PassedOn
{
public:
    explicit PassedOn(FILE *to) : m_to(to), m_isTerminal(::isatty(::fileno(to)) == 1) {}

    void pass(const QByteArray &said)
    {
        if (!m_isTerminal)
            return write(said);
        m_line += said;
        const qsizetype end = m_line.size() > LongestLine ? m_line.size() : m_line.lastIndexOf('\n') + 1;
        passLines(m_line.first(end));
        m_line.remove(0, end);
    }

    void passRest() { passLines(std::exchange(m_line, {})); }

private:
    void passLines(const QByteArray &text)
    {
        QStringList lines = QString::fromUtf8(text).split(u'\n');
        std::for_each(lines.begin(), lines.end(), [](QString &line) { line = printable(line); });
        write(lines.join(u'\n').toUtf8());
    }

    void write(const QByteArray &bytes) const
    {
        std::fwrite(bytes.constData(), 1, std::size_t(bytes.size()), m_to);
        std::fflush(m_to);
    }

    FILE *const m_to;
    const bool m_isTerminal;
    QByteArray m_line; ///< that has not ended
};

/// Why there is no connection; nothing: it is open, or an interrupt came first.
std::optional<Problem> connectTo(HostConnection &connection, const InterruptWatch &interrupts)
{
    QEventLoop loop;
    std::optional<Problem> trouble;
    bool isAnswered = false;
    QObject::connect(&interrupts, &InterruptWatch::interrupted, &loop, &QEventLoop::quit);
    connection.open(&loop, [&](const std::optional<Problem> &problem) {
        trouble = problem;
        isAnswered = true;
        loop.quit();
    });
    if (!isAnswered)
        loop.exec();
    return trouble;
}

/// Until the command over there has ended, or an interrupt came: its exit code. A Problem: ssh cannot be started.
Result<int> runThrough(const HostConnection &connection, const QStringList &words, HostTalk talk,
                       const InterruptWatch &interrupts)
{
    QProcess process;
    HostConnection::prepare(process);
    PassedOn output(stdout);
    PassedOn errors(stderr);
    if (talk == HostTalk::BothWays) {
        process.setStandardInputFile({});
        process.setInputChannelMode(QProcess::ForwardedInputChannel);
        process.setProcessChannelMode(QProcess::ForwardedChannels);
    }
    QEventLoop loop;
    const auto pass = [&] {
        output.pass(process.readAllStandardOutput());
        errors.pass(process.readAllStandardError());
    };
    QObject::connect(&process, &QProcess::readyReadStandardOutput, &loop, pass);
    QObject::connect(&process, &QProcess::readyReadStandardError, &loop, pass);
    ProcessOutcome outcome;
    whenOver(process, &loop, [&](const ProcessOutcome &known) {
        outcome = known;
        loop.quit();
    });
    QObject::connect(&interrupts, &InterruptWatch::interrupted, &loop, &QEventLoop::quit);
    QStringList command = connection.commandLine(words);
    const QString program = command.takeFirst();
    process.start(program, command);
    if (interrupts.signalNumber() == 0)
        loop.exec();
    if (process.state() != QProcess::NotRunning) {
        process.terminate();
        process.waitForFinished(1'000); // which tells the outcome
    }
    if (talk == HostTalk::OneWay)
        pass();
    output.passRest();
    errors.passRest();
    if (!outcome.whyNotStarted.isEmpty())
        return Problem{{}, u"ssh cannot be started: "_s + outcome.whyNotStarted};
    return outcome.hasExited ? outcome.code : SshFailed;
}

} // namespace

Result<RemoteHost> findHost(const QString &name, const QString &fleetFile)
{
    const FleetChoice choice = chooseFleet(fleetFile);
    if (QFileInfo::exists(choice.path)) {
        const FleetReading reading = readFleet(choice.path, {.keepsPorts = false});
        if (const RemoteHost *const host = reading.fleet.findHost(name))
            return *host;
    }
    if (const QString why = whyNoDestination(name); !why.isEmpty())
        return Problem{{}, why};
    return RemoteHost{name, name};
}

Result<Fleet> fleetOfHost(const RemoteHost &host)
{
    QEventLoop loop;
    Result<Fleet> fleet = Problem{};
    bool isDone = false;
    readFleetOfHost(host, &loop, [&](const Result<Fleet> &read) {
        fleet = read;
        isDone = true;
        loop.quit();
    });
    if (!isDone)
        loop.exec();
    return fleet;
}

Result<HostOutput> outputOnHost(const RemoteHost &host, const QStringList &words)
{
    QEventLoop loop;
    std::optional<Result<HostOutput>> said;
    runOnHost(host, words, &loop, [&](const Result<HostOutput> &result) {
        said = result;
        loop.quit();
    });
    if (!said)
        loop.exec();
    return *said;
}

int runCommandOnHost(const QStringList &arguments, HostWords whose, HostTalk talk)
{
    const SplitLine line = split(arguments, whose);
    const QString command = arguments.value(0);
    const bool json = asksForJson(arguments);
    const Result<RemoteHost> host = findHost(line.host, line.fleetFile);
    if (!host)
        return tellError(command, {u"usage"_s, u"--host: "_s + printable(host.problem().text())}, json);
    const InterruptWatch interrupts;
    const std::shared_ptr<HostConnection> connection = HostConnection::to(*host);
    if (const auto trouble = connectTo(*connection, interrupts))
        return tellError(command, {u"no_host"_s, printable(hostTrouble(*host, trouble->what))}, json, ExitNotSo);
    if (interrupts.signalNumber())
        return ExitInterrupted + interrupts.signalNumber();
    const Result<int> ended = runThrough(*connection, line.words, talk, interrupts);
    if (interrupts.signalNumber()) {
        std::fprintf(stderr, "hephaestus %s: interrupted; what has begun on %s goes on there\n", qPrintable(command),
                     qPrintable(printable(host->name)));
        return ExitInterrupted + interrupts.signalNumber();
    }
    if (!ended)
        return tellError(command, {u"no_host"_s, printable(hostTrouble(*host, ended.problem().what))}, json, ExitNotSo);
    const int code = *ended;
    if (code == NoSuchProgram || code == NotPermitted)
        return tellError(command, {u"no_host"_s, u"there is no hephaestus on %1"_s.arg(printable(host->name))}, json,
                         ExitNotSo);
    if (code == SshFailed)
        return tellError(
            command,
            {u"no_host"_s,
             u"the connection to %1 was lost; how it came out there is not known"_s.arg(printable(host->name))},
            json, ExitNotSo);
    return code;
}

} // namespace Hephaestus
