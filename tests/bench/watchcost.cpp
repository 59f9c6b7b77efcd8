// SPDX-License-Identifier: GPL-3.0-or-later
//
// What it costs to watch a fleet: watchcost --fleet FILE|--prometheus URL [--seconds N] [--apart] [--ages]
// [--window [--select-all] [--wallboard]].
// Watches it as the dashboard does, with or without the window, keeps its history in a file that is gone afterwards,
// and prints one line of JSON. Services whose name begins with "good" must be answered within two intervals;
// `oldest_good_seconds` says how old the oldest such row ever was. Measures, judges nothing; not run by ctest.
//
// Gaps and ages are found by timers that wake the program 110 times a second, which counts as its cost, too. For a
// small fleet that is most of it: with --apart the cost is measured before, for as long, without them.
#include "common/fleet/fleetfile.h"
#include "dashboard/ui/fleetview.h"
#include "dashboard/ui/mainwindow.h"
#include "dashboard/ui/wallboard.h"
#include "tests/bench/cpuseconds.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QDateTime>
#include <QElapsedTimer>
#include <QFile>
#include <QKeyEvent>
#include <QMenu>
#include <QScrollBar>
#include <QTemporaryDir>
#include <QTextStream>

#include <algorithm>
#include <vector>

#include <unistd.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

double residentMegabytes()
{
    QFile statm(u"/proc/self/statm"_s);
    if (!statm.open(QIODevice::ReadOnly))
        return 0;
    return statm.readAll().split(' ').value(1).toDouble() * double(::sysconf(_SC_PAGESIZE)) / 1e6;
}

/// All that is measured while the event loop runs.
class Measurement : public QObject
{
public:
    Measurement(FleetSession &session, MainWindow *window, bool tellsAges)
        : m_session(session)
        , m_window(window)
        , m_tellsAges(tellsAges)
    {
        connect(&session.fleet(), &FleetModel::answered, this, [this](ServiceId id) {
            ++m_polls;
            m_answered += m_session.fleet().find(id)->answered;
        });
        connect(&session.fleet(), &FleetModel::confirmed, this, [this] {
            ++m_polls;
            ++m_answered;
        });
        connect(&m_beat, &QTimer::timeout, this, &Measurement::beat);
        connect(&m_look, &QTimer::timeout, this, &Measurement::look);
        connect(&m_scroll, &QTimer::timeout, this, &Measurement::scroll);
    }

    void beginCost()
    {
        m_polls = m_answered = 0;
        m_cpu = cpuSeconds();
        m_since.start();
        if (m_window)
            m_scroll.start(100ms);
    }

    void endCost() { m_cost = Cost{double(m_since.nsecsElapsed()) / 1e9, cpuSeconds() - m_cpu, m_polls, m_answered}; }

    void beginLooking()
    {
        m_lastBeat.start();
        m_beat.setTimerType(Qt::PreciseTimer);
        m_beat.start(10ms);
        m_look.start(100ms);
    }

    /// The wallboard, and how long a picture of it takes.
    void openWallboard()
    {
        m_window->openWallboard();
        auto *const board = m_window->findChild<Wallboard *>();
        connect(&m_scroll, &QTimer::timeout, board, [this, board] {
            QElapsedTimer timer;
            timer.start();
            board->repaint();
            m_boards.push_back(double(timer.nsecsElapsed()) / 1e6);
        });
    }

    /// What is to be seen at the end.
    void save(const QString &directory) const
    {
        m_window->grab().save(directory + u"/window.png"_s);
        if (auto *const board = m_window->findChild<Wallboard *>())
            board->grab().save(directory + u"/wallboard.png"_s);
    }

    /// Ctrl+A in the table; what it sets off later counts among the gaps.
    void selectAll()
    {
        QElapsedTimer timer;
        timer.start();
        QKeyEvent press(QEvent::KeyPress, Qt::Key_A, Qt::ControlModifier);
        QCoreApplication::sendEvent(m_window->findChild<FleetView *>(), &press);
        m_selecting = double(timer.nsecsElapsed()) / 1e6;
    }

