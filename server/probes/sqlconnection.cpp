// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/probes/sqlconnection.h"

#include "common/base/duration.h"
#include "common/base/hostlookup.h"

#include <QFile>
#include <QLibrary>
#include <QSqlDriver>
#include <QSqlQuery>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

constexpr auto LockPortion = 100ms;

QString packageOf(const QString &driver)
{
    static const QMap<QString, QString> packages{{u"QPSQL"_s, u"libqt6sql6-psql"_s},
                                                 {u"QMYSQL"_s, u"libqt6sql6-mysql"_s},
                                                 {u"QSQLITE"_s, u"libqt6sql6-sqlite"_s}};
    return packages.value(driver);
}

bool isFile(const SqlSettings &settings)
{
    return settings.driver == "QSQLITE"_L1 && settings.database != ":memory:"_L1;
}

QSqlError connectionError(const QString &text) { return QSqlError(text, {}, QSqlError::ConnectionError); }

/// The socket of a `PGconn *`, by the libpq that the driver itself uses; -1 if there is none.
int postgresSocket(const QVariant &handle)
{
    const QByteArrayView type(handle.typeName());
    if (type != "pg_conn*" && type != "PGconn*") // names of one type: struct and typedef
        return -1;
    void *connection = *static_cast<void *const *>(handle.constData());
    using PQsocket = int (*)(const void *);
    static const auto socketOf = reinterpret_cast<PQsocket>(QLibrary::resolve(u"pq"_s, 5, "PQsocket"));
    return socketOf && connection ? socketOf(connection) : -1;
}

} // namespace

SqlConnection::SqlConnection(const SqlSettings &settings, std::chrono::milliseconds timeout, QString name)
    : m_settings(settings)
    , m_timeout(timeout)
    , m_name(std::move(name))
{
}

SqlConnection::~SqlConnection()
{
    close();
    if (m_database.isValid()) {
        m_database = QSqlDatabase();
        QSqlDatabase::removeDatabase(m_name);
    }
}

QSqlError SqlConnection::open()
{
    if (const QSqlError error = addDatabase(); error.isValid())
        return error;
    if (isFile(m_settings) && m_wasOpen && !QFile::exists(m_settings.database))
        return connectionError(u"the database file is gone"_s); // and must not be made anew, empty
    // The driver would look the name up again, but for as long as it takes.
    const bool isNamed = !m_settings.host.isEmpty() && !m_settings.host.startsWith(u'/');
    if (isNamed && HostLookup::wait(m_settings.host, m_timeout * 3 / 5) == HostLookup::Outcome::TimedOut)
        return connectionError(u"the name %1 was not resolved within %2: no name server answers"_s.arg(
            m_settings.host, writeDuration(m_timeout * 3 / 5)));
    if (!m_database.open())
        return m_database.lastError();
    m_isOpen = true;
    keepSocket();
    if (const QSqlError error = prove(); error.isValid()) {
        close();
        return error;
    }
    m_wasOpen = true;
    return {};
}

QSqlError SqlConnection::addDatabase()
{
    if (m_database.isValid())
        return {};
    if (!QSqlDatabase::isDriverAvailable(m_settings.driver)) {
        return connectionError(u"the database driver %1 is not installed; install the package %2"_s.arg(
            m_settings.driver, packageOf(m_settings.driver)));
    }
    m_database = QSqlDatabase::addDatabase(m_settings.driver, m_name);
    m_database.setDatabaseName(m_settings.database);
    m_database.setHostName(m_settings.host);
    if (m_settings.port > 0)
        m_database.setPort(m_settings.port);
    m_database.setUserName(m_settings.user);
    m_database.setPassword(QString::fromUtf8(m_settings.password.value));
    m_database.setConnectOptions(connectOptions());
    return m_database.isValid() ? QSqlError()
                                : connectionError(u"the driver %1 cannot be loaded"_s.arg(m_settings.driver));
}

/// Ours come first: the last one counts.
QString SqlConnection::connectOptions() const
{
    const auto milliseconds = m_timeout.count();
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(m_timeout).count();
    QString options;
    if (m_settings.driver == "QSQLITE"_L1)
        options = u"QSQLITE_BUSY_TIMEOUT=%1"_s.arg(milliseconds);
    else if (m_settings.driver == "QPSQL"_L1)
        options =
            u"connect_timeout=%1;tcp_user_timeout=%2;application_name=hephaestus"_s.arg(seconds).arg(milliseconds);
    else if (m_settings.driver == "QMYSQL"_L1)
        options = u"MYSQL_OPT_CONNECT_TIMEOUT=%1;MYSQL_OPT_READ_TIMEOUT=%1;MYSQL_OPT_WRITE_TIMEOUT=%1"_s.arg(seconds);
    if (!m_settings.options.isEmpty())
        options += u';' + m_settings.options;
    return options;
}

void SqlConnection::keepSocket()
{
    const int socket = postgresSocket(m_database.driver()->handle());
    if (socket < 0)
        return;
    const std::lock_guard lock(m_socketMutex);
    m_socket.reset(::fcntl(socket, F_DUPFD_CLOEXEC, 3));
}

void SqlConnection::close()
{
    if (!m_isOpen)
        return;
    m_database.close();
    m_isOpen = false;
    const std::lock_guard lock(m_socketMutex);
    m_socket.reset();
}

QSqlError SqlConnection::prove()
{
    if (isFile(m_settings) && !QFile::exists(m_settings.database))
        return connectionError(u"the database file is gone"_s);
    if (m_settings.driver != "QSQLITE"_L1)
        return askDatabase(m_database);
    // In portions, because nothing wakes SQLite; and not until the one who asks has given up, and says that nothing
    // answered.
    const auto until = std::chrono::steady_clock::now() + m_timeout / 2;
    const int usual = busyTimeout();
    setBusyTimeout(int(std::min<qint64>(LockPortion.count(), m_timeout.count() / 4)));
    QSqlError error;
    do
        error = askDatabase(m_database);
    while (isLocked(error, m_settings) && !m_isCut && std::chrono::steady_clock::now() < until);
    setBusyTimeout(usual);
    return error;
}

int SqlConnection::busyTimeout()
{
    QSqlQuery query(m_database);
    return query.exec(u"PRAGMA busy_timeout"_s) && query.next() ? query.value(0).toInt() : 0;
}

void SqlConnection::setBusyTimeout(int milliseconds)
{
    QSqlQuery(m_database).exec(u"PRAGMA busy_timeout = %1"_s.arg(milliseconds));
}

bool isLocked(const QSqlError &error, const SqlSettings &settings)
{
    const int code = error.nativeErrorCode().toInt() & 0xff; // of an extended code: SQLITE_BUSY, SQLITE_LOCKED
    return settings.driver == "QSQLITE"_L1 && error.isValid() && (code == 5 || code == 6);
}

QSqlError askDatabase(QSqlDatabase &database)
{
    if (!database.isOpen()) // found out by the driver; a query would fail without an error
        return connectionError(u"the connection was lost"_s);
    QSqlQuery query(database);
    const bool sqlite = database.driverName() == "QSQLITE"_L1;
    if (query.exec(sqlite ? u"PRAGMA schema_version"_s : u"SELECT 1"_s) && query.next())
        return {};
    const QSqlError error = query.lastError();
    return error.isValid() ? error : QSqlError(u"no row came back"_s, {}, QSqlError::UnknownError);
}

void SqlConnection::cut()
{
    m_isCut = true;
    const std::lock_guard lock(m_socketMutex);
    if (m_socket.isOpen())
        ::shutdown(m_socket.number(), SHUT_RDWR);
}

} // namespace Hephaestus
