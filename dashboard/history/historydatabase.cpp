// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/history/historydatabase.h"

#include "common/base/privatedirectory.h"
#include "common/protocol/receiptcodec.h"
#include "common/protocol/serviceaddress.h"
#include "dashboard/history/historystore.h"

#include <QCoreApplication>
#include <QDataStream>
#include <QDir>
#include <QFileInfo>
#include <QSqlError>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

struct HistoryText
{
    Q_DECLARE_TR_FUNCTIONS(HistoryDatabase)
};

constexpr int Schema = 2;

// Of each bucket: since when and until when it is known (ms), and what the polls in it said; -1: not known. What is
// written together stands together, or every row would dirty a page of its own.
constexpr const char *LookTable =
    "CREATE TABLE look (step INTEGER, service INTEGER, start INTEGER, since INTEGER, until INTEGER, polls INTEGER, "
    "latency REAL, "
    "slowest REAL, in_flight INTEGER, connections INTEGER, files INTEGER, threads INTEGER, resident INTEGER, cpu REAL, "
    "PRIMARY KEY (step, start, service)) WITHOUT ROWID";
constexpr const char *OperationsTable =
    "CREATE TABLE operations (step INTEGER, dependency INTEGER, start INTEGER, successes INTEGER, failures INTEGER, "
    "PRIMARY KEY (step, start, dependency)) WITHOUT ROWID";
constexpr const char *OtherTables[] = {
    "CREATE TABLE service (id INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE)",
    "CREATE TABLE dependency (id INTEGER PRIMARY KEY, service INTEGER NOT NULL, name TEXT NOT NULL, first INTEGER NOT "
    "NULL, "
    "UNIQUE (service, name))",
    "CREATE TABLE event (id INTEGER PRIMARY KEY, at INTEGER, url TEXT, name TEXT, kind INTEGER, text TEXT, by TEXT, "
    "mark TEXT, about TEXT)",
    "CREATE INDEX event_by_service ON event (url, at)",
    "CREATE INDEX event_by_time ON event (at)",
    "CREATE TABLE obituary (id INTEGER PRIMARY KEY, at INTEGER, url TEXT, name TEXT, pid INTEGER, code INTEGER, signal "
    "INTEGER, "
    "reason TEXT, bodies BLOB, log BLOB)",
    "CREATE INDEX obituary_by_service ON obituary (url, at)",
};

/// Names the buckets from the first to the last, so that the row of each is found by its key.
constexpr QLatin1StringView Buckets(
    "WITH RECURSIVE bucket (at) AS (SELECT ? UNION ALL SELECT at + ? FROM bucket WHERE at + ? <= ?) ");

/// Came later: files without it get it, and dashboards that do not know it leave it alone. Of each service the last
/// one.
constexpr const char *ReceiptTable =
    "CREATE TABLE IF NOT EXISTS receipt (url TEXT PRIMARY KEY, at INTEGER, receipt BLOB) WITHOUT ROWID";

/// Came later still. Of each service the latest ones, the last one too.
constexpr const char *PastReceiptTable = "CREATE TABLE IF NOT EXISTS past_receipt (url TEXT, at INTEGER, receipt BLOB, "
                                         "PRIMARY KEY (url, at)) WITHOUT ROWID";

/// Likewise. As what each service answered last, and when.
constexpr const char *KnownTable = "CREATE TABLE IF NOT EXISTS known (service INTEGER PRIMARY KEY, name TEXT NOT NULL "
                                   "DEFAULT '', pid INTEGER NOT NULL "
                                   "DEFAULT 0, tells_health INTEGER NOT NULL DEFAULT 0, seen INTEGER)";

