// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/fleetfile.h"
#include "dashboard/ui/mainwindow.h"
#include "dashboard/ui/theme.h"
#include "server/core/unixsignals.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QFileInfo>
#include <QStyleFactory>
#include <QTextStream>

#include <csignal>
#include <optional>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

namespace {

constexpr int UsageError = 2;

struct Options
{
    QList<FleetEntry> services;
    QString colors = u"system"_s;
};

int fail(const QStringList &problems)
{
    for (const QString &problem : problems)
        QTextStream(stderr) << "hephaestus-dashboard: " << problem << '\n';
    return UsageError;
}

/// Everything the command line asks for; what is wrong with it goes to `problems`, all at once.
Options readOptions(const QCommandLineParser &parser, QStringList &problems)
{
    Options options;
    for (const QString &file : parser.values(u"fleet"_s)) {
        const FleetReading reading = readFleet(file);
        options.services << reading.fleet.services;
        for (const Problem &problem : reading.problems)
            problems << problem.text();
    }
    for (const QString &url : parser.values(u"service"_s)) {
        if (const Result<FleetEntry> entry = entryForUrl(url))
            options.services << *entry;
        else
            problems << u"--service: "_s + entry.problem().text();
    }
    if (!parser.positionalArguments().isEmpty())
        problems << u"unexpected argument \"%1\"; see --help"_s.arg(parser.positionalArguments().first());
    options.colors = parser.value(u"colors"_s);
    if (!QStringList{u"system"_s, u"light"_s, u"dark"_s}.contains(options.colors))
        problems << u"--colors: expected system, light or dark, found \"%1\""_s.arg(options.colors);
    return options;
}

/// The demo's fleet file: installed, or of the source tree this was built in.
QString demoFleet()
{
    const QString here = QCoreApplication::applicationDirPath();
    for (const QString &path : {u"/../share/hephaestus/demo/fleet.toml"_s, u"/../../../resources/demo/fleet.toml"_s}) {
        if (QFileInfo::exists(here + path))
            return QFileInfo(here + path).canonicalFilePath();
    }
    return {};
}

void applyColors(const QString &colors)
{
    if (colors == "system"_L1)
        return;
    QApplication::setStyle(QStyleFactory::create(u"Fusion"_s)); // the one style that takes any palette
    QApplication::setPalette(colors == "dark"_L1 ? Theme::dark() : Theme::light());
}

/// The exit code if the program is to end at once: nothing for a window was needed to know.
std::optional<int> readCommandLine(int argc, char *argv[], Options &options)
{
    const QCoreApplication app(argc, argv); // gone before the one with windows comes
    QCommandLineParser parser;
    parser.setApplicationDescription(u"Watches services, shuts them down and restarts them."_s);
    parser.addOption({u"fleet"_s, u"Watch the services of this fleet file; may be given again."_s, u"FILE"_s});
    parser.addOption({u"service"_s, u"Watch the service at this address; may be given again."_s, u"URL"_s});
    parser.addOption({u"colors"_s, u"system, light or dark."_s, u"WHICH"_s, u"system"_s});
    const QCommandLineOption help = parser.addHelpOption();
    const QCommandLineOption version = parser.addVersionOption();
    if (!parser.parse(QCoreApplication::arguments()))
        return fail({parser.errorText() + u"; see --help"_s});
    if (parser.isSet(help)) {
        QTextStream(stdout) << parser.helpText();
        return 0;
    }
    if (parser.isSet(version)) {
        QTextStream(stdout) << QCoreApplication::applicationName() << ' ' << QCoreApplication::applicationVersion() << '\n';
        return 0;
    }
    QStringList problems;
    options = readOptions(parser, problems);
    return problems.isEmpty() ? std::nullopt : std::optional(fail(problems));
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
    const UnixSignals unixSignals({SIGTERM, SIGINT});
    applyColors(options.colors);
    FleetWatch watch;
    MainWindow window(watch, demoFleet());
    for (const FleetEntry &entry : options.services)
        watch.add(entry);
    QObject::connect(&unixSignals, &UnixSignals::received, &app, &QApplication::closeAllWindows);
    watch.start();
    window.show();
    return QApplication::exec();
}
