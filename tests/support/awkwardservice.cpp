// SPDX-License-Identifier: GPL-3.0-or-later
//
//     awkwardservice [--drain MS] [--never-ready] [STEP]...        STEP: ok, fails, throws, hangs, blocks
//
// A service on the library whose clean-up steps do what their names say, in this order, and print them as they begin.
// GET /slow is never answered. With --never-ready it prints "starting on URL" and stays in its start-up.
#include "server/http/service.h"

#include <cstdio>
#include <stdexcept>

#include <unistd.h>

using namespace Hephaestus;
using namespace std::chrono_literals;

namespace {

void step(const QString &what, const CleanupDone &done)
{
    std::printf("step %s\n", qPrintable(what));
    std::fflush(stdout);
    if (what == QLatin1String("fails"))
        done.failed(QStringLiteral("it would not"));
    else if (what == QLatin1String("throws"))
        throw std::runtime_error("it would not");
    else if (what == QLatin1String("blocks"))
        for (;;)
            ::pause();
    else if (what != QLatin1String("hangs"))
        done();
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    QStringList steps = application.arguments().mid(1);
    ServiceOptions options{.name = QStringLiteral("awkward"), .version = QStringLiteral("1")};
    if (const qsizetype at = steps.indexOf(QStringLiteral("--drain")); at >= 0) {
        options.shutdown.drain = std::chrono::milliseconds(steps.value(at + 1).toInt());
        steps.remove(at, 2);
    }
    const bool neverReady = steps.removeAll(QStringLiteral("--never-ready")) > 0;

    Service service(options);
    std::reverse(steps.begin(), steps.end()); // the last one added is the first to run
    for (const QString &what : std::as_const(steps))
        service.addCleanup(what, 300ms, [what](const CleanupDone &done) { step(what, done); });
    QList<Reply> kept;
    service.route("/slow", Method::Get, [&kept](const Request &, const Reply &reply) { kept << reply; });

    const auto bound = service.listen({QStringLiteral("127.0.0.1:0")});
    if (!bound)
        return 2;
    if (neverReady) {
        std::printf("starting on %s\n", qPrintable(bound->first().url()));
        std::fflush(stdout);
    } else {
        service.setReady();
    }
    return service.exec();
}