qint64 milliseconds(History::Time time)
{
    return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

History::Time timeOf(qint64 milliseconds) { return History::Time(std::chrono::milliseconds(milliseconds)); }

qint64 inSeconds(History::Time time)
{
    return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

std::optional<qint64> known(const QVariant &value)
{
    return value.toLongLong() < 0 ? std::nullopt : std::optional(value.toLongLong());
}

QByteArray packed(const QList<KeptBody> &bodies)
{
    QByteArray bytes;
    QDataStream stream(&bytes, QIODevice::WriteOnly);
    stream.setVersion(QDataStream::Qt_6_4);
    for (const KeptBody &kept : bodies)
        stream << milliseconds(kept.at) << kept.body;
    return qCompress(bytes);
}

QList<KeptBody> unpacked(const QByteArray &compressed)
{
    const QByteArray bytes = qUncompress(compressed);
    QDataStream stream(bytes);
    stream.setVersion(QDataStream::Qt_6_4);
    QList<KeptBody> bodies;
    while (!stream.atEnd() && stream.status() == QDataStream::Ok) {
        qint64 at = 0;
        QByteArray body;
        stream >> at >> body;
        if (stream.status() == QDataStream::Ok)
            bodies << KeptBody{timeOf(at), body};
    }
    return bodies;
}

} // namespace

HistoryDatabase::HistoryDatabase(const QString &path, HistoryLimits limits) : m_file(path), m_limits(limits) {}

HistoryDatabase::~HistoryDatabase() = default;

// ---- opening -----------------------------------------------------------------------------------------

std::optional<Problem> HistoryDatabase::open()
{
    const QString &path = m_file.path();
    const QString directory = QFileInfo(path).absolutePath();
    if (!SqliteFile::hasDriver())
        return Problem{
            path,
            HistoryText::tr("the history cannot be kept: Qt's SQLite driver is missing (install libqt6sql6-sqlite)")};
    QStringList ours; // what is mended; not a folder that somebody chose for it
    if (path == HistoryStore::defaultPath())
        ours << QFileInfo(directory).absolutePath();
    if (!ours.isEmpty() || !QFileInfo::exists(directory))
        ours << directory;
    for (const QString &each : std::as_const(ours)) {
        if (const auto problem = makePrivateDirectory(each))
            return Problem{path, HistoryText::tr("the history cannot be kept: %1").arg(problem->text())};
    }
    for (int attempt = 0; attempt < 2; ++attempt) {
        m_file.lock();
        if (m_file.isReadOnly() && !QFileInfo::exists(path))
            return Problem{path, HistoryText::tr("the history is being made by another dashboard")};
        if (m_file.isReadOnly())
            m_notice = HistoryText::tr("Another dashboard keeps the history; this one reads it.");
        if (m_file.connect()) {
            if (const qint64 schema = m_file.number(u"PRAGMA user_version"_s); schema > Schema) {
                close();
                return Problem{path,
                               HistoryText::tr("the history was written by a newer dashboard (format %1); it is left "
                                               "alone, and nothing is kept")
                                   .arg(schema)};
            }
            if (!m_file.hasFailed() && (m_file.isReadOnly() || (makeTables() && unifyAddresses())) && findColumn()) {
                m_open = true;
                return {};
            }
        }
        const Problem failure = problem(HistoryText::tr("the history cannot be opened: %1"));
        if (!m_file.isDamaged() || m_file.isReadOnly() || !setAside()) {
            close();
            return failure;
        }
    }
    return problem(HistoryText::tr("the history cannot be opened: %1"));
}

bool HistoryDatabase::makeTables()
{
    const qint64 pageSize = m_file.number(u"PRAGMA page_size"_s);
    if (pageSize <= 0)
        return false;
    // A tenth more than wanted: the hard limit, below which prune() stays.
    const QString most = u"PRAGMA max_page_count = %1"_s.arg(m_limits.bytes / pageSize * 11 / 10);
    if (!run("PRAGMA journal_mode = WAL") || !run("PRAGMA synchronous = NORMAL")
        || !run("PRAGMA journal_size_limit = 4194304"))
        return false;
    switch (m_file.number(u"PRAGMA user_version"_s)) {
    case Schema: // damage in the middle of the file shows when it is read there
        return m_file.number(u"SELECT count(*) FROM service"_s) >= 0 && !m_file.hasFailed() && run(ReceiptTable)
            && run(PastReceiptTable) && run(KnownTable) && m_file.run(most);
    case 1: return reorder() && m_file.run(most);
    default: break;
    }
    m_file.begin();
    bool done = run(LookTable) && run(OperationsTable) && run(ReceiptTable) && run(PastReceiptTable) && run(KnownTable);
    for (const char *const table : OtherTables)
        done = done && run(table);
    return endTables(done) && m_file.run(most);
}

/// Of events, which came later: files without it get it, and dashboards that do not know it leave it alone.
bool HistoryDatabase::findColumn()
{
    const auto count = [this] {
        return m_file.number(u"SELECT count(*) FROM pragma_table_info('event') WHERE name = 'about'"_s);
    };
    m_hasAbout = count() > 0;
    if (!m_hasAbout && !m_file.isReadOnly())
        m_hasAbout = run("ALTER TABLE event ADD COLUMN about TEXT");
    return !m_file.hasFailed();
}

/// Ends the transaction that made them.
bool HistoryDatabase::endTables(bool done)
{
    if (done && m_file.run(u"PRAGMA user_version = %1"_s.arg(Schema)) && m_file.commit())
        return true;
    m_file.rollback();
    return false;
}

/// The first format kept the rows of one service together.
bool HistoryDatabase::reorder()
{
    m_file.begin();
    bool done = run(ReceiptTable) && run(PastReceiptTable) && run(KnownTable);
    for (const auto &[table, key, create] :
         {std::tuple(u"look"_s, u"service"_s, LookTable), {u"operations"_s, u"dependency"_s, OperationsTable}}) {
        done = done && m_file.run(u"ALTER TABLE %1 RENAME TO old_%1"_s.arg(table)) && run(create)
            && m_file.run(u"INSERT INTO %1 SELECT * FROM old_%1 ORDER BY step, start, %2"_s.arg(table, key))
            && m_file.run(u"DROP TABLE old_%1"_s.arg(table));
    }
    if (!endTables(done))
        return false;
    if (!m_file.run(u"VACUUM"_s)) // for want of room, perhaps: what is free is used later
        m_file.forgetError();
    return true;
}

bool HistoryDatabase::run(const char *statement) { return m_file.run(QString::fromLatin1(statement)); }

void HistoryDatabase::close()
{
    forgetNumbers();
    m_open = false;
    m_file.close();
}

/// Those of rows that are not there, or not any more.
void HistoryDatabase::forgetNumbers()
{
    m_services.clear();
    m_dependencies.clear();
}

/// The damaged file keeps its content under another name.
bool HistoryDatabase::setAside()
{
    const QString why = m_file.error();
    close();
    const QString aside = m_file.setAside();
    if (aside.isEmpty())
        return false;
    m_notice = HistoryText::tr("The history was damaged (%1). It is kept as %2, and a new one begins.").arg(why, aside);
    return true;
}

Problem HistoryDatabase::problem(const QString &what) const { return {m_file.path(), what.arg(m_file.error())}; }

// ---- writing -----------------------------------------------------------------------------------------

std::optional<Problem> HistoryDatabase::write(const HistoryBatch &batch, History::Time now)
{
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (!m_open) {
            if (auto problem = open())
                return problem;
        }
        if (m_file.isReadOnly())
            return {};
        m_file.forgetError();
        m_file.begin();
        const bool done = writeLooks(batch) && writeCounts(batch) && writeEvents(batch) && writeObituaries(batch)
            && writeReceipts(batch) && writeKnown(batch);
        if (done && m_file.commit())
            return {};
        const Problem failure = problem(HistoryText::tr("the history cannot be written: %1"));
        m_file.rollback();
        forgetNumbers(); // of rows that were rolled back
        const bool damaged = m_file.isDamaged();
        if (damaged && !setAside())
            return failure;
        if (!damaged && (attempt > 0 || forget(now, m_limits.bytes * 3 / 4)))
            return failure;
    }
    return problem(HistoryText::tr("the history cannot be written: %1"));
}

