// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/calmclock.h"
#include "common/fleet/fleetfile.h"
#include "common/fleet/machinefindings.h"
#include "common/fleet/prometheusoptions.h"
#include "dashboard/app/commitwatch.h"
#include "dashboard/app/firstpaint.h"
#include "dashboard/app/selfservice.h"
#include "dashboard/model/alertmanagerline.h"
#include "dashboard/model/desktopapplication.h"
#include "dashboard/model/language.h"
#include "dashboard/ui/accessiblewidgets.h"
#include "dashboard/ui/appearance.h"
#include "dashboard/ui/desktoppresence.h"
#include "dashboard/ui/fleetview.h"
#include "dashboard/ui/focusoutline.h"
#include "dashboard/ui/mainwindow.h"
#include "dashboard/ui/servicecommands.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QFileInfo>
#include <QSettings>
#include <QTextStream>
#include <revision.h>

#include <algorithm>
#include <optional>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int UsageError = 2;
constexpr auto HandOverPatience = 10s;          // a busy machine's; more looks like nothing
const QString WallboardAction = u"wallboard"_s; // those of the desktop entry
const QString AddServiceAction = u"add-service"_s;

struct Options
{
    QList<Fleet> fleets; ///< of files, and one of bare addresses
    QString colors;      ///< empty: as the preferences say
    bool readOnly = false;
    bool wallboard = false;
    bool addService = false;
    bool isTheDesktops = false; ///< nothing makes it one of its own: there is one of these in a session
    QStringList files;          ///< without an option in front
    QStringList listen;
    HttpOptions http;
    QList<PrometheusServer> prometheus;
    QList<PrometheusServer> alertmanagers; ///< instead of the preferences'
};

int fail(const QStringList &problems)
{
    for (const QString &problem : problems)
        QTextStream(stderr) << "hephaestus-dashboard: " << problem << '\n';
    return UsageError;
}

/// What keeps this machine from being watched or from starting services, as `hephaestus doctor` says.
void tellMachine(EventJournal &journal)
{
    for (const Finding &finding : examineMachine()) {
        if (finding.grade == Finding::Grade::Bad)
            journal.append({Clock::machine().wall(), NoService, finding.subject, EventKind::Trouble,
                            finding.what + u" → "_s + finding.remedy});
    }
}

/// Everything the command line asks for; what is wrong with it goes to `problems`, all at once.
Options readOptions(const QCommandLineParser &parser, QStringList &problems)
{
    Options options;
    for (const QString &file : parser.values(u"fleet"_s) + parser.positionalArguments()) {
        const FleetReading reading = readFleet(file);
        options.fleets << reading.fleet;
        for (const Problem &problem : reading.problems)
            problems << problem.text();
    }
    Fleet bare;
    for (const QString &url : parser.values(u"service"_s)) {
        if (const Result<FleetEntry> entry = entryForUrl(url))
            bare.services << *entry;
        else
            problems << u"--service: "_s + entry.problem().text();
    }
    if (!bare.services.isEmpty())
        options.fleets << bare;
    options.colors = parser.value(u"colors"_s);
    if (parser.isSet(u"colors"_s) && !QStringList{u"system"_s, u"light"_s, u"dark"_s}.contains(options.colors))
        problems << u"--colors: expected system, light or dark, found \"%1\""_s.arg(options.colors);
    if (const Result<QList<PrometheusServer>> servers = prometheusServers(parser))
        options.prometheus = *servers;
    else
        problems << servers.problem().text();
    if (const Result<QList<PrometheusServer>> servers = alertmanagers(parser))
        options.alertmanagers = *servers;
    else
        problems << servers.problem().text();
    options.readOnly = parser.isSet(u"read-only"_s);
    options.wallboard = parser.isSet(u"wallboard"_s);
    options.addService = parser.isSet(u"add-service"_s);
    options.files = parser.positionalArguments();
    options.isTheDesktops = std::ranges::all_of(
        parser.optionNames(), [](const QString &name) { return name == "wallboard"_L1 || name == "add-service"_L1; });
    options.listen = parser.values(u"listen"_s);
    if (parser.isSet(u"token-file"_s)) {
        if (const Result<AccessToken> token = AccessToken::fromFile(parser.value(u"token-file"_s)))
            options.http.access.token = *token;
        else
            problems << token.problem().text();
    }
    return options;
}

