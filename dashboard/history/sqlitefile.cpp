// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/history/sqlitefile.h"

#include "common/base/privatedirectory.h"

#include <QDateTime>
#include <QFile>
#include <QFileInfo>
#include <QSqlError>

#include <atomic>
#include <tuple>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr int SqliteCorrupt = 11; // result codes of sqlite3.h, which QtSql hands on as numbers
constexpr int SqliteNotADatabase = 26;
constexpr int MostValues = 20; ///< of a statement

QString newConnection()
{
    static std::atomic<int> connections = 0;
    return u"sqlite file %1"_s.arg(++connections);
}

/// Of the values of a statement. Qt makes a name for each that is bound by its place, at each binding.
const QStringList &names()
{
    static const QStringList all = [] {
        QStringList all;
        for (int each = 1; each <= MostValues; ++each)
            all << u":v%1"_s.arg(each);
        return all;
    }();
    return all;
}

/// The statement with a name for each question mark; no text in it has one.
QString withNames(const QString &sql)
{
    QString named;
    qsizetype value = 0;
    for (const QChar each : sql) {
        if (each == u'?')
            named += names().at(value++);
        else
            named += each;
    }
    return named;
}

} // namespace

SqliteFile::SqliteFile(QString path) : m_path(std::move(path)), m_connection(newConnection()) {}

SqliteFile::~SqliteFile() { close(); }

void SqliteFile::lock()
{
    m_lock = std::make_unique<QLockFile>(m_path + u".lock"_s);
    m_lock->setStaleLockTime(0);
    m_readOnly = !m_lock->tryLock(0) && m_lock->error() == QLockFile::LockFailedError;
}

bool SqliteFile::hasDriver() { return QSqlDatabase::isDriverAvailable(u"QSQLITE"_s); }

bool SqliteFile::connect()
{
    forgetError();
    for (const QString &suffix : {u""_s, u"-wal"_s, u"-shm"_s}) {
        if (!m_readOnly && (suffix.isEmpty() || QFileInfo::exists(m_path + suffix)))
            std::ignore = makePrivateFile(m_path + suffix); // where that fails, opening tells
    }
    for (const QString &suffix : {u""_s, u"-wal"_s, u"-shm"_s, u"-journal"_s}) {
        // SQLite would wait for the writer of a FIFO, for ever.
        if (const QFileInfo file(m_path + suffix); file.exists() && !file.isFile()) {
            note(QSqlError({}, u"%1 is no regular file"_s.arg(file.filePath()), QSqlError::ConnectionError));
            return false;
        }
    }
    m_database = QSqlDatabase::addDatabase(u"QSQLITE"_s, m_connection);
    m_database.setDatabaseName(m_path);
    m_database.setConnectOptions(m_readOnly ? u"QSQLITE_OPEN_READONLY;QSQLITE_BUSY_TIMEOUT=2000"_s
                                            : u"QSQLITE_BUSY_TIMEOUT=2000"_s);
    if (m_database.open())
        return true;
    note(m_database.lastError());
    return false;
}

void SqliteFile::close()
{
    if (m_database.isValid()) {
        m_database.close();
        m_database = QSqlDatabase();
        QSqlDatabase::removeDatabase(m_connection);
    }
    m_lock.reset();
}

QString SqliteFile::setAside()
{
    close();
    const QString stamp = QDateTime::currentDateTimeUtc().toString(u"yyyyMMdd-HHmmss"_s);
    QString aside = m_path + u".damaged-"_s + stamp;
    for (int n = 2; QFileInfo::exists(aside); ++n)
        aside = u"%1.damaged-%2-%3"_s.arg(m_path, stamp, QString::number(n));
    if (!QFile::rename(m_path, aside))
        return {};
    for (const QString &suffix : {u"-wal"_s, u"-shm"_s})
        QFile::rename(m_path + suffix, aside + suffix);
    return aside;
}

bool SqliteFile::commit()
{
    if (m_database.commit())
        return true;
    if (m_errorCode == 0)
        note(m_database.lastError());
    return false;
}

QSqlQuery SqliteFile::prepared(const QString &sql)
{
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    if (!query.prepare(withNames(sql)))
        note(query.lastError());
    return query;
}

bool SqliteFile::run(QSqlQuery &query)
{
    if (query.exec())
        return true;
    if (m_errorCode == 0 || !query.lastError().nativeErrorCode().isEmpty())
        note(query.lastError());
    return false;
}

bool SqliteFile::run(QSqlQuery &query, std::initializer_list<QVariant> values)
{
    qsizetype at = 0;
    for (const QVariant &value : values)
        query.bindValue(names().at(at++), value);
    return m_errorCode == 0 && run(query);
}

bool SqliteFile::run(const QString &sql)
{
    QSqlQuery query = prepared(sql);
    return m_errorCode == 0 && run(query);
}

qint64 SqliteFile::number(const QString &sql)
{
    QSqlQuery query = prepared(sql);
    return run(query) && query.next() ? query.value(0).toLongLong() : -1;
}

bool SqliteFile::isDamaged() const { return m_errorCode == SqliteCorrupt || m_errorCode == SqliteNotADatabase; }

void SqliteFile::forgetError()
{
    m_error.clear();
    m_errorCode = 0;
}

void SqliteFile::note(const QSqlError &error)
{
    m_error = error.databaseText();
    m_errorCode = error.nativeErrorCode().toInt() & 0xff;
}

} // namespace Hephaestus