bool HistoryDatabase::writeLooks(const HistoryBatch &batch)
{
    QSqlQuery query = m_file.prepared(
        u"INSERT INTO look VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (step, service, start) DO "
        u"UPDATE SET "
        "since = min(since, excluded.since), until = max(until, excluded.until), polls = polls + excluded.polls, "
        "latency = latency + excluded.latency, slowest = max(slowest, excluded.slowest), in_flight = max(in_flight, "
        "excluded.in_flight), "
        "connections = max(connections, excluded.connections), files = max(files, excluded.files), "
        "threads = max(threads, excluded.threads), resident = max(resident, excluded.resident), "
        "cpu = CASE WHEN excluded.cpu < 0 THEN cpu ELSE max(cpu, 0) + excluded.cpu END"_s);
    QSqlQuery known = m_file.prepared(
        u"INSERT INTO known (service, seen) VALUES (?, ?) ON CONFLICT DO UPDATE SET seen = excluded.seen"_s);
    for (const auto &[url, rows] : batch.services().asKeyValueRange()) {
        const qint64 service = rows.looks.empty() ? 0 : serviceId(url);
        if (service < 0)
            return false;
        const auto last = std::ranges::max_element(rows.looks, {}, [](const auto &row) { return row.second.until; });
        if (last != rows.looks.end() && !m_file.run(known, {service, last->second.until}))
            return false;
        for (const auto &[bucket, look] : rows.looks) {
            if (!m_file.run(query,
                            {bucket.step, service, bucket.start, look.since, look.until, look.polls, look.latency,
                             look.slowest, look.inFlight, look.connections, look.files, look.threads, look.resident,
                             look.cpu}))
                return false;
        }
    }
    return true;
}

