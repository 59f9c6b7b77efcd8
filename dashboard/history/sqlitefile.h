// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"

#include <QLockFile>
#include <QSqlDatabase>
#include <QSqlQuery>

#include <initializer_list>
#include <memory>

namespace Hephaestus {

/// An SQLite file with one writer, its statements, and what went wrong with the last of them. After a statement that
/// failed none is run until forgetError(). Everything blocks; one thread.
class SqliteFile
{
public:
    explicit SqliteFile(QString path);
    ~SqliteFile();
    Q_DISABLE_COPY_MOVE(SqliteFile)

    const QString &path() const { return m_path; }

    /// Whoever has the lock writes; only who is dead gives it up. Without it the file is only read.
    void lock();
    bool isReadOnly() const { return m_readOnly; }
    static bool hasDriver();
    /// Opens the file, or makes it. False, with an error: it is not one, or cannot be.
    bool connect();
    /// With the lock.
    void close();
    /// Closes the file and gives it another name, with what SQLite keeps beside it; the name, or empty if that cannot
    /// be.
    QString setAside();

    bool begin() { return m_database.transaction(); }
    bool commit();
    void rollback() { m_database.rollback(); }

    /// For many runs, and for its rows.
    QSqlQuery prepared(const QString &sql);
    bool run(QSqlQuery &query);
    /// With `values` for its question marks.
    bool run(QSqlQuery &query, std::initializer_list<QVariant> values);
    bool run(const QString &sql);
    /// The one number a statement yields; -1 if it fails.
    qint64 number(const QString &sql);

    bool hasFailed() const { return m_errorCode != 0; }
    bool isDamaged() const;
    QString error() const { return m_error.isEmpty() ? QStringLiteral("unknown error") : m_error.trimmed(); }
    void forgetError();

private:
    void note(const QSqlError &error);

    const QString m_path;
    const QString m_connection;
    QSqlDatabase m_database;
    std::unique_ptr<QLockFile> m_lock;
    QString m_error;
    int m_errorCode = 0;
    bool m_readOnly = false;
};

} // namespace Hephaestus
