// SPDX-License-Identifier: GPL-3.0-or-later
//
// A fleet of stand-in services for tests and measurements; see --help. Loopback only.
#include "tests/bench/fleetsim/simfleet.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QSaveFile>
#include <QTextStream>

#include <csignal>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

namespace {

volatile std::sig_atomic_t ended = 0;

int usage(const QString &problem)
{
    QTextStream(stderr) << "fleetsim: " << problem << "; see --help\n";
    return 2;
}

/// Two descriptors a service, for its listener and a connection, and some more.
bool allowDescriptors(rlim_t wanted)
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= wanted)
        return true;
    const rlimit more{wanted, std::max(limit.rlim_max, wanted)};
    return ::setrlimit(RLIMIT_NOFILE, &more) == 0;
}

/// All or nothing.
bool writeFleetFile(const SimFleet &sim, const QString &path, int interval, bool restartOnStale)
{
    QSaveFile file(path);
    const bool opened = file.open(QIODevice::WriteOnly);
    for (int i = 0; opened && i < sim.size(); ++i) {
        QTextStream(&file) << "[[service]]\nname = '" << sim.name(i).c_str() << "'\nurl = '" << sim.url(i).c_str()
                           << "'\ngroup = 'simulated'\ninterval = '" << interval
                           << "ms'\nrestart = { method = 'service' }\nrestart_on_stale = "
                           << (restartOnStale ? "true" : "false") << "\n\n";
    }
    const bool written = opened && file.commit();
    if (!written)
        QTextStream(stderr) << "fleetsim: the fleet cannot be written to " << path << ": " << file.errorString()
                            << '\n';
    return written;
}

QString sideText(const SimFleet::Side &side)
{
    return uR"({"connections": %1, "requests": %2, "shutdowns": %3, "restarts": %4, "bytes_sent": %5})"_s
        .arg(side.connections)
        .arg(side.requests)
        .arg(side.shutdowns)
        .arg(side.restarts)
        .arg(side.bytesSent);
}

void printStatistics(const SimFleet &sim)
{
    const SimFleet::Statistics &all = sim.statistics();
    QTextStream(stdout) << u"{\"good\": %1, \"bad\": %2, \"restarting_at_most\": %3}\n"_s
                               .arg(sideText(all.good), sideText(all.bad))
                               .arg(all.restartingAtMost);
}

/// What is wrong with an option; empty: nothing.
QString readOptions(const QCommandLineParser &parser, SimOptions &options)
{
    const auto number = [&](const QString &name, int least, int most, int &target) -> QString {
        if (!parser.isSet(name))
            return {};
        bool ok = false;
        target = parser.value(name).toInt(&ok);
        return ok && target >= least && target <= most
            ? QString()
            : u"--%1: expected a number from %2 to %3, found \"%4\""_s.arg(name).arg(least).arg(most).arg(
                parser.value(name));
    };
    QStringList problems{
        number(u"services"_s, 1, 20'000, options.services), number(u"dependencies"_s, 0, 60, options.dependencies),
        number(u"stale"_s, 0, 20'000, options.stale), number(u"first-port"_s, 1024, 32'767, options.firstPort),
        number(u"first-number"_s, 0, 1'000'000, options.firstNumber)};
    int bad = 0;
    for (const QString &word : parser.values(u"fault"_s).join(u',').split(u',', Qt::SkipEmptyParts)) {
        const QStringList parts = word.split(u'=');
        const auto fault = faultNamed(parts[0].toStdString());
        const int count = parts.value(1, u"1"_s).toInt();
        if (!fault || count < 1)
            problems << u"--fault: expected KIND or KIND=COUNT, found \"%1\""_s.arg(word);
        else
            options.faults[*fault] += count;
        bad += count;
    }
    if (bad > options.services)
        problems << u"--fault: %1 faults for %2 services"_s.arg(bad).arg(options.services);
    options.directory = parser.value(u"unix"_s).toStdString();
    problems.removeAll(QString());
    return problems.join(u"; "_s);
}

/// A line from standard input; false: it is over.
bool obey(SimFleet &sim, const QByteArray &line)
{
    const QList<QByteArray> words = line.simplified().split(' ');
    if (words[0] == "die")
        sim.die(words.size() > 1 ? words[1].toDouble() : 1);
    else if (words[0] == "revive")
        sim.revive();
    else if (words[0] == "stats")
        printStatistics(sim);
    else if (words[0] == "quit")
        return false;
    else
        QTextStream(stderr) << "fleetsim: expected die [SHARE], revive, stats or quit, found \"" << line << "\"\n";
    return true;
}

void serve(SimFleet &sim)
{
    int control = STDIN_FILENO;
    QByteArray lines;
    while (!ended) {
        // A signal that comes just before it waits does not interrupt it: so it looks now and then.
        if (!sim.serve(std::chrono::milliseconds(200), control))
            continue;
        char buffer[4096];
        const ssize_t count = ::read(control, buffer, sizeof buffer);
        if (count <= 0) {
            control = -1; // nobody tells it anything any more
            continue;
        }
        lines.append(buffer, count);
        for (qsizetype end = lines.indexOf('\n'); end >= 0; end = lines.indexOf('\n')) {
            if (!obey(sim, lines.first(end)))
                return;
            lines.remove(0, end + 1);
        }
    }
}

} // namespace

