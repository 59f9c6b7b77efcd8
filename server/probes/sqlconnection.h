// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/probes/dependencyconfig.h"

#include <QSqlDatabase>
#include <QSqlError>

#include <mutex>

namespace Hephaestus {

/// Asks the cheapest question that proves the database answers: `SELECT 1`; of SQLite, which answers that without
/// looking at its file, the schema's version. In the connection's thread.
QSqlError askDatabase(QSqlDatabase &database);

/// One connection to a database, bound to the thread that made it (as QSqlDatabase is); only cut() may come from others.
/// Opening is bounded by the timeout, which the driver is told.
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

    /// Does it still answer?
    QSqlError prove();

    /// Ends the connection under a statement that does not return, which then fails. From any thread, any number of times. Does
    /// nothing where the socket is not to be had (other drivers than QPSQL).
    void cut();

private:
    QSqlError addDatabase();
    QString connectOptions() const;
    void keepSocket();

    const SqlSettings m_settings;
    const std::chrono::milliseconds m_timeout;
    const QString m_name;
    QSqlDatabase m_database;
    bool m_isOpen = false;
    bool m_wasOpen = false;
    std::mutex m_socketMutex;
    int m_socket = -1; ///< a duplicate of the driver's, so that cut() never meets a number used again
};

} // namespace Hephaestus