bool HistoryDatabase::writeCounts(const HistoryBatch &batch)
{
    QSqlQuery query = m_file.prepared(
        u"INSERT INTO operations VALUES (?, ?, ?, ?, ?) ON CONFLICT (step, dependency, start) DO UPDATE SET "
        "successes = successes + excluded.successes, failures = failures + excluded.failures"_s);
    for (const auto &[url, rows] : batch.services().asKeyValueRange()) {
        for (const auto &[name, counts] : rows.counts) {
            const auto first = std::ranges::min_element(
                counts, {}, [](const auto &row) { return row.first.start; }); // the finest may begin later
            const qint64 dependency = dependencyId(url, name, first->first.start);
            if (dependency < 0)
                return false;
            for (const auto &[bucket, count] : counts) {
                if (count.successes == 0 && count.failures == 0)
                    continue; // that it is known to be zero, its service's look says
                if (!m_file.run(query, {bucket.step, dependency, bucket.start, count.successes, count.failures}))
                    return false;
            }
        }
    }
    return true;
}

bool HistoryDatabase::writeEvents(const HistoryBatch &batch)
{
    QSqlQuery query =
        m_file.prepared(u"INSERT INTO event (at, url, name, kind, text, by, mark, about) VALUES (?, ?, ?, ?, ?, ?, ?, "
                        "?)"_s);
    for (const auto &[event, url] : batch.events()) {
        if (!m_file.run(query,
                        {milliseconds(event.at), url, event.serviceName, int(event.kind), event.text.left(2000),
                         event.by, event.mark, event.about}))
            return false;
    }
    return true;
}

bool HistoryDatabase::writeObituaries(const HistoryBatch &batch)
{
    QSqlQuery query = m_file.prepared(
        u"INSERT INTO obituary (at, url, name, pid, code, signal, reason, bodies, log) VALUES (?, ?, ?, ?, "
        u"?, ?, ?, ?, ?)"_s);
    for (const Obituary &obituary : batch.obituaries()) {
        const QVariant code = obituary.exit ? QVariant(obituary.exit->code) : QVariant();
        const QVariant signal = obituary.exit ? QVariant(obituary.exit->signal) : QVariant();
        if (!m_file.run(query,
                        {milliseconds(obituary.at), obituary.url, obituary.name, obituary.pid, code, signal,
                         obituary.reason.left(2000), packed(obituary.bodies), qCompress(obituary.log)}))
            return false;
    }
    return true;
}

bool HistoryDatabase::writeReceipts(const HistoryBatch &batch)
{
    QSqlQuery last = m_file.prepared(u"INSERT OR REPLACE INTO receipt (url, at, receipt) VALUES (?, ?, ?)"_s);
    QSqlQuery past = m_file.prepared(u"INSERT OR REPLACE INTO past_receipt (url, at, receipt) VALUES (?, ?, ?)"_s);
    QSqlQuery forget = m_file.prepared(u"DELETE FROM past_receipt WHERE url = ? AND at NOT IN (SELECT at FROM "
                                       "past_receipt WHERE url = ? ORDER BY at DESC LIMIT ?)"_s);
    for (const auto &[url, receipt] : batch.receipts()) {
        const qint64 at = receipt.startedAt.toMSecsSinceEpoch();
        const QByteArray body = qCompress(encode(receipt));
        if (!m_file.run(last, {url, at, body}) || !m_file.run(past, {url, at, body})
            || !m_file.run(forget, {url, url, m_limits.pastReceipts}))
            return false;
    }
    return true;
}

