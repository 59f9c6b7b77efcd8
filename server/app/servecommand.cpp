// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/beginthread.h"
#include "common/base/privatedirectory.h"
#include "common/base/startdirectory.h"
#include "server/app/commands.h"
#include "server/app/handedprogram.h"
#include "server/app/inplacerestart.h"
#include "server/app/leanqt.h"
#include "server/app/logoptions.h"
#include "server/app/serviceconfig.h"
#include "server/app/statedirectory.h"
#include "server/app/systemdnotifier.h"
#include "server/cli/globaloptions.h"
#include "server/code/codemonitor.h"
#include "server/core/listeningsocket.h"
#include "server/core/ownidentity.h"
#include "server/http/service.h"
#include "server/probes/checks.h"

#include <QDir>
#include <QFileInfo>

#include <csignal>
#include <cstdio>
#include <optional>
#include <system_error>
#include <tuple>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// What the service is made of: beside its program, the configuration with all it names, the files it says to watch,
/// and lock files.
CodeSources codeSources(const ServiceConfig &config)
{
    CodeSources sources;
    if (config.file.isEmpty())
        return sources;
    sources.directory = QFile::encodeName(QFileInfo(config.file).absolutePath());
    if (const QByteArray started = startDirectory(); started != QFile::encodeName(QDir::currentPath()))
        sources.startLink = started;
    sources.configurationFiles << QFile::encodeName(config.file);
    sources.configurationRead.insert(QFile::encodeName(config.file), config.content);
    for (const QString &file : config.namedFiles)
        sources.configurationFiles << QFile::encodeName(QFileInfo(file).absoluteFilePath());
    for (const QString &pattern : config.watch)
        sources.watch << QFile::encodeName(pattern);
    for (const QString &pattern : config.builtFrom)
        sources.builtFrom << QFile::encodeName(pattern);
    sources.watch << sources.builtFrom;
    sources.lockFiles = lockFilesIn(sources.directory);
    return sources;
}

/// The service of `hephaestus serve`: the library's Service, with the checks of a configuration.
class ServeProgram : public QObject
{
public:
    /// Reads the configuration once more, with the command line over it.
    using Configure = std::function<ServiceConfig(QList<Problem> &)>;

    /// `self` and what `configure` needs outlive it.
    ServeProgram(const ServiceConfig &config, const LogOptions &log, const Reexec &self, Configure configure)
        : m_config(config)
        , m_log(log)
        , m_configure(std::move(configure))
        , m_service({.name = config.name, .version = config.version, .shutdown = config.shutdown, .http = config.http},
                    ServerState::instance())
        , m_code(m_service.state(), m_codeThread, codeSources(config))
        , m_checks(m_service.state())
        , m_notifier(m_service.shutdown())
        , m_restart(m_service, self, [this] { return trySuccessor(); })
    {
        m_service.state().setIdentity(ownIdentity());
        for (const QString &name : knownDependencies()) // not_used, unless they are configured
            m_service.state().dependency(name);
        for (CleanupStep step : m_checks.cleanupSteps()) {
            step.deadline = config.stepTimeout;
            m_service.shutdown().addStep(std::move(step));
        }
        m_service.addCleanup(
            u"logs"_s, config.stepTimeout,
            [](CleanupDone done) {
                const QString error = Log::flush();
                error.isEmpty() ? done() : done.failed(error);
            },
            CleanupStage::Logs);
        m_service.http().setLogs(&Log::page);
        m_service.http().setCheckHandler([this](std::function<void()> done) {
            m_code.compareNow();
            m_checks.checkAll(std::move(done));
        });
        m_service.http().setComparison([this](auto done) { m_code.compareAnew(std::move(done)); });
        m_service.http().setCodeQuery(
            [this](const QByteArrayList &paths, auto done) { m_code.find(paths, std::move(done)); });
        connect(&m_service, &Service::signalReceived, this, [this](int number) {
            if (number == SIGHUP)
                reload();
        });
        connect(&m_checks, &Checks::firstRoundFinished, &m_service, &Service::setReady);
        connect(&m_service, &Service::readyChanged, this, [this] {
            qCInfo(logService, "%s %s is ready", qPrintable(m_config.name), qPrintable(m_config.version));
            m_notifier.ready(u"running"_s);
            m_code.start(); // not before: it is to delay nothing
        });
    }

