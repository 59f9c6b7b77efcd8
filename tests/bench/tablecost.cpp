// SPDX-License-Identifier: GPL-3.0-or-later
//
// How long a window of many rows stands still for what a person does, and while many are found:
//   tablecost [ROWS (20000)] [TIMES (5)] [FOUND (50000)]
// Prints one line of JSON, milliseconds of each act, painted, median and worst. Asks no service: the rows are made up.
// FOUND services come in portions, as a Prometheus server tells of them, and answer; of all portions together the sum.
// Measures, judges nothing; not run by ctest.
#include "dashboard/ui/fleetview.h"
#include "dashboard/ui/mainwindow.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QKeyEvent>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTextStream>

#include <algorithm>
#include <functional>
#include <map>
#include <vector>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int PortionSize = 250;

QList<FleetEntry> entries(int first, int count)
{
    QList<FleetEntry> entries;
    for (int each = first; each < first + count; ++each) {
        FleetEntry entry;
        entry.name = u"service-%1"_s.arg(each);
        entry.url = u"http://10.%1.%2.%3:8000"_s.arg(each >> 16).arg(each >> 8 & 255).arg(each & 255);
        entry.group = u"group-%1"_s.arg(each % 40);
        entries << entry;
    }
    return entries;
}

class Table
{
public:
    Table() : m_window(m_session)
    {
        m_window.resize(1400, 900);
        m_window.show();
        m_table = m_window.findChild<FleetView *>();
        m_table->setGrouped(false);
        paint();
    }

    void fill(int rows)
    {
        m_session.addAll(entries(0, rows));
        answer(m_session.fleet().ids());
        paint();
    }

    /// `services` of them, in groups and sorted by the latency, in which they come in no order.
    void find(int services)
    {
        m_table->setGrouped(true);
        m_table->sortByColumn(FleetModel::Latency, Qt::AscendingOrder);
        double sum = 0;
        const QString portion = u"%1 found: a portion"_s.arg(services);
        for (int first = 0; first < services; first += PortionSize) {
            measure(portion, [&] {
                m_session.addAll(entries(first, std::min(PortionSize, services - first)));
                answer(m_session.fleet().ids().mid(first));
            });
            sum += m_times[portion].back();
        }
        m_times[u"%1 found: all"_s.arg(services)].push_back(sum);
    }

    /// These answer again, each after another time; one in a hundred fails.
    void answer(const QList<ServiceId> &services)
    {
        QList<Arrival> arrivals;
        const Clock &clock = Clock::machine();
        for (const ServiceId id : services) {
            Arrival arrival{id, {}, clock.now(), clock.wall()};
            arrival.answer.reply.latency = std::chrono::microseconds(m_random.bounded(1, 100'000));
            if (m_random.bounded(100) == 0) {
                arrival.answer.reply.error = ClientError::Refused;
            } else {
                HealthReport report;
                report.service = u"service"_s;
                report.instanceId = QString::number(id);
                report.uptime = Seconds(m_random.bounded(1'000'000));
                arrival.answer.value = report;
            }
            arrivals << arrival;
        }
        m_session.fleet().applyArrivals(arrivals);
    }

    void measure(const QString &act, const std::function<void()> &perform)
    {
        QElapsedTimer timer;
        timer.start();
        perform();
        paint();
        m_times[act].push_back(double(timer.nsecsElapsed()) / 1e6);
    }

    void performAll()
    {
        measure(u"select all"_s, [this] { press(Qt::Key_A, Qt::ControlModifier); });
        m_table->selectRow(0);
        paint();
        for (const QString &typed : {u"s"_s, u"se"_s, u"service-1"_s, u"service-12"_s, u"service-123"_s,
                                     u"service-12"_s, u"7"_s, u"77"_s, u"state:down"_s, u""_s})
            measure(u"filter"_s, [&] { m_table->setQuery(*FilterQuery::parse(typed)); });
        for (const int column : {FleetModel::Latency, FleetModel::State, FleetModel::Service})
            measure(column == FleetModel::Latency ? u"sort by latency"_s : u"sort by another column"_s,
                    [&] { m_table->sortByColumn(column, Qt::AscendingOrder); });
        m_table->sortByColumn(FleetModel::Latency, Qt::AscendingOrder);
        m_table->rows().setHeld(true);
        answer(m_session.fleet().ids());
        paint();
        measure(u"sort anew"_s, [this] { m_table->rows().arrangeAnew(); });
        m_table->rows().setHeld(false);
        m_table->sortByColumn(-1, Qt::AscendingOrder);
        measure(u"group"_s, [this] { m_table->setGrouped(true); });
        for (int group = 0; group < 40; ++group)
            measure(u"fold"_s, [&] { m_table->rows().setFolded(u"group-%1"_s.arg(group), true); });
        for (int group = 39; group >= 0; --group)
            measure(u"unfold"_s, [&] { m_table->rows().setFolded(u"group-%1"_s.arg(group), false); });
        measure(u"ungroup"_s, [this] { m_table->setGrouped(false); });
        m_table->selectRow(0);
        paint();
    }

    /// The acts, with their medians and worst times.
    QStringList fields()
    {
        QStringList fields;
        for (auto [act, times] : m_times) {
            std::ranges::sort(times);
            fields << u"\"%1\": [%2, %3]"_s.arg(act, QString::number(times[times.size() / 2], 'f', 1),
                                                QString::number(times.back(), 'f', 1));
        }
        return fields;
    }

private:
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers)
    {
        QKeyEvent event(QEvent::KeyPress, key, modifiers);
        QCoreApplication::sendEvent(m_table, &event);
    }

    static void paint()
    {
        for (int round = 0; round < 3; ++round) // what an act sets off in the event loop, too
            QCoreApplication::processEvents();
    }

    FleetSession m_session;
    MainWindow m_window;
    FleetView *m_table = nullptr;
    QRandomGenerator m_random{1};
    std::map<QString, std::vector<double>> m_times;
};

} // namespace

int main(int argc, char *argv[])
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    const QTemporaryDir directory;
    qputenv("XDG_CONFIG_HOME", directory.path().toLocal8Bit());
    qputenv("XDG_STATE_HOME", directory.path().toLocal8Bit());
    const QApplication app(argc, argv);
    QCoreApplication::setOrganizationName(u"hephaestus"_s);
    QCoreApplication::setApplicationName(u"hephaestus-tablecost"_s);
    const QStringList arguments = QCoreApplication::arguments();
    const int rows = arguments.value(1, u"20000"_s).toInt();
    QStringList fields{u"\"rows\": %1"_s.arg(rows)};
    {
        Table table;
        table.fill(rows);
        for (int time = 0; time < arguments.value(2, u"5"_s).toInt(); ++time)
            table.performAll();
        fields << table.fields();
    }
    Table empty;
    empty.find(arguments.value(3, u"50000"_s).toInt());
    fields << empty.fields();
    QTextStream(stdout) << u'{' + fields.join(u", "_s) + u'}' << '\n';
    return 0;
}