bool HistoryDatabase::writeKnown(const HistoryBatch &batch)
{
    QSqlQuery query = m_file.prepared(
        u"INSERT INTO known (service, name, pid, tells_health) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
        "name = excluded.name, pid = excluded.pid, tells_health = excluded.tells_health"_s);
    for (const auto &[url, known] : batch.known().asKeyValueRange()) {
        const qint64 service = serviceId(url);
        const QString name = known.name.name.isNull() ? u""_s : known.name.name;
        if (service < 0 || !m_file.run(query, {service, name, known.name.pid, known.tellsHealth}))
            return false;
    }
    return true;
}

/// Its number, given out when it is first written; -1 on an error.
qint64 HistoryDatabase::serviceId(const QString &url)
{
    if (const auto found = m_services.constFind(url); found != m_services.cend())
        return *found;
    QSqlQuery insert = m_file.prepared(u"INSERT INTO service (url) VALUES (?) ON CONFLICT DO NOTHING"_s);
    QSqlQuery query = m_file.prepared(u"SELECT id FROM service WHERE url = ?"_s);
    if ((!m_file.isReadOnly() && !m_file.run(insert, {url})) || !m_file.run(query, {url}) || !query.next())
        return -1;
    return m_services[url] = query.value(0).toLongLong();
}

qint64 HistoryDatabase::dependencyId(const QString &url, const QString &name, qint64 start)
{
    const qint64 service = serviceId(url);
    if (service < 0)
        return -1;
    if (const auto found = m_dependencies.constFind({service, name}); found != m_dependencies.cend())
        return *found;
    QSqlQuery insert =
        m_file.prepared(u"INSERT INTO dependency (service, name, first) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"_s);
    QSqlQuery query = m_file.prepared(u"SELECT id FROM dependency WHERE service = ? AND name = ?"_s);
    if (!m_file.run(insert, {service, name, start}) || !m_file.run(query, {service, name}) || !query.next())
        return -1;
    return m_dependencies[{service, name}] = query.value(0).toLongLong();
}

// ---- staying small -----------------------------------------------------------------------------------

std::optional<Problem> HistoryDatabase::prune(History::Time now) { return forget(now, m_limits.bytes); }

std::optional<Problem> HistoryDatabase::forget(History::Time now, qint64 bytes)
{
    if (!m_open || m_file.isReadOnly())
        return {};
    m_file.forgetError();
    m_file.begin();
    bool done = true;
    for (const HistoryTier &tier : HistoryTiers) {
        const qint64 oldest = inSeconds(now - tier.kept);
        for (const QString &table : {u"look"_s, u"operations"_s})
            done = done
                && m_file.run(
                    u"DELETE FROM %1 WHERE step = %2 AND start < %3"_s.arg(table).arg(tier.step.count()).arg(oldest));
    }
    for (const auto &[table, most] :
         {std::pair(u"event"_s, m_limits.events), std::pair(u"obituary"_s, m_limits.obituaries)})
        done = done && m_file.run(u"DELETE FROM %1 WHERE id <= (SELECT max(id) FROM %1) - %2"_s.arg(table).arg(most));
    done = done
        && m_file.run(
            u"DELETE FROM receipt WHERE url IN (SELECT url FROM receipt ORDER BY at DESC LIMIT -1 OFFSET %1)"_s.arg(
                m_limits.receipts));
    done = done && m_file.run(u"DELETE FROM past_receipt WHERE url NOT IN (SELECT url FROM receipt)"_s);
    done = done && shrink(bytes) && m_file.commit();
    if (done)
        return {};
    const Problem failure = problem(HistoryText::tr("the history cannot be cleaned up: %1"));
    m_file.rollback();
    if (m_file.isDamaged())
        setAside(); // the next write begins a new one
    return failure;
}

qint64 HistoryDatabase::usedBytes()
{
    return (m_file.number(u"PRAGMA page_count"_s) - m_file.number(u"PRAGMA freelist_count"_s))
        * m_file.number(u"PRAGMA page_size"_s);
}