int main(int argc, char *argv[])
{
    const QCoreApplication app(argc, argv);
    QString kinds;
    for (const FaultName &each : FaultNames)
        kinds += u' ' + QString::fromLatin1(each.name.data(), qsizetype(each.name.size()));
    QCommandLineParser parser;
    parser.setApplicationDescription(u"Any number of simulated services on loopback, in one process. Prints \"ready\" "
                                     u"when all listen, and counts as JSON at its end.\n"
                                     "Lines on standard input: die [SHARE] (that share of them goes), revive (all come "
                                     "back as new processes), stats, quit.\n"
                                     "Faults:"_s
                                     + kinds);
    parser.addOption({u"services"_s, u"How many (100)."_s, u"N"_s});
    parser.addOption({u"fault"_s, u"So many of them are broken; may be given again."_s, u"KIND=COUNT,..."_s});
    parser.addOption(
        {u"stale"_s, u"So many of the good ones, the last, run old code until they are restarted."_s, u"N"_s});
    parser.addOption({u"dependencies"_s, u"Of each (6)."_s, u"N"_s});
    parser.addOption({u"unix"_s, u"Unix sockets in this directory instead of TCP ports."_s, u"DIRECTORY"_s});
    parser.addOption({u"first-port"_s, u"Ports from here on, passing over those in use (10000)."_s, u"PORT"_s});
    parser.addOption({u"first-number"_s, u"The services' names are numbered from it (1)."_s, u"N"_s});
    parser.addOption({u"fleet"_s, u"Write a fleet file of all of them."_s, u"FILE"_s});
    parser.addOption(
        {u"interval"_s, u"In the fleet file: milliseconds between two polls (1000)."_s, u"MS"_s, u"1000"_s});
    parser.addOption({u"restart-on-stale"_s,
                      u"In the fleet file: they are to be restarted by themselves when they run old code."_s});
    parser.addHelpOption();
    parser.process(app);
    SimOptions options;
    if (const QString problem = readOptions(parser, options); !problem.isEmpty())
        return usage(problem);
    if (!parser.positionalArguments().isEmpty())
        return usage(u"unexpected argument \"%1\""_s.arg(parser.positionalArguments().first()));

    struct sigaction action = {};
    action.sa_handler = [](int) { ended = 1; };
    ::sigaction(SIGTERM, &action, nullptr);
    ::sigaction(SIGINT, &action, nullptr);
    if (!allowDescriptors(rlim_t(options.services) * 2 + 4096)) {
        QTextStream(stderr) << "fleetsim: " << options.services
                            << " services need more open files than RLIMIT_NOFILE allows\n";
        return 1;
    }
    try {
        SimFleet sim(options);
        if (parser.isSet(u"fleet"_s)
            && !writeFleetFile(sim, parser.value(u"fleet"_s), parser.value(u"interval"_s).toInt(),
                               parser.isSet(u"restart-on-stale"_s)))
            return 1;
        QTextStream(stdout) << "ready: " << sim.size() << " services\n" << Qt::flush;
        serve(sim);
        printStatistics(sim);
    } catch (const std::exception &problem) {
        QTextStream(stderr) << "fleetsim: " << problem.what() << '\n';
        return 1;
    }
    return 0;
}