/// The exit code if the program is to end at once: nothing for a window was needed to know.
std::optional<int> readCommandLine(int argc, char *argv[], Options &options)
{
    const QCoreApplication app(argc, argv); // gone before the one with windows comes
    QCommandLineParser parser;
    parser.setSingleDashWordOptionMode(QCommandLineParser::ParseAsLongOptions); // a wrong one is named as it is written
    parser.setApplicationDescription(u"Watches services, shuts them down and restarts them."_s);
    parser.addOption({u"fleet"_s, u"Watch the services of this fleet file; may be repeated."_s, u"FILE"_s});
    parser.addOption({u"service"_s, u"Watch the service at this address; may be repeated."_s, u"URL"_s});
    addPrometheusOptions(parser,
                         u"Watch the services that this Prometheus server scrapes, through it instead of asking each; "
                         "may be repeated."_s);
    addAlertmanagerOptions(parser,
                           u"Show the alerts of this Alertmanager, and silence them; may be repeated (default: as the "
                           "preferences say)."_s);
    parser.addOption({u"colors"_s, u"system, light or dark; otherwise as the preferences say."_s, u"WHICH"_s});
    parser.addOption({u"read-only"_s, u"Only look: nothing can be restarted, shut down or started from here."_s});
    parser.addOption({u"wallboard"_s, u"Open the wallboard, which fills the screen."_s});
    parser.addOption({u"add-service"_s, u"Ask for a service to watch from now on."_s});
    parser.addOption({u"listen"_s,
                      u"Answer the protocol for the dashboard itself at HOST:PORT (port 0: a free one) or unix:PATH; "
                      "may be repeated."_s,
                      u"ADDR"_s});
    parser.addOption({u"reverse"_s, u"Lay the window out from right to left."_s}); // Qt takes it from the arguments
    parser.addOption({u"token-file"_s,
                      u"A file with the bearer token that callers must send there; only its owner may read it."_s,
                      u"FILE"_s});
    parser.addPositionalArgument(u"FILE"_s, u"A fleet file, as with --fleet."_s, u"[FILE]..."_s);
    const QCommandLineOption help = parser.addHelpOption();
    const QCommandLineOption version = parser.addVersionOption();
    if (!parser.parse(QCoreApplication::arguments()))
        return fail({parser.errorText() + u"; see --help"_s});
    if (parser.isSet(help) || parser.isSet(u"help-all"_s)) {
        QTextStream(stdout) << parser.helpText();
        return 0;
    }
    if (parser.isSet(version)) {
        QTextStream(stdout) << QCoreApplication::applicationName() << ' ' << QCoreApplication::applicationVersion()
                            << (*HEPHAESTUS_REVISION ? " (" HEPHAESTUS_REVISION ")" : "") << '\n';
        return 0;
    }
    QStringList problems;
    options = readOptions(parser, problems);
    return problems.isEmpty() ? std::nullopt : std::optional(fail(problems));
}

/// True: another instance shows what was asked for.
bool isShownElsewhere(DesktopApplication &desktop, const Options &options)
{
    if (!options.isTheDesktops || desktop.claim() != DesktopApplication::Role::Later)
        return false;
    DesktopApplication::Request request{options.files, {}, qEnvironmentVariable("XDG_ACTIVATION_TOKEN")};
    if (options.wallboard)
        request.actions << WallboardAction;
    if (options.addService)
        request.actions << AddServiceAction;
    if (desktop.handOver(request, HandOverPatience))
        return true;
    QTextStream(stderr) << "hephaestus-dashboard: the one that runs already does not answer; opening another\n";
    return false;
}

/// What others ask of this instance, over the desktop's bus.
void obey(DesktopApplication &desktop, MainWindow &window)
{
    QObject::connect(&desktop, &DesktopApplication::activated, &window, [&window](const QString &activation) {
        const bool hasToken = !activation.isEmpty() && QGuiApplication::platformName() == "wayland"_L1;
        if (hasToken) // where Qt looks for what the compositor wants to see
            qputenv("XDG_ACTIVATION_TOKEN", activation.toUtf8());
        window.setWindowState(window.windowState() & ~Qt::WindowMinimized);
        window.show();
        window.raise();
        window.activateWindow();
        if (hasToken)
            qunsetenv("XDG_ACTIVATION_TOKEN"); // it is no other program's
    });
    QObject::connect(&window, &MainWindow::closed, &desktop, &DesktopApplication::release);
    QObject::connect(&desktop, &DesktopApplication::openWanted, &window, &MainWindow::openFleet);
    QObject::connect(&desktop, &DesktopApplication::actionWanted, &window, [&window](const QString &action) {
        if (action == WallboardAction)
            window.openWallboard();
        else if (action == AddServiceAction)
            window.addService();
    });
}

QList<PrometheusServer> alertmanagersOf(const Preferences &preferences)
{
    QList<PrometheusServer> servers;
    for (const QString &line : preferences.alertmanagers) {
        if (const Result<PrometheusServer> server = parseAlertmanager(line))
            servers << *server; // the settings refuse others
    }
    return servers;
}

