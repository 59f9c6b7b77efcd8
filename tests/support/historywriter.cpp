// SPDX-License-Identifier: GPL-3.0-or-later
//
// Writes history until it is killed, and prints how much of it is in the file for certain:
//   historywriter FILE
#include "dashboard/history/historystore.h"

#include <QCoreApplication>

#include <cstdio>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    HistoryStore store(QCoreApplication::arguments().value(1));
    int written = 0;
    std::function<void()> next = [&] {
        const History::Time now = std::chrono::system_clock::now();
        store.record(Event{now, NoService, u"mcp"_s, EventKind::Information, QString::number(written)},
                     u"http://127.0.0.1:1"_s);
        ++written;
        // What is asked for includes what was recorded: once the answer is there, so is the event.
        store.askEvents(1, [&](const Result<HistoryStore::StoredEvents> &events) {
            if (!events || events->last().event.text.toInt() != written - 1)
                return QCoreApplication::exit(1);
            std::printf("%d\n", written);
            std::fflush(stdout);
            next();
        });
    };
    next();
    return QCoreApplication::exec();
}
