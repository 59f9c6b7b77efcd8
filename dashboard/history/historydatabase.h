// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/history/historybatch.h"
#include "dashboard/history/sqlitefile.h"

namespace Hephaestus {

/// The history as an SQLite file in WAL mode: a killed process loses what it had not handed over, and nothing else.
/// Everything blocks; one thread (that of HistoryStore). A file that is damaged is renamed, never deleted, and a new
/// one begun; one that a newer dashboard wrote is left alone. One process writes: a second one only reads.
class HistoryDatabase
{
public:
    HistoryDatabase(const QString &path, HistoryLimits limits);
    ~HistoryDatabase();
    Q_DISABLE_COPY_MOVE(HistoryDatabase)

    /// Opens, or makes, the file. A Problem: there is no history until a later call succeeds.
    std::optional<Problem> open();
    bool isOpen() const { return m_open; }
    bool isReadOnly() const { return m_file.isReadOnly(); } ///< another dashboard writes

    /// All of it or nothing. On a Problem it may be tried again later with the same batch.
    std::optional<Problem> write(const HistoryBatch &batch, History::Time now);
    /// Forgets what is older than its tier keeps, and more if the file is too large.
    std::optional<Problem> prune(History::Time now);

    /// A time that was surely reached: what is kept since then spans more than an hour of watching, which a clock that
    /// was wrong for a while does not. Of a younger file its beginning; nothing: there is none.
    std::optional<History::Time> lastSureTime();
    Result<HistoryRange> range(const QString &url, History::Time from, History::Time to, std::chrono::seconds step,
                               History::Time now);
    /// The latest `limit`, oldest first, and the URLs of their services.
    Result<QList<HistoryBatch::StoredEvent>> events(int limit);
    /// Newest first.
    Result<QList<Obituary>> obituaries(const QString &url);
    /// The last one of each service, by its URL.
    Result<QHash<QString, Receipt>> receipts();
    Result<QList<Receipt>> receiptsOf(const QString &url); ///< the latest ones, newest first

    /// Every service that is remembered, by its URL.
    Result<QHash<QString, KnownService>> knownServices();

    /// What a person should know about the file since the last call; empty: nothing. Such as where the damaged one is
    /// now.
    QString takeNotice() { return std::exchange(m_notice, {}); }

private:
    template <typename Take>
    std::optional<Problem> read(const QString &sql, std::initializer_list<QVariant> values, Take take);
    bool run(const char *statement);
    Problem problem(const QString &what) const;
    bool makeTables();
    bool findColumn();
    bool endTables(bool done);
    bool reorder();
    bool setAside();
    void close();
    void forgetNumbers();

    bool writeLooks(const HistoryBatch &batch);
    bool writeCounts(const HistoryBatch &batch);
    bool writeEvents(const HistoryBatch &batch);
    bool writeObituaries(const HistoryBatch &batch);
    bool writeReceipts(const HistoryBatch &batch);
    bool writeKnown(const HistoryBatch &batch);
    qint64 serviceId(const QString &url);
    qint64 dependencyId(const QString &url, const QString &name, qint64 start);
    qint64 usedBytes();
    std::optional<Problem> forget(History::Time now, qint64 bytes);
    bool shrink(qint64 bytes);
    bool unifyAddresses();
    bool moveService(qint64 from, const QString &url);
    bool readStretches(qint64 service, int step, qint64 from, qint64 to, HistoryRange &range);
    bool readOperations(qint64 service, int step, qint64 from, qint64 to, HistoryRange &range);
    bool readMarks(const QString &url, History::Time from, History::Time to, HistoryRange &range);

    SqliteFile m_file;
    HistoryLimits m_limits;
    QHash<QString, qint64> m_services;
    QHash<std::pair<qint64, QString>, qint64> m_dependencies;
    QString m_notice;
    bool m_open = false;
    bool m_hasAbout = false; ///< the column: an older file, which another dashboard writes, may be without it
};

} // namespace Hephaestus