    QString json() const
    {
        const auto &[seconds, cpu, polls, answered] = m_cost;
        std::vector<double> frames = m_frames;
        std::ranges::sort(frames);
        const auto frame = [&](double part) {
            return frames.empty() ? 0.0 : frames[std::size_t(double(frames.size() - 1) * part)];
        };
        std::vector<double> boards = m_boards;
        std::ranges::sort(boards);
        return uR"({"services": %1, "seconds": %2, "polls_per_second": %3, "answered_share": %4,)"
               uR"( "cores": %5, "cpu_microseconds_per_poll": %6, )"
               R"("resident_megabytes": %7, "worst_gap_milliseconds": %8, "oldest_good_seconds": %9, )"_s
                   .arg(m_session.fleet().rowCount())
                   .arg(seconds, 0, 'f', 1)
                   .arg(double(polls) / seconds, 0, 'f', 1)
                   .arg(double(answered) / double(std::max<qint64>(polls, 1)), 0, 'f', 3)
                   .arg(cpu / seconds, 0, 'f', 4)
                   .arg(cpu * 1e6 / double(std::max<qint64>(polls, 1)), 0, 'f', 1)
                   .arg(residentMegabytes(), 0, 'f', 1)
                   .arg(m_worstGap, 0, 'f', 1)
                   .arg(m_oldest, 0, 'f', 2)
            + uR"("frames": %1, "frame_milliseconds_median": %2, "frame_milliseconds_worst": %3, )"_s.arg(frames.size())
                  .arg(frame(0.5), 0, 'f', 2)
                  .arg(frame(1), 0, 'f', 2)
            + uR"("wallboard_milliseconds_median": %1, "wallboard_milliseconds_worst": %2, )"_s
                  .arg(boards.empty() ? 0.0 : boards[boards.size() / 2], 0, 'f', 2)
                  .arg(boards.empty() ? 0.0 : boards.back(), 0, 'f', 2)
            + uR"("select_milliseconds": %1})"_s.arg(m_selecting, 0, 'f', 1);
    }

private:
    struct Cost
    {
        double seconds = 0;
        double cpu = 0;
        qint64 polls = 0;
        qint64 answered = 0;
    };

    void beat()
    {
        m_worstGap = std::max(m_worstGap, double(m_lastBeat.nsecsElapsed()) / 1e6 - 10);
        m_lastBeat.start();
    }

    void look()
    {
        const auto now = std::chrono::steady_clock::now();
        double oldest = 0;
        for (int i = 0; i < m_session.fleet().rowCount(); ++i) {
            const ServiceRow &row = m_session.fleet().row(i);
            if (!row.entry.name.startsWith("good"_L1))
                continue;
            const std::chrono::duration<double> age = row.lastSeen ? now - *row.lastSeen : std::chrono::hours(1);
            oldest = std::max(oldest, age.count());
        }
        m_oldest = std::max(m_oldest, oldest);
        if (m_tellsAges)
            QTextStream(stdout) << uR"({"time": %1, "oldest": %2})"_s
                                       .arg(double(QDateTime::currentMSecsSinceEpoch()) / 1e3, 0, 'f', 3)
                                       .arg(oldest, 0, 'f', 3)
                                << '\n'
                                << Qt::flush;
    }

    /// Ten frames a second, each three rows further, painted at once.
    void scroll()
    {
        const auto views = m_window->findChildren<FleetView *>();
        QScrollBar *const bar = views.first()->verticalScrollBar();
        bar->setValue((bar->value() + 3 * bar->singleStep()) % std::max(1, bar->maximum()));
        QElapsedTimer timer;
        timer.start();
        views.first()->viewport()->repaint();
        m_frames.push_back(double(timer.nsecsElapsed()) / 1e6);
    }

    FleetSession &m_session;
    MainWindow *m_window;
    const bool m_tellsAges;
    QTimer m_beat;
    QTimer m_look;
    QTimer m_scroll;
    QElapsedTimer m_since;
    QElapsedTimer m_lastBeat;
    qint64 m_polls = 0;
    qint64 m_answered = 0;
    double m_cpu = 0;
    Cost m_cost;
    double m_worstGap = 0;
    double m_oldest = 0;
    double m_selecting = 0;
    std::vector<double> m_frames;
    std::vector<double> m_boards;
};

} // namespace