/// What Alertmanagers are told, as the preferences say.
std::optional<PushedRules> pushedRules(const Preferences &preferences)
{
    if (!preferences.pushAlerts)
        return {};
    PushedRules pushed{preferences.notifyAfter, {}};
    for (const QString &line : preferences.alertRules) {
        if (const Result<AlertRule> rule = AlertRule::parse(line))
            pushed.rules << *rule;
    }
    return pushed;
}

/// Those of the command line, else those of the preferences, also when these change.
void connectAlertmanagers(FleetSession &session, MainWindow &window, const QList<PrometheusServer> &fromCommand)
{
    const auto servers = std::make_shared<QList<PrometheusServer>>();
    const auto apply = [&session, fromCommand, servers](const Preferences &preferences) {
        const QList<PrometheusServer> wanted = fromCommand.isEmpty() ? alertmanagersOf(preferences) : fromCommand;
        if (std::exchange(*servers, wanted) != wanted)
            session.connectAlertmanagers(wanted);
        session.pushAlerts(pushedRules(preferences));
    };
    apply(window.preferences());
    QObject::connect(&window, &MainWindow::preferencesChanged, &session, apply);
}

/// An installed folder or file, or that of the source tree this was built in; empty: there is none.
QString resource(const QString &path)
{
    const QString here = QCoreApplication::applicationDirPath();
    for (const QString &root : {u"/../share/hephaestus/"_s, u"/../../../resources/"_s}) {
        if (QFileInfo::exists(here + root + path))
            return QFileInfo(here + root + path).canonicalFilePath();
    }
    return {};
}

} // namespace

int main(int argc, char *argv[])
{
    QCoreApplication::setOrganizationName(u"hephaestus"_s);
    QCoreApplication::setApplicationName(u"hephaestus-dashboard"_s);
    QCoreApplication::setApplicationVersion(QStringLiteral(HEPHAESTUS_VERSION));
    Options options;
    if (const std::optional<int> exitCode = readCommandLine(argc, argv, options))
        return *exitCode;

    QApplication app(argc, argv);
    QApplication::setQuitOnLastWindowClosed(false); // it ends by its own steps
    QGuiApplication::setDesktopFileName(u"io.hephaestus.Dashboard"_s);
    DesktopApplication desktop;
    if (isShownElsewhere(desktop, options))
        return 0;
    const Preferences preferences = Preferences::read(QSettings());
    useLanguage(languageFor(preferences.language)); // before the first text is made
    installAccessibleWidgets();
    installFocusOutlines();
    applyColors(options.colors.isEmpty() ? preferences.colors : options.colors);
    const CalmClock clock;
    FleetSession session({}, clock);
    session.actions().setReadOnly(options.readOnly);
    session.keepHistory(HistoryStore::defaultPath());
    const CommitWatch commits(session);
    const bool isScraped = !options.prometheus.isEmpty();
    if (isScraped)
        session.connectPrometheus(options.prometheus);
    const bool hasServices = isScraped || !options.fleets.isEmpty();
    for (const Fleet &fleet : std::exchange(options.fleets, {})) { // the session has what is to be kept of them
        if (isScraped)
            session.addScraped(fleet.services, fleet.path);
        else
            session.addAll(fleet.services, fleet.path);
        session.addHosts(fleet);
        session.runHooks(fleet);
    }
    MainWindow window(session, resource(u"demo/fleet.toml"_s));
    connectAlertmanagers(session, window, options.alertmanagers);
    window.setManual(resource(u"doc"_s));
    obey(desktop, window);
    window.setColorsForOnce(options.colors);
    SelfService self(window, session, options.http);
    if (const auto problem = self.listen(options.listen))
        return fail({u"--listen: "_s + problem->text()});
    FirstPaint::watch(window.findChild<FleetView *>());
    session.start();
    window.show();
    tellMachine(session.journal());
    DesktopPresence presence(window, session.fleet(), window.commands().restartStale());
    QObject::connect(&presence, &DesktopPresence::alertFailed, &session, [&session](const QString &sentence) {
        session.journal().append(
            {Clock::machine().wall(), NoService, DesktopPresence::tr("Alerts"), EventKind::Trouble, sentence});
    });
    if (!hasServices) {
        if (QFileInfo::exists(defaultFleetPath()) && !preferences.fleetFiles.contains(defaultFleetPath()))
            window.openFleet(defaultFleetPath());
        window.openRemembered();
    } else {
        window.setRestoresAdded(false);
    }
    if (options.wallboard)
        window.openWallboard();
    if (options.addService)
        window.addService();
    self.setReady();
    return QApplication::exec();
}