    /// Listens, checks every dependency once, and serves until the shutdown is over.
    int run(const QList<InheritedSocket> &inherited)
    {
        if (const auto problem = m_restart.listen(m_config.listen, inherited)) {
            qCCritical(logService, "%s", qPrintable(problem->text()));
            return ExitUsage;
        }
        m_checks.apply(m_config.dependencies);
        return m_service.exec();
    }

    InPlaceRestart &restart() { return m_restart; }

private:
    /// SIGHUP: applies what can change while running, and says what cannot.
    void reload()
    {
        const Phase phase = m_service.state().phase();
        if (phase > Phase::Running) {
            qCWarning(logService, "SIGHUP: the service is shutting down; the configuration stays as it was");
            return;
        }
        if (phase == Phase::Running) // systemd waits for the first ready
            m_notifier.reloading();
        readAgain();
        if (phase == Phase::Running)
            m_notifier.ready(u"running"_s);
    }

    void readAgain()
    {
        if (m_config.file.isEmpty()) {
            qCWarning(logService, "SIGHUP: there is no configuration file to read again");
            return;
        }
        QList<Problem> problems;
        const ServiceConfig config = m_configure(problems);
        for (const Problem &problem : std::as_const(problems))
            qCCritical(logService, "%s", qPrintable(problem.text()));
        if (!problems.isEmpty()) {
            qCCritical(logService, "SIGHUP: the configuration stays as it was");
        } else {
            const QStringList waiting = needRestart(m_config, config);
            if (waiting.isEmpty())
                m_code.setConfiguration(QFile::encodeName(config.file), config.content);
            else
                qCWarning(logService, "SIGHUP: needs a restart: %s", qPrintable(waiting.join(u", "_s)));
            apply(config);
            qCInfo(logService, "SIGHUP: applied %s", qPrintable(config.file));
        }
    }

    /// Whether a successor could start with what is configured by now.
    std::optional<Problem> trySuccessor() const
    {
        QList<Problem> problems;
        const ServiceConfig config = m_configure(problems);
        for (const QString &address : config.listen) {
            const Result<ServiceAddress> parsed = parseServiceAddress(address);
            if (!parsed || parsed->kind != ServiceAddress::Kind::Tcp || m_config.listen.contains(address))
                continue; // reported already, or ours
            if (const auto trial = openListeningSockets(*parsed); !trial)
                problems << Problem{u"service.listen"_s, trial.problem().text()};
        }
        return problems.isEmpty() ? std::optional<Problem>() : problems.first();
    }

    void apply(const ServiceConfig &config)
    {
        m_config.dependencies = config.dependencies;
        m_config.shutdown = config.shutdown;
        m_config.stepTimeout = config.stepTimeout;
        m_config.logLevel = config.logLevel;
        m_config.http.limits = config.http.limits;
        m_checks.apply(config.dependencies);
        m_service.shutdown().setTimes(config.shutdown);
        m_service.shutdown().setStepDeadline(config.stepTimeout);
        m_service.http().setLimits(config.http.limits);
        LogOptions log = m_log;
        log.level = config.logLevel.value_or(m_log.level);
        Log::install(log);
    }

    ServiceConfig m_config;
    const LogOptions m_log; ///< as the command line says
    const Configure m_configure;
    Service m_service;
    EventThread m_codeThread{"code"};
    CodeMonitor m_code;
    Checks m_checks;
    SystemdNotifier m_notifier;
    InPlaceRestart m_restart;
};

/// What the command line says, over what the file says; of use only if there are no problems.
ServiceConfig configure(const QCommandLineParser &parser, QList<Problem> &problems)
{
    const QString state = stateDirectory();
    ServiceConfig config = parser.isSet(u"config"_s)
        ? readServiceConfig(parser.value(u"config"_s), problems)
        : defaultServiceConfig(parser.isSet(u"name"_s) ? parser.value(u"name"_s) : ServiceConfig().name, state);
    if (parser.isSet(u"name"_s))
        config.name = parser.value(u"name"_s);
    if (parser.isSet(u"listen"_s)) {
        config.listen.clear();
        for (const QString &text : parser.values(u"listen"_s)) {
            const Result<ServiceAddress> address = parseServiceAddress(text); // obstacles() tells what is wrong
            config.listen << (address ? withAbsolutePath(*address).text() : text);
        }
    }
    if (parser.isSet(u"log-level"_s))
        config.logLevel.reset();
    if (config.version.isEmpty())
        config.version = QCoreApplication::applicationVersion();
    if (parser.isSet(u"token-file"_s)) {
        const Result<AccessToken> token = AccessToken::fromFile(parser.value(u"token-file"_s));
        if (token)
            config.http.access.token = *token;
        else
            problems << token.problem();
    }
    problems += obstacles(config);
    if (!problems.isEmpty())
        return config; // before a directory is made for it
    for (DependencyConfig &dependency : config.dependencies) {
        auto *sql = std::get_if<SqlSettings>(&dependency.settings);
        if (!sql || sql->driver != "QSQLITE"_L1 || sql->database == ":memory:"_L1)
            continue;
        sql->database = QDir(state).absoluteFilePath(sql->database);
        if (QFileInfo(sql->database).path() == QDir::cleanPath(state))
            std::ignore = makePrivateDirectory(state); // its own; where that fails, the next line does
        if (!QDir().mkpath(QFileInfo(sql->database).path()))
            problems << Problem{u"dependencies."_s + dependency.name,
                                u"the directory of %1 cannot be made"_s.arg(sql->database)};
    }
    return config;
}