/// As a person chooses them.
static void showAllColumns(FleetView &table)
{
    QMenu menu;
    table.fillColumnsMenu(&menu);
    for (QAction *const action : menu.actions()) {
        if (action->isCheckable() && !action->isChecked())
            action->trigger();
    }
}

int main(int argc, char *argv[])
{
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    const QApplication app(argc, argv);
    QCoreApplication::setOrganizationName(u"hephaestus"_s);
    QCoreApplication::setApplicationName(u"hephaestus-watchcost"_s);
    QCommandLineParser parser;
    parser.addOption({u"fleet"_s, u"Watches its services."_s, u"FILE"_s});
    parser.addOption({u"prometheus"_s, u"Takes them from that Prometheus server instead."_s, u"URL"_s});
    parser.addOption({u"seconds"_s, u"How long it measures (20), after five seconds to settle."_s, u"N"_s, u"20"_s});
    parser.addOption({u"settle"_s, u"Seconds before it measures (5)."_s, u"N"_s, u"5"_s});
    parser.addOption({u"apart"_s, u"Measures the cost first, for as long, and looks at gaps and ages only then."_s});
    parser.addOption({u"ages"_s, u"Prints ten times a second how old the oldest row of a \"good\" service is."_s});
    parser.addOption({u"window"_s, u"With the window, scrolling."_s});
    parser.addOption({u"all-columns"_s, u"With the window, every column chosen."_s});
    parser.addOption({u"select-all"_s, u"With the window, every row selected by Ctrl+A as the measuring begins."_s});
    parser.addOption({u"wallboard"_s, u"With the window, and the wallboard, painted as often."_s});
    parser.addOption({u"pictures"_s, u"Saves what is to be seen at the end there."_s, u"DIRECTORY"_s});
    parser.addOption({u"sort"_s, u"With the window, sorted by the column with this number, from 0 on."_s, u"N"_s});
    parser.addHelpOption();
    parser.process(app);

    const QTemporaryDir directory;
    FleetSession session;
    session.keepHistory(directory.filePath(u"history.db"_s));
    FleetReading reading;
    if (parser.isSet(u"prometheus"_s))
        session.connectPrometheus({{.url = parser.value(u"prometheus"_s)}});
    else
        reading = readFleet(parser.value(u"fleet"_s));
    for (const Problem &problem : reading.problems)
        QTextStream(stderr) << "watchcost: " << problem.text() << '\n';
    if (!reading.ok())
        return 2;
    std::unique_ptr<MainWindow> window;
    if (parser.isSet(u"window"_s))
        window = std::make_unique<MainWindow>(session);
    session.addAll(std::exchange(reading.fleet, {}).services); // as the dashboard, which keeps no other copy
    Measurement measurement(session, window.get(), parser.isSet(u"ages"_s));
    session.start();
    if (window) {
        window->resize(1400, 900);
        window->show();
        if (parser.isSet(u"all-columns"_s))
            showAllColumns(*window->findChildren<FleetView *>().first());
        if (parser.isSet(u"sort"_s))
            window->findChildren<FleetView *>().first()->sortByColumn(parser.value(u"sort"_s).toInt(),
                                                                      Qt::AscendingOrder);
    }
    const std::chrono::seconds span(parser.value(u"seconds"_s).toInt());
    const bool apart = parser.isSet(u"apart"_s);
    const auto report = [&] {
        QTextStream(stdout) << measurement.json() << '\n';
        if (window && parser.isSet(u"pictures"_s))
            measurement.save(parser.value(u"pictures"_s));
        QCoreApplication::quit();
    };
    const auto endCost = [&] {
        measurement.endCost();
        if (!apart)
            return report();
        measurement.beginLooking();
        QTimer::singleShot(span, &measurement, report);
    };
    QTimer::singleShot(std::chrono::seconds(parser.value(u"settle"_s).toInt()), &measurement, [&] {
        measurement.beginCost();
        if (!apart)
            measurement.beginLooking();
        if (window && parser.isSet(u"select-all"_s))
            measurement.selectAll();
        if (window && parser.isSet(u"wallboard"_s))
            measurement.openWallboard();
        QTimer::singleShot(span, &measurement, endCost);
    });
    return QApplication::exec();
}
