// SPDX-License-Identifier: GPL-3.0-or-later
//
// A complete service that embeds Hephaestus: a route that takes its time, a database, and a clean shutdown.
//
//     orders [ADDRESS [DATABASE]]        default: 127.0.0.1:8080 and a database in memory
//     curl -X POST 'http://127.0.0.1:8080/orders?delay_ms=2000'
//     curl http://127.0.0.1:8080/health/status
//     curl -X POST http://127.0.0.1:8080/health/shutdown
#include <Hephaestus/Service>

#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QTimer>
#include <QUrlQuery>

using namespace Hephaestus;
using namespace std::chrono_literals;

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = application.arguments();

    Service service({.name = QStringLiteral("orders"), .version = QStringLiteral("2.1")});
    Dependency &tracker = service.dependency(QStringLiteral("database"));

    QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"));
    database.setDatabaseName(arguments.value(2, QStringLiteral(":memory:")));
    {
        auto call = tracker.call(); // counted: success, failure, or failure if it is dropped
        QSqlQuery create(database);
        if (!database.open()
            || !create.exec(QStringLiteral("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY)"))) {
            qCritical("the database cannot be opened: %s", qPrintable(database.lastError().text()));
            return 1;
        }
        call.success();
    }
    service.addCleanup(QStringLiteral("database"), 5s, [&](CleanupDone done) {
        database.close();
        done();
    });

    // Takes a while, as real work does: the answer is sent later, and a shutdown waits for it.
    service.route("/orders", Method::Get | Method::Post, [&](const Request &request, Reply reply) {
        const bool isNew = request.method == Method::Post;
        const int delay =
            QUrlQuery(QString::fromUtf8(request.query)).queryItemValue(QStringLiteral("delay_ms")).toInt();
        QTimer::singleShot(std::chrono::milliseconds(std::clamp(delay, 0, 60'000)), &service, [&, reply, isNew] {
            auto call = tracker.call();
            QSqlQuery query(database);
            if (!query.exec(isNew ? QStringLiteral("INSERT INTO orders DEFAULT VALUES")
                                  : QStringLiteral("SELECT count(*) FROM orders"))) {
                call.failure(query.lastError().text());
                reply.fail(500, "database", "the database does not answer");
                return;
            }
            call.success();
            const QVariant answer = isNew ? query.lastInsertId() : query.next() ? query.value(0) : QVariant();
            reply.send(200, (isNew ? R"({"order": )" : R"({"orders": )") + answer.toByteArray() + '}');
        });
    });

    return service.exec({arguments.value(1, QStringLiteral("127.0.0.1:8080"))});
}