/// Gives up the oldest quarter of the finest tier that has any, until the file fits. A quarter of the buckets, not of
/// the time from the first to the last: one bucket of a wrong clock would make that years.
bool HistoryDatabase::shrink(qint64 bytes)
{
    for (const HistoryTier &tier : HistoryTiers) {
        const QString step = QString::number(tier.step.count());
        for (int quarter = 0; quarter < 8 && usedBytes() > bytes; ++quarter) {
            const QString buckets = u"SELECT DISTINCT start FROM look WHERE step = "_s + step;
            const qint64 count = m_file.number(u"SELECT count(*) FROM (%1)"_s.arg(buckets));
            if (count <= 0)
                break;
            const qint64 last =
                m_file.number(buckets + u" ORDER BY start LIMIT 1 OFFSET %1"_s.arg(std::max<qint64>(count / 4, 1) - 1));
            const QString old = u" WHERE step = %1 AND start <= %2"_s.arg(step).arg(last);
            if (!m_file.run(u"DELETE FROM look"_s + old) || !m_file.run(u"DELETE FROM operations"_s + old))
                return false;
        }
    }
    return !m_file.hasFailed();
}

// ---- one service, one history ------------------------------------------------------------------------

/// What an earlier version kept under another spelling of an address goes to the one spelling.
bool HistoryDatabase::unifyAddresses()
{
    QList<std::pair<qint64, QString>> others;
    QSqlQuery services = m_file.prepared(u"SELECT id, url FROM service"_s);
    if (!m_file.run(services, {}))
        return false;
    while (services.next()) {
        const QString url = services.value(1).toString();
        if (canonicalUrl(url) != url)
            others.emplace_back(services.value(0).toLongLong(), url);
    }
    if (others.isEmpty())
        return true;
    m_file.begin();
    const bool done =
        std::ranges::all_of(others, [this](const auto &other) { return moveService(other.first, other.second); });
    if (done && m_file.commit())
        return true;
    m_file.rollback();
    forgetNumbers();
    return false;
}

bool HistoryDatabase::moveService(qint64 from, const QString &url)
{
    const QString one = canonicalUrl(url);
    const qint64 to = serviceId(one);
    QSqlQuery dependencies = m_file.prepared(u"SELECT id, name, first FROM dependency WHERE service = ?"_s);
    if (to < 0 || !m_file.run(dependencies, {from}))
        return false;
    const auto move = [this](const QString &sql, const QVariant &target, const QVariant &source) {
        QSqlQuery query = m_file.prepared(sql);
        return m_file.run(query, {target, source});
    };
    while (dependencies.next()) {
        const qint64 dependency =
            dependencyId(one, dependencies.value(1).toString(), dependencies.value(2).toLongLong());
        if (dependency < 0
            || !move(u"UPDATE dependency SET first = min(first, ?) WHERE id = ?"_s, dependencies.value(2), dependency)
            || !move(u"UPDATE OR REPLACE operations SET dependency = ? WHERE dependency = ?"_s, dependency,
                     dependencies.value(0)))
            return false;
    }
    for (const QString &table : {u"event"_s, u"obituary"_s}) {
        if (!move(u"UPDATE %1 SET url = ? WHERE url = ?"_s.arg(table), one, url))
            return false;
    }
    const QString gone = QString::number(from);
    return move(u"UPDATE OR REPLACE look SET service = ? WHERE service = ?"_s, to, from)
        && move(u"UPDATE OR REPLACE known SET service = ? WHERE service = ?"_s, to, from)
        && move(u"UPDATE OR REPLACE receipt SET url = ? WHERE url = ?"_s, one, url)
        && move(u"UPDATE OR REPLACE past_receipt SET url = ? WHERE url = ?"_s, one, url)
        && m_file.run(u"DELETE FROM dependency WHERE service = "_s + gone)
        && m_file.run(u"DELETE FROM service WHERE id = "_s + gone);
}

// ---- reading -----------------------------------------------------------------------------------------

std::optional<History::Time> HistoryDatabase::lastSureTime()
{
    constexpr int FewBuckets = 6; // an hour of the coarsest tier
    if (!m_open)
        return {};
    const QString buckets = u"SELECT DISTINCT start FROM look WHERE step = %1 ORDER BY start"_s.arg(
        std::ranges::max_element(HistoryTiers, {}, &HistoryTier::step)->step.count());
    for (const QString &which : {u" DESC LIMIT 1 OFFSET %1"_s.arg(FewBuckets), u" LIMIT 1"_s}) {
        if (const qint64 start = m_file.number(buckets + which); start > 0)
            return timeOf(start * 1000);
    }
    return {};
}