void addServeOptions(QCommandLineParser &parser)
{
    parser.setApplicationDescription(u"Runs the service: health endpoints, dependency checks, graceful shutdown."_s);
    addHelpOption(parser);
    parser.addOptions({
        {u"config"_s, u"The configuration, hephaestus.toml."_s, u"FILE"_s},
        {u"name"_s, u"The service's name."_s, u"NAME"_s},
        {u"listen"_s, u"Where to listen: HOST:PORT (port 0: a free one) or unix:PATH; may be repeated."_s, u"ADDR"_s},
        {u"token-file"_s, u"A file with the bearer token that callers must send; only its owner may read it."_s,
         u"FILE"_s},
    });
    parser.addOption(
        {u"check"_s, u"Starts nothing: tells what would keep it from starting. Exit code 0 if nothing is known to."_s});
    addGlobalOptions(parser);
}

/// With its message.
int usageError(const QString &why)
{
    writeStartError(u"hephaestus serve: "_s + why);
    return ExitUsage;
}

/// Until it ends; does not return where the program restarts in place.
int serve(const ServiceConfig &config, const LogOptions &options, const Reexec &self, QList<InheritedSocket> &inherited,
          const ServeProgram::Configure &configure)
{
    LogOptions log = options;
    log.level = config.logLevel.value_or(log.level);
    Log::restore(HandedOutput::take(inherited));
    std::optional<LeanQt> lean(std::in_place);
    Log::install(log);
    qCInfo(logService, "%s %s starts with pid %lld", qPrintable(config.name), qPrintable(config.version),
           QCoreApplication::applicationPid());
    HeldSockets kept;
    QList<HandedSocket> sockets;
    int exitCode = ExitDone;
    {
        std::optional<ServeProgram> program;
        try {
            program.emplace(config, options, self, configure);
        } catch (const std::system_error &) {
            return usageError(noOtherThread());
        }
        lean.reset(); // its threads run
        exitCode = program->run(inherited);
        if (!program->restart().isDue())
            return exitCode;
        sockets = program->restart().keepSockets(kept);
    }
    if (UnixSignals::stopRequested())
        return exitCode;
    const HandedOutput output(Log::save());
    return InPlaceRestart::execute(self, sockets + output.handOver(), config.startTimeout);
}

} // namespace

int serveCommand(const QStringList &arguments)
{
    resetSignalsAtStart();
    const Reexec self;
    QCommandLineParser parser;
    addServeOptions(parser);
    if (!parser.parse(arguments))
        return usageError(parser.errorText());
    if (parser.isSet(u"help"_s)) {
        std::fputs(qPrintable(helpText(parser, u"serve"_s)), stdout);
        return ExitDone;
    }
    if (!parser.positionalArguments().isEmpty())
        return usageError(u"unexpected argument \"%1\""_s.arg(parser.positionalArguments().first()));
    const Result<LogOptions> log = readLogOptions(parser);
    if (!log)
        return usageError(log.problem().text());
    QList<Problem> problems;
    const ServiceConfig config = configure(parser, problems);
    auto inherited = takeListenFds();
    if (!inherited)
        problems << inherited.problem();
    if (const auto few = whyTooFewDescriptors())
        problems << *few;
    for (const Problem &problem : std::as_const(problems))
        writeStartError(u"hephaestus serve: "_s + problem.text());
    if (!problems.isEmpty() || parser.isSet(u"check"_s))
        return problems.isEmpty() ? ExitDone : ExitUsage;
    return serve(config, *log, self, *inherited, [&parser](QList<Problem> &found) { return configure(parser, found); });
}

} // namespace Hephaestus
