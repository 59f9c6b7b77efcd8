// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/filedescriptor.h"
#include "server/probes/dependencyconfig.h"

#include <QSqlDatabase>
#include <QSqlError>

#include <atomic>
#include <mutex>

namespace Hephaestus {

/// Asks the cheapest question that proves the database answers: `SELECT 1`; of SQLite, which answers that without
/// looking at its file, the schema's version. In the connection's thread.
QSqlError askDatabase(QSqlDatabase &database);

/// Is it that somebody else has locked the SQLite database? The connection is as good as before.
bool isLocked(const QSqlError &error, const SqlSettings &settings);

/// One connection to a database, bound to the thread that made it (as QSqlDatabase is); only cut() may come from
/// others. Opening is bounded by the timeout, which the driver is told.
class SqlConnection
{
public:
    /// `name` is unique in the process.
    SqlConnection(const SqlSettings &settings, std::chrono::milliseconds timeout, QString name);
    ~SqlConnection(); ///< closes
    SqlConnection(const SqlConnection &) = delete;
    SqlConnection &operator=(const SqlConnection &) = delete;

    /// An error's type is NoError when it went well. A driver that is not installed is an error that names its package.
    QSqlError open();
    void close();
    bool isOpen() const { return m_isOpen; }
    QSqlDatabase &database() { return m_database; }

    /// Does it still answer? A lock on a SQLite file is waited for half the timeout, and told (isLocked()).
    QSqlError prove();

    /// Ends the connection under a statement that does not return, which then fails (QPSQL), or the waiting of prove()
    /// for a lock (QSQLITE). From any thread, any number of times. Does nothing to a statement of another driver.
    void cut();
    /// Before what a former cut() was not meant for.
    void forgetCut() { m_isCut = false; }
    bool isCut() const { return m_isCut; }

private:
    QSqlError addDatabase();
    QString connectOptions() const;
    void keepSocket();
    int busyTimeout(); ///< of SQLite, in milliseconds as its pragma has it
    void setBusyTimeout(int milliseconds);

    const SqlSettings m_settings;
    const std::chrono::milliseconds m_timeout;
    const QString m_name;
    QSqlDatabase m_database;
    bool m_isOpen = false;
    bool m_wasOpen = false;
    std::atomic<bool> m_isCut{false};
    std::mutex m_socketMutex;
    FileDescriptor m_socket; ///< a duplicate of the driver's, so that cut() never meets a number used again
};

} // namespace Hephaestus