Result<HistoryRange> HistoryDatabase::range(const QString &url, History::Time from, History::Time to,
                                            std::chrono::seconds step, History::Time now)
{
    if (!m_open)
        return Problem{m_file.path(), HistoryText::tr("there is no history")};
    m_file.forgetError();
    const HistoryTier &tier = tierFor(step, from, now);
    HistoryRange range;
    range.step = tier.step;
    const qint64 first = inSeconds(from) / tier.step.count() * tier.step.count();
    QSqlQuery query = m_file.prepared(u"SELECT id FROM service WHERE url = ?"_s);
    bool done = m_file.run(query, {url});
    if (done && query.next()) {
        const qint64 service = query.value(0).toLongLong();
        done = readStretches(service, int(tier.step.count()), first, inSeconds(to), range)
            && readOperations(service, int(tier.step.count()), first, inSeconds(to), range);
    }
    if (done && readMarks(url, from, to, range))
        return range;
    const Problem failure = problem(HistoryText::tr("the history cannot be read: %1"));
    if (m_file.isDamaged() && !m_file.isReadOnly())
        setAside();
    return failure;
}

bool HistoryDatabase::readStretches(qint64 service, int step, qint64 from, qint64 to, HistoryRange &range)
{
    QSqlQuery query = m_file.prepared(
        Buckets
        + u"SELECT since, until, polls, latency, slowest, in_flight, connections, files, threads, resident, cpu "
          "FROM bucket CROSS JOIN look ON start = at WHERE step = ? AND service = ? ORDER BY at"_s);
    if (!m_file.run(query, {from, step, step, to, step, service}))
        return false;
    while (query.next()) {
        Stretch stretch;
        stretch.from = timeOf(query.value(0).toLongLong());
        stretch.to = timeOf(query.value(1).toLongLong());
        stretch.polls = query.value(2).toLongLong();
        if (stretch.polls > 0)
            stretch.latency = Seconds(query.value(3).toDouble() / double(stretch.polls));
        stretch.slowest = Seconds(query.value(4).toDouble());
        stretch.highest.inFlightRequests = known(query.value(5));
        stretch.highest.openConnections = known(query.value(6));
        stretch.highest.openFiles = known(query.value(7));
        stretch.highest.threads = known(query.value(8));
        stretch.highest.residentBytes = known(query.value(9));
        if (const double cpu = query.value(10).toDouble(); cpu >= 0)
            stretch.highest.cpuSeconds = cpu;
        range.stretches.push_back(stretch);
    }
    return !query.lastError().isValid() || m_file.run(query);
}

/// Of every dependency a sample for each stretch since it was first there; where nothing was written it did nothing.
bool HistoryDatabase::readOperations(qint64 service, int step, qint64 from, qint64 to, HistoryRange &range)
{
    QSqlQuery dependencies = m_file.prepared(u"SELECT id, name, first FROM dependency WHERE service = ? ORDER BY id"_s);
    if (!m_file.run(dependencies, {service}))
        return false;
    QSqlQuery query = m_file.prepared(
        Buckets
        + u"SELECT at, successes, failures FROM bucket CROSS JOIN operations ON start = at WHERE step = ? "
          u"AND dependency = ?"_s);
    while (dependencies.next()) {
        QHash<qint64, HistoryBatch::Count> counts;
        if (!m_file.run(query, {from, step, step, to, step, dependencies.value(0)}))
            return false;
        while (query.next())
            counts[query.value(0).toLongLong()] = {query.value(1).toLongLong(), query.value(2).toLongLong()};
        History::Samples samples;
        const qint64 firstSeen = dependencies.value(2).toLongLong() / step * step;
        for (const Stretch &stretch : range.stretches) {
            const qint64 start = inSeconds(stretch.from) / step * step;
            if (start < firstSeen)
                continue;
            const HistoryBatch::Count count = counts.value(start);
            samples.push_back({stretch.from, stretch.to, count.successes, count.failures});
        }
        if (!samples.empty())
            range.operations[dependencies.value(1).toString()] = std::move(samples);
    }
    return true;
}

bool HistoryDatabase::readMarks(const QString &url, History::Time from, History::Time to, HistoryRange &range)
{
    QSqlQuery query = m_file.prepared(
        u"SELECT at, mark FROM event WHERE url = ? AND at BETWEEN ? AND ? AND mark != '' ORDER BY at DESC LIMIT 200"_s);
    if (!m_file.run(query, {url, milliseconds(from), milliseconds(to)}))
        return false;
    while (query.next())
        range.marks.push_back({timeOf(query.value(0).toLongLong()), query.value(1).toString()});
    std::ranges::reverse(range.marks);
    return true;
}

/// Hands every row of a statement to `take`.
template <typename Take>
std::optional<Problem> HistoryDatabase::read(const QString &sql, std::initializer_list<QVariant> values, Take take)
{
    if (!m_open)
        return Problem{m_file.path(), HistoryText::tr("there is no history")};
    m_file.forgetError();
    QSqlQuery query = m_file.prepared(sql);
    if (!m_file.run(query, values))
        return problem(HistoryText::tr("the history cannot be read: %1"));
    while (query.next())
        take(query);
    return {};
}

Result<QList<HistoryBatch::StoredEvent>> HistoryDatabase::events(int limit)
{
    QList<HistoryBatch::StoredEvent> events;
    const auto take = [&](const QSqlQuery &row) {
        const int kind = std::clamp(row.value(3).toInt(), 0, int(EventKind::Trouble));
        events.prepend({Event{timeOf(row.value(0).toLongLong()), NoService, row.value(2).toString(), EventKind(kind),
                              row.value(4).toString(), row.value(5).toString(), row.value(6).toString(), false,
                              row.value(7).toString()},
                        row.value(1).toString()});
    };
    const QString sql =
        u"SELECT at, url, name, kind, text, by, mark, %1 FROM event ORDER BY at DESC, id DESC LIMIT ?"_s.arg(
            m_hasAbout ? u"about"_s : u"''"_s);
    if (auto problem = read(sql, {limit}, take))
        return *problem;
    return events;
}

Result<QList<Obituary>> HistoryDatabase::obituaries(const QString &url)
{
    QList<Obituary> obituaries;
    const auto take = [&](const QSqlQuery &row) {
        Obituary obituary;
        obituary.at = timeOf(row.value(0).toLongLong());
        obituary.url = url;
        obituary.name = row.value(1).toString();
        obituary.pid = row.value(2).toLongLong();
        if (!row.value(3).isNull())
            obituary.exit = ExitStatus{row.value(3).toInt(), row.value(4).toInt()};
        obituary.reason = row.value(5).toString();
        obituary.bodies = unpacked(row.value(6).toByteArray());
        obituary.log = qUncompress(row.value(7).toByteArray());
        obituaries << obituary;
    };
    const QString sql =
        u"SELECT at, name, pid, code, signal, reason, bodies, log FROM obituary WHERE url = ? ORDER BY at "
        u"DESC LIMIT 20"_s;
    if (auto problem = read(sql, {url}, take))
        return *problem;
    return obituaries;
}

Result<QHash<QString, Receipt>> HistoryDatabase::receipts()
{
    QHash<QString, Receipt> receipts;
    const auto take = [&](const QSqlQuery &row) {
        if (const Result<Receipt> receipt = decodeReceipt(qUncompress(row.value(1).toByteArray())))
            receipts.insert(row.value(0).toString(), *receipt);
    };
    if (auto problem = read(u"SELECT url, receipt FROM receipt"_s, {}, take))
        return *problem;
    return receipts;
}

Result<QHash<QString, KnownService>> HistoryDatabase::knownServices()
{
    QHash<QString, KnownService> services;
    const auto take = [&](const QSqlQuery &row) {
        KnownService known{{row.value(1).toString(), row.value(2).toLongLong()}, row.value(3).toBool()};
        if (!row.value(4).isNull())
            known.seen = timeOf(row.value(4).toLongLong());
        services.insert(row.value(0).toString(), known);
    };
    const QString sql =
        u"SELECT url, name, pid, tells_health, seen FROM known JOIN service ON service.id = known.service"_s;
    if (auto problem = read(sql, {}, take))
        return *problem;
    return services;
}

Result<QList<Receipt>> HistoryDatabase::receiptsOf(const QString &url)
{
    QList<Receipt> receipts;
    const auto take = [&](const QSqlQuery &row) {
        if (const Result<Receipt> receipt = decodeReceipt(qUncompress(row.value(0).toByteArray())))
            receipts << *receipt;
    };
    if (auto problem = read(u"SELECT receipt FROM past_receipt WHERE url = ? ORDER BY at DESC"_s, {url}, take))
        return *problem;
    return receipts;
}

} // namespace Hephaestus
