// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/dialect.h"

#include <QTest>

using namespace Hephaestus;
using namespace Qt::StringLiterals;

class TestDialectCodec : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void bodiesAreTakenForWhatTheySay_data();
    void bodiesAreTakenForWhatTheySay();
    void realProgramsAreTakenForWhatTheySay_data();
    void realProgramsAreTakenForWhatTheySay();
    void dialectsAreToldApart_data();
    void dialectsAreToldApart();
    void versionsAndDetailsAreKept();
    void aPartThatFailsIsNeverLeftOut();
    void ourOwnBodiesAreKnown();
};

/// What a person would be told: `healthy`, `shutting down`, the parts that fail, `a page`, or `not understood`.
static QString said(int status, const QByteArray &body)
{
    const Result<std::optional<ForeignReport>> foreign = readForeign(status, body);
    if (!foreign)
        return u"not understood"_s;
    if (!*foreign)
        return u"a page"_s;
    QStringList parts;
    for (const DependencyReport &dependency : (*foreign)->report.dependencies) {
        if (dependency.status == DependencyStatus::Error)
            parts << dependency.name + u": "_s + dependency.error;
    }
    if (!parts.isEmpty())
        return parts.join(u"; "_s);
    return (*foreign)->report.status == ServiceStatus::ShuttingDown ? u"shutting down"_s : u"healthy"_s;
}

static void row(const char *name, int status, const QByteArray &body, const QString &said)
{
    QTest::newRow(name) << status << body << said;
}

void TestDialectCodec::bodiesAreTakenForWhatTheySay_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QString>("expected");
    // Words.
    row("ok", 200, R"({"status":"ok"})", u"healthy"_s);
    row("capital key and word", 200, R"({"Status":"Healthy"})", u"healthy"_s);
    row("unhealthy", 200, R"({"status":"unhealthy"})", u"service: says unhealthy"_s);
    row("degraded", 200, R"({"status":"degraded"})", u"service: degraded: says degraded"_s);
    row("warn", 200, R"({"status":"warn"})", u"service: degraded: says warn"_s);
    row("starting is not well yet", 200, R"({"status":"starting"})", u"service: says starting"_s);
    row("unknown is not well", 200, R"({"status":"UNKNOWN"})", u"service: says UNKNOWN"_s);
    row("stopping", 200, R"({"status":"stopping"})", u"shutting down"_s);
    row("a word that nobody knows", 200, R"({"status":"open"})", u"not understood"_s);
    row("a status of 200", 200, R"({"status":200})", u"a page"_s);
    row("a status of 0", 200, R"({"status":0})", u"not understood"_s);
    row("a status of null", 200, R"({"status":null})", u"not understood"_s);
    row("true", 200, R"({"healthy":true})", u"healthy"_s);
    row("false", 200, R"({"healthy":false})", u"service: says false"_s);
    row("a word within", 200, R"({"status":{"code":"DOWN"}})", u"service: says DOWN"_s);
    row("two words, the worse counts", 200, R"({"status":"ok","healthy":false})", u"service: says false"_s);
    row("a reason beside the word", 200, R"({"status":"fail","output":"no disk"})", u"service: no disk"_s);
    // The status of HTTP beside the word.
    row("UP with 503", 503, R"({"status":"UP"})", u"service: answers 503, though it says UP"_s);
    row("DOWN with 200", 200, R"({"status":"DOWN"})", u"service: says DOWN"_s);
    row("DOWN with 503", 503, R"({"status":"DOWN"})", u"service: says DOWN"_s);
    row("a word with 404 is of a missing page", 404, R"({"status":"fail"})", u"a page"_s);
    row("a word with 401", 401, R"({"status":"UP"})", u"a page"_s);
    row("a word with 429", 429, R"({"status":"fail"})", u"service: says fail"_s);
    row("nothing with 204", 204, "", u"a page"_s);
    // Parts.
    row("ok with a failed check", 200, R"({"status":"ok","checks":{"db":{"status":"fail","output":"refused"}}})",
        u"db: refused"_s);
    row("ok with a failed measurement", 200, R"({"status":"ok","checks":{"db":[{"status":"fail"}]}})",
        u"db: says fail"_s);
    row("checks of words", 200, R"({"status":"ok","checks":{"db":"ok","redis":"down"}})", u"redis: says down"_s);
    row("checks of flags", 200, R"({"checks":{"db":true,"redis":false}})", u"redis: says false"_s);
    row("checks in a list", 200, R"({"status":"UP","checks":[{"name":"db","status":"DOWN"}]})", u"db: says DOWN"_s);
    row("a list alone", 200, R"([{"name":"db","status":"ok"},{"name":"mq","status":"error","message":"gone"}])",
        u"mq: gone"_s);
    row("one part degraded", 200, R"({"status":"Healthy","entries":{"db":{"status":"Degraded","description":"slow"}}})",
        u"db: degraded: slow"_s);
    row("nested three deep", 503,
        R"({"status":"DOWN","components":{"a":{"status":"DOWN","components":{"b":{"status":"DOWN","components":)"
        R"({"c":{"status":"DOWN","details":{"error":"refused"}}}}}}}})",
        u"a/b/c: refused"_s);
    row("a parent that fails by itself", 503,
        R"({"status":"DOWN","components":{"a":{"status":"DOWN","components":{"b":{"status":"UP"}}}}})",
        u"a: says DOWN"_s);
    row("parts without a whole", 200, R"({"metadatabase":{"status":"healthy"},"scheduler":{"status":"unhealthy"}})",
        u"scheduler: says unhealthy"_s);
    row("a part of a wrong kind", 200, R"({"status":"UP","components":{"db":7}})", u"db: says 7"_s);
    row("components of a wrong kind", 200, R"({"status":"UP","components":[1,2]})", u"healthy"_s);
    row("details that are no parts", 200,
        R"({"status":"UP","components":{"es":{"status":"UP","details":{"status":"yellow","nodes":1}}}})", u"healthy"_s);
    row("dependencies of a wrong kind", 200, R"({"status":"healthy","dependencies":5})", u"not understood"_s);
    row("a part of an unknown word is not counted", 200, R"({"status":"ok","checks":{"db":{"status":"blue"}}})",
        u"healthy"_s);
    row("a part says it in a sentence", 200, R"({"status":"ok","checks":{"db":"connection refused","mq":"timed out"}})",
        u"db: says connection refused; mq: says timed out"_s);
    row("a part's status is a sentence", 200,
        R"({"status":"ok","checks":{"db":{"status":"could not connect: refused"}}})",
        u"db: says could not connect: refused"_s);
    // What fails beside a good word of the whole, under a name of the program's own.
    row("a word beside ok", 200, R"({"status":"ok","database":"disconnected","redis":"connected"})",
        u"database: says disconnected"_s);
    row("an object beside ok", 200,
        R"({"status":"ok","db":{"status":"ok"},"redis":{"status":"error","message":"gone"}})", u"redis: gone"_s);
    row("a flag of a part beside up", 200, R"({"up":true,"elasticsearch":{"up":false}})",
        u"elasticsearch: says false"_s);
    row("a good word beside ok is no part", 200, R"({"status":"ok","database":"connected"})", u"healthy"_s);
    row("no state of now", 200,
        R"({"status":"ok","last_job":{"status":"failed"},"log_level":"warn","mode":"offline","jobs":[{"ok":false}]})",
        u"healthy"_s);
    row("an envelope", 200, R"({"status":"success","data":{"status":"DOWN"}})", u"service: says DOWN"_s);
    row("an envelope of parts", 200, R"({"status":"success","data":{"mysql":{"status":"down"},"mq":{"status":"up"}}})",
        u"mysql: says down"_s);
    row("a flag that is bad when set", 200, R"({"status":"ok","maintenance":true})", u"service: says maintenance"_s);
    row("a call without success", 200, R"({"status":"ok","success":false})", u"service: says no success"_s);
    row("such a flag that is not set", 200, R"({"status":"ok","maintenance":false,"sealed":false})", u"healthy"_s);
    row("such a flag alone", 200, R"({"initialized":true,"sealed":true})", u"service: says sealed"_s);
    row("a degraded flag", 200, R"({"status":"ok","degraded":true})", u"service: degraded: says degraded"_s);
    // Counts, times and what is denied beside a good word are no failure.
    row("OK: 0.004s", 200, "OK: 0.004s", u"healthy"_s);
    row("HTTP OK: 0.05s", 200, "HTTP OK: 0.05s", u"healthy"_s);
    row("{checks:{db:ok: 0.3ms}}", 200, R"({"checks":{"db":"ok: 0.3ms"}})", u"healthy"_s);
    row("up: 0.5 days", 200, "up: 0.5 days", u"healthy"_s);
    row("OK: 0/5 checks failing", 200, "OK: 0/5 checks failing", u"healthy"_s);
    row("OK: none", 200, "OK: none", u"healthy"_s);
    row("OK: 5 passed, failed: 0", 200, "OK: 5 passed, failed: 0", u"healthy"_s);
    row("healthy: 12 workers, failed: 0", 200, "healthy: 12 workers, failed: 0", u"healthy"_s);
    row("OK: critical=0 warning=0", 200, "OK: critical=0 warning=0", u"healthy"_s);
    row("OK: error rate 0.1%", 200, "OK: error rate 0.1%", u"healthy"_s);
    row("OK, none failed", 200, "OK, none failed", u"healthy"_s);
    row("OK: nothing failed", 200, "OK: nothing failed", u"healthy"_s);
    row("No problems - all systems operational", 200, "No problems - all systems operational", u"healthy"_s);
    row("No issues detected and all services are healthy", 200, "No issues detected and all services are healthy",
        u"healthy"_s);
    row("0 failed - OK", 200, "0 failed - OK", u"healthy"_s);
    row("No errors (OK)", 200, "No errors (OK)", u"healthy"_s);
    row("running - 0 active jobs", 200, "running - 0 active jobs", u"healthy"_s);
    row("OK, 0 active connections", 200, "OK, 0 active connections", u"healthy"_s);
    row("OK: no active jobs", 200, "OK: no active jobs", u"healthy"_s);
    row("Server is running and waiting for connections", 200, "Server is running and waiting for connections",
        u"healthy"_s);
    row("ready, waiting for requests", 200, "ready, waiting for requests", u"healthy"_s);
    row("OK: 0/5 checks failing, 0 timed out, 0 not ready", 200, "OK: 0/5 checks failing, 0 timed out, 0 not ready",
        u"healthy"_s);
    row("{checks:{db:ok (last error: none)}}", 200, "{\"checks\":{\"db\":\"ok (last error: none)\"}}", u"healthy"_s);
    row("{status:pass,checks:{last_error:connection refused,db:ok}}", 200,
        R"({"status":"pass","checks":{"last_error":"connection refused","db":"ok"}})", u"healthy"_s);
    row("{status:ok,checks:{pool:connection pool: active=0, idle=5}}", 200,
        R"({"status":"ok","checks":{"pool":"connection pool: active=0, idle=5"}})", u"healthy"_s);
    // Nor are features that are off, levels, colours and what happened.
    row("beside ok: maintenance:inactive", 200, R"({"status":"ok","maintenance":"inactive"})", u"healthy"_s);
    row("beside ok: alarm:inactive", 200, R"({"status":"ok","alarm":"inactive"})", u"healthy"_s);
    row("beside ok: profiler:inactive", 200, R"({"status":"ok","profiler":"inactive"})", u"healthy"_s);
    row("beside ok: recording:stopped", 200, R"({"status":"ok","recording":"stopped"})", u"healthy"_s);
    row("beside ok: license:{status:inactive}", 200, R"({"status":"ok","license":{"status":"inactive"}})",
        u"healthy"_s);
    row("beside ok: color:red", 200, R"({"status":"ok","color":"red"})", u"healthy"_s);
    row("beside ok: channel:unstable", 200, R"({"status":"ok","channel":"unstable"})", u"healthy"_s);
    row("beside ok: logging:warn", 200, R"({"status":"ok","logging":"warn"})", u"healthy"_s);
    row("beside ok: features:{offline:true}", 200, R"({"status":"ok","features":{"offline":true}})", u"healthy"_s);
    row("beside ok: features:{beta:false,offline:inactive}", 200,
        R"({"status":"ok","features":{"beta":false,"offline":"inactive"}})", u"healthy"_s);
    row("beside ok: lastError:timeout", 200, R"({"status":"ok","lastError":"timeout"})", u"healthy"_s);
    row("beside ok: errorPolicy:failed", 200, R"({"status":"ok","errorPolicy":"failed"})", u"healthy"_s);
    row("beside ok: previous_leader:{status:down}", 200, R"({"status":"ok","previous_leader":{"status":"down"}})",
        u"healthy"_s);
    row("beside ok: circuitBreakers:{db:{state:CLOSED}}", 200,
        R"({"status":"ok","circuitBreakers":{"db":{"state":"CLOSED"}}})", u"healthy"_s);
    row("beside ok: jobs:[{name:nightly,status:failed}]", 200,
        R"({"status":"ok","jobs":[{"name":"nightly","status":"failed"}]})", u"healthy"_s);
    row("beside ok: backup:{last_run:{status:failed}}", 200,
        R"({"status":"ok","backup":{"last_run":{"status":"failed"}}})", u"healthy"_s);
    // What clearly fails is told, whatever its name, and in whatever it is wrapped.
    row("clear beside ok: message_queue:disconnected", 200, R"({"status":"ok","message_queue":"disconnected"})",
        u"message_queue: says disconnected"_s);
    row("clear beside ok: model:{status:error}", 200, R"({"status":"ok","model":{"status":"error"}})",
        u"model: says error"_s);
    row("clear beside ok: typesense:down", 200, R"({"status":"ok","typesense":"down"})", u"typesense: says down"_s);
    row("clear beside ok: leveldb:{status:error}", 200, R"({"status":"ok","leveldb":{"status":"error"}})",
        u"leveldb: says error"_s);
    row("clear beside ok: envoy:disconnected", 200, R"({"status":"ok","envoy":"disconnected"})",
        u"envoy: says disconnected"_s);
    row("clear beside ok: namenode:{status:down}", 200, R"({"status":"ok","namenode":{"status":"down"}})",
        u"namenode: says down"_s);
    row("clear beside ok: policy_engine:down", 200, R"({"status":"ok","policy_engine":"down"})",
        u"policy_engine: says down"_s);
    row("clear beside ok: nodes:[{name:a,status:down},{name:b,status:up}]", 200,
        R"({"status":"ok","nodes":[{"name":"a","status":"down"},{"name":"b","status":"up"}]})",
        u"nodes a: says down"_s);
    row("clear beside ok: databases:{main:{status:down}}", 200,
        R"({"status":"ok","databases":{"main":{"status":"down"}}})", u"databases/main: says down"_s);
    row("clear beside ok: checks:{db:{health:connection refused}}", 200,
        R"({"status":"ok","checks":{"db":{"health":"connection refused"}}})", u"db: says connection refused"_s);
    row("clear beside ok: checks:{db:{status:ok,state:connection refused}}", 200,
        R"({"status":"ok","checks":{"db":{"status":"ok","state":"connection refused"}}})",
        u"db: says connection refused"_s);
    row("clear beside ok: redis:{status:degraded}", 200, R"({"status":"ok","redis":{"status":"degraded"}})",
        u"redis: degraded: says degraded"_s);
    row("words beside ok", 200, R"({"status":"ok","db":"connection refused","mq":"not connected"})",
        u"db: says connection refused; mq: says not connected"_s);
    row("a list within an object beside ok", 200,
        R"({"status":"ok","cluster":{"nodes":[{"name":"a","status":"down"},{"name":"b","status":"up"}]}})",
        u"cluster/nodes a: says down"_s);
    row("jobs within an object beside ok", 200,
        R"({"status":"ok","queue":{"jobs":[{"name":"a","status":"failed"}]},"title":"fixes connection errors"})",
        u"healthy"_s);
    row("no connection refused", 200, "OK: no connection refused, 0 connection timeouts", u"healthy"_s);
    row("within data: {database:disconnected}", 200, R"({"status":"success","data":{"database":"disconnected"}})",
        u"database: says disconnected"_s);
    row("within data: {healthy:true,redis:{status:down}}", 200,
        R"({"status":"success","data":{"healthy":true,"redis":{"status":"down"}}})", u"redis: says down"_s);
    row("within data: {status:starting}", 200, R"({"status":"success","data":{"status":"starting"}})",
        u"service: says starting"_s);
    row("within payload: {database:disconnected}", 200, R"({"status":"success","payload":{"database":"disconnected"}})",
        u"database: says disconnected"_s);
    row("within payload: {healthy:true,redis:{status:down}}", 200,
        R"({"status":"success","payload":{"healthy":true,"redis":{"status":"down"}}})", u"redis: says down"_s);
    row("within payload: {status:starting}", 200, R"({"status":"success","payload":{"status":"starting"}})",
        u"service: says starting"_s);
    row("within response: {database:disconnected}", 200,
        R"({"status":"success","response":{"database":"disconnected"}})", u"database: says disconnected"_s);
    row("within response: {healthy:true,redis:{status:down}}", 200,
        R"({"status":"success","response":{"healthy":true,"redis":{"status":"down"}}})", u"redis: says down"_s);
    row("within response: {status:starting}", 200, R"({"status":"success","response":{"status":"starting"}})",
        u"service: says starting"_s);
    row("within result: {database:disconnected}", 200, R"({"status":"success","result":{"database":"disconnected"}})",
        u"database: says disconnected"_s);
    row("within result: {healthy:true,redis:{status:down}}", 200,
        R"({"status":"success","result":{"healthy":true,"redis":{"status":"down"}}})", u"redis: says down"_s);
    row("within result: {status:starting}", 200, R"({"status":"success","result":{"status":"starting"}})",
        u"service: says starting"_s);
    row("within two envelopes", 200, R"({"status":"success","data":{"result":{"status":"maintenance"}}})",
        u"service: says maintenance"_s);
    row("an envelope that is well", 200, R"({"status":"success","data":{"status":"UP","license":"inactive"}})",
        u"healthy"_s);
    // What is denied of a good word still is a failure.
    row("0 of 3 ready", 200, "0 of 3 ready", u"service: says 0 of 3 ready"_s);
    row("0/3 replicas available", 200, "0/3 replicas available", u"service: says 0/3 replicas available"_s);
    row("no healthy upstream", 200, "no healthy upstream", u"service: says no healthy upstream"_s);
    row("none ready", 200, "none ready", u"service: says none ready"_s);
    row("OK: 3 of 5 checks failed, 0 skipped", 200, "OK: 3 of 5 checks failed, 0 skipped",
        u"service: says OK: 3 of 5 checks failed, 0 skipped"_s);
    row("not started and ready", 200, "not started and ready", u"service: says not started and ready"_s);
    row("error: 0 nodes available", 200, "error: 0 nodes available", u"service: says error: 0 nodes available"_s);
    row("failed: no route to host", 200, "failed: no route to host", u"service: says failed: no route to host"_s);
    row("ready: not yet", 200, "ready: not yet", u"service: says ready: not yet"_s);
    row("is_ready=0", 200, "is_ready=0", u"service: says is_ready=0"_s);
    row("isn't up and running", 200, "isn't up and running", u"service: says isn't up and running"_s);
    row("No answer, unreachable", 200, "No answer, unreachable", u"service: says No answer, unreachable"_s);
    row("database: 0 nodes ready", 200, "database: 0 nodes ready", u"service: says database: 0 nodes ready"_s);
    row("running, failed: 3", 200, "running, failed: 3", u"service: says running, failed: 3"_s);
    row("good words without end", 200, R"({"status":")" + QByteArray("ok:").repeated(20'000) + R"("})", u"healthy"_s);
    row("a good word and a long one", 200, R"({"status":"ok:)" + QByteArray(60'000, 'a') + R"("})", u"healthy"_s);
    row("a byte order mark", 200, "\xef\xbb\xbf{\"ready\":false}", u"service: says false"_s);
    // Texts.
    row("a word", 200, "Healthy", u"healthy"_s);
    row("isn't ready", 200, "Service isn't ready yet", u"service: says Service isn't ready yet"_s);
    row("not, further away", 200, "It is not currently in a ready state",
        u"service: says It is not currently in a ready state"_s);
    row("not, in another clause", 200, "Not a leader, but ready", u"healthy"_s);
    row("waits to be ready", 200, "Waiting for the database to be ready",
        u"service: says Waiting for the database to be ready"_s);
    row("a good word that is denied", 200, "ready: false", u"service: says ready: false"_s);
    row("none of many", 200, "ready: 0/3", u"service: says ready: 0/3"_s);
    row("denied after an equals sign", 200, "healthy=no", u"service: says healthy=no"_s);
    row("worse after a colon", 200, "OK: 3 of 5 checks failed", u"service: says OK: 3 of 5 checks failed"_s);
    row("no worse after a colon", 200, "OK: no checks failed", u"healthy"_s);
    row("two words for one", 200, "request timed out", u"service: says request timed out"_s);
    row("nothing failed", 200, "running, 0 failed", u"healthy"_s);
    row("a word with an end of line", 200, "OK\r\n", u"healthy"_s);
    row("a word in quotes", 200, "\"Unhealthy\"", u"service: says Unhealthy"_s);
    row("Degraded", 200, "Degraded", u"service: degraded: says Degraded"_s);
    row("Unhealthy with 503", 503, "Unhealthy", u"service: says Unhealthy"_s);
    row("not ready", 503, "Ingester not ready: waiting for 15s",
        u"service: says Ingester not ready: waiting for 15s"_s);
    row("no errors", 200, "no errors", u"a page"_s);
    row("one check a line", 500, "[+]ping ok\n[-]etcd failed: reason withheld\nhealthz check failed",
        u"etcd: failed: reason withheld"_s);
    row("a check that gives no reason", 500, "[+]ping\n[-]etcd", u"etcd: no reason given"_s);
    row("an empty body", 200, "", u"a page"_s);
    row("a page", 200, "<!doctype html><p>error", u"a page"_s);
    row("a long text", 200, QByteArray(300, 'x') + " error", u"a page"_s);
    // Nothing of health, or nothing that can be read.
    row("an object of something else", 200, R"({"message":"Hello"})", u"a page"_s);
    row("an error with 200", 200, R"({"error":"Unexpected endpoint"})", u"not understood"_s);
    row("a part alone, of another kind of status", 200, R"({"ticket":{"status":"open"}})", u"not understood"_s);
    row("a part alone that starts", 200, R"({"scheduler":{"status":"starting"}})", u"not understood"_s);
    row("a list of another kind of status", 200, R"([{"name":"a","status":"open"}])", u"not understood"_s);
    row("a part that waits beside one that is well", 200, R"({"a":{"status":"starting"},"b":{"status":"up"}})",
        u"healthy"_s);
    row("an envelope of another kind of status", 200, R"({"data":{"status":"open"}})", u"not understood"_s);
    row("a list of something else", 200, "[1,2]", u"a page"_s);
    row("JSON that breaks off", 200, R"({"status":"UP")", u"not understood"_s);
    row("NaN", 200, R"({"status":"UP","load":NaN})", u"not understood"_s);
    row("too deep", 200, QByteArray(5000, '['), u"not understood"_s);
}

void TestDialectCodec::bodiesAreTakenForWhatTheySay()
{
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    QTEST(said(status, body), "expected");
}

void TestDialectCodec::realProgramsAreTakenForWhatTheySay_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QString>("expected");
    // The bodies of the projects' own documentation and code.
    row("Spring Boot", 503,
        R"({"status":"DOWN","components":{"db":{"status":"DOWN","details":{"error":"java.sql.SQLException: refused"}},)"
        R"("diskSpace":{"status":"UP","details":{"total":1,"free":1,"exists":true}},"ping":{"status":"UP"}}})",
        u"db: java.sql.SQLException: refused"_s);
    row("Spring Boot, details hidden", 200, R"({"status":"UP","groups":["liveness","readiness"]})", u"healthy"_s);
    row("Spring Boot before 2.2", 200,
        R"({"status":"UP","details":{"redis":{"status":"UP","details":{"version":"7.0"}}}})", u"healthy"_s);
    row("Spring Boot out of service", 503, R"({"status":"OUT_OF_SERVICE"})", u"service: says OUT_OF_SERVICE"_s);
    row("Quarkus (MicroProfile)", 503,
        R"({"status":"DOWN","checks":[{"name":"Database connections health check","status":"DOWN",)"
        R"("data":{"<default>":"Unable to execute the validation check"}}]})",
        u"Database connections health check: says DOWN"_s);
    row("Helidon (MicroProfile 1)", 503, R"({"outcome":"DOWN","checks":[{"name":"deadlock","state":"DOWN"}]})",
        u"deadlock: says DOWN"_s);
    row("NestJS terminus", 503,
        R"({"status":"error","info":{"api":{"status":"up"}},"error":{"orders":{"status":"down","message":"refused"}},)"
        R"("details":{"api":{"status":"up"},"orders":{"status":"down","message":"refused"}}})",
        u"orders: refused"_s);
    row("Xabaril's UI writer", 503,
        R"({"status":"Unhealthy","totalDuration":"00:00:00.05","entries":{"sql":{"data":{},"description":"no route",)"
        R"("duration":"00:00:00.04","status":"Unhealthy","tags":[]}}})",
        u"sql: no route"_s);
    row("ASP.NET Core", 200, "Healthy", u"healthy"_s);
    row("ASP.NET Core, degraded", 200, "Degraded", u"service: degraded: says Degraded"_s);
    row("ASP.NET Core, unhealthy", 503, "Unhealthy", u"service: says Unhealthy"_s);
    row("health+json", 200,
        R"({"status":"pass","version":"1","releaseId":"1.2.2","checks":{"cpu:utilization":[{"componentId":"a",)"
        R"("node":1,"status":"warn","output":""},{"componentId":"b","status":"fail","output":"too hot"}]}})",
        u"cpu:utilization a: degraded: says warn; cpu:utilization b: too hot"_s);
    row("Elasticsearch", 200, R"({"cluster_name":"es","status":"yellow","timed_out":false,"number_of_nodes":1})",
        u"service: degraded: says yellow"_s);
    row("Elasticsearch, red", 200, R"({"cluster_name":"es","status":"red","timed_out":false})", u"service: says red"_s);
    row("Kibana", 200, R"({"name":"k","version":{"number":"8.1"},"status":{"overall":{"level":"available"}}})",
        u"healthy"_s);
    row("Kibana, critical", 503, R"({"name":"k","status":{"overall":{"level":"critical","summary":"down"}}})",
        u"service: says critical"_s);
    row("etcd", 200, R"({"health":"true","reason":""})", u"healthy"_s);
    row("etcd without a leader", 503, R"({"health":"false","reason":"RAFT NO LEADER"})", u"service: RAFT NO LEADER"_s);
    row("InfluxDB", 200,
        R"({"name":"influxdb","message":"ready for queries and writes","status":"pass","checks":[],"version":"v2"})",
        u"healthy"_s);
    row("Grafana", 200, R"({"commit":"d1f","database":"ok","version":"10.0.0"})", u"healthy"_s);
    row("Grafana without its database", 503, R"({"commit":"d1f","database":"failing","version":"10"})",
        u"database: says failing"_s);
    row("Airflow", 200,
        R"({"metadatabase":{"status":"healthy"},"scheduler":{"status":"unhealthy",)"
        R"("latest_scheduler_heartbeat":"2018-12-26"},"triggerer":{"status":null}})",
        u"scheduler: says unhealthy"_s);
    row("GitLab readiness", 503, R"({"status":"failed","master_check":[{"status":"failed","message":"no worker"}]})",
        u"master_check: no worker"_s);
    row("GitLab health", 200, "GitLab OK", u"healthy"_s);
    row("Kubernetes", 500, "[+]ping ok\n[+]log ok\n[-]etcd failed: reason withheld\nreadyz check failed\n",
        u"etcd: failed: reason withheld"_s);
    row("Kubernetes, well", 200, "ok", u"healthy"_s);
    row("OkComputer (Rails)", 500, "default: PASSED Application is running (0s)\ndatabase: FAILED Error: refused (0s)",
        u"database: Error: refused (0s)"_s);
    row("django-health-check", 500,
        R"({"Cache backend: default":"working","DatabaseBackend":"unavailable: Database error"})",
        u"DatabaseBackend: says unavailable: Database error"_s);
    row("py-healthcheck (Flask)", 500,
        R"({"hostname":"h","status":"failure","timestamp":1,"results":[{"checker":"redis","output":"refused",)"
        R"("passed":false},{"checker":"db","output":"ok","passed":true}]})",
        u"redis: refused"_s);
    row("Prometheus", 200, "Prometheus Server is Healthy.\n", u"healthy"_s);
    row("Loki", 503, "Ingester not ready: waiting for 15s after being ready\n",
        u"service: says Ingester not ready: waiting for 15s after being ready"_s);
    row("Envoy", 503, "PRE_INITIALIZING\n", u"service: says PRE_INITIALIZING"_s);
    row("Hasura", 200, "WARN: inconsistent objects in schema",
        u"service: degraded: says WARN: inconsistent objects in schema"_s);
    row("NATS", 503, R"({"status":"unavailable","error":"JetStream has not established contact"})",
        u"service: JetStream has not established contact"_s);
    row("RabbitMQ", 503, R"({"status":"failed","reason":"no alarms check failed"})",
        u"service: no alarms check failed"_s);
    row("Gitea", 200,
        R"({"status":"pass","description":"Gitea","checks":{"cache:ping":[{"status":"pass","time":"2024"}],)"
        R"("database:ping":[{"status":"fail","time":"2024","output":"refused"}]}})",
        u"database:ping: refused"_s);
    row("Meilisearch", 200, R"({"status":"available"})", u"healthy"_s);
    row("Typesense", 503, R"({"ok":false,"resource_error":"OUT_OF_DISK"})", u"service: says false"_s);
    row("SonarQube", 200, R"({"health":"RED","causes":[{"message":"Application node app-1 is RED"}],"nodes":[]})",
        u"service: says RED"_s);
    row("CouchDB in maintenance", 404, R"({"status":"maintenance_mode"})", u"a page"_s);
    row("Jellyfin", 200, "Healthy", u"healthy"_s);
    row("lightship (Node.js)", 500, "SERVER_IS_NOT_READY", u"service: says SERVER_IS_NOT_READY"_s);
    row("heptiolabs/healthcheck (Go)", 503, R"({"checks":{"db":"down: connection refused"}})",
        u"db: says down: connection refused"_s);
    row("Qdrant", 200, "healthz check passed", u"healthy"_s);
    row("Ollama", 200, "Ollama is running", u"healthy"_s);
    row("ClickHouse", 200, "Ok.\n", u"healthy"_s);
    row("Patroni", 200, R"({"state":"running","role":"master","server_version":150000})", u"healthy"_s);
    row("Statuspage", 200, R"({"status":{"state":"critical","description":"Major outage"}})",
        u"service: says critical"_s);
    row("Traefik", 200, "OK", u"healthy"_s);
    row("Vault, sealed", 503, R"({"initialized":true,"sealed":true,"standby":true})", u"service: says sealed"_s);
    row("Vault", 200,
        R"({"initialized":true,"sealed":false,"standby":false,"performance_standby":false,)"
        R"("replication_performance_mode":"disabled","replication_dr_mode":"disabled","version":"1.15"})",
        u"healthy"_s);
    row("Vault, standby", 429, R"({"initialized":true,"sealed":false,"standby":true})",
        u"service: answers 429, though it says unsealed"_s);
    row("Vault, new", 501, R"({"initialized":false,"sealed":true,"standby":true})", u"service: says sealed"_s);
    row("Consul", 200, R"([{"Node":"n","CheckID":"x","Name":"disk","Status":"critical","Output":"full"}])",
        u"disk: full"_s);
    row("Kubernetes, verbose and well", 200,
        "[+]ping ok\n[+]poststarthook/start-kube-apiserver-admission-initializer ok\nlivez check passed\n",
        u"healthy"_s);
    row("Loki, ready", 200, "ready\n", u"healthy"_s);
    row("Elasticsearch, green", 200,
        R"({"cluster_name":"es","status":"green","timed_out":false,"number_of_nodes":1,"unassigned_shards":0})",
        u"healthy"_s);
    row("Resilience4j", 200,
        R"({"status":"UP","components":{"circuitBreakers":{"status":"UP","details":{"db":{"status":"UP",)"
        R"("details":{"failureRate":"-1.0%","state":"CLOSED","failedCalls":0}}}}}})",
        u"healthy"_s);
    row("Apache Pulsar", 200, "ok", u"healthy"_s);
    row("vLLM", 200, "", u"a page"_s);
    row("a gRPC gateway", 200, R"({"status":"NOT_SERVING"})", u"service: says NOT_SERVING"_s);
    row("LM Studio, unknown path", 200, R"({"error":"Unexpected endpoint or method. GET /health"})",
        u"not understood"_s);
}

void TestDialectCodec::realProgramsAreTakenForWhatTheySay()
{
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    QTEST(said(status, body), "expected");
}

void TestDialectCodec::dialectsAreToldApart_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<Dialect>("dialect");
    QTest::newRow("actuator") << QByteArray(R"({"status":"UP"})") << Dialect::Actuator;
    QTest::newRow("MicroProfile") << QByteArray(R"({"status":"UP","checks":[]})") << Dialect::Plain;
    QTest::newRow("health+json") << QByteArray(R"({"status":"pass"})") << Dialect::HealthJson;
    QTest::newRow("plain") << QByteArray(R"({"status":"healthy"})") << Dialect::Plain;
    QTest::newRow("a word") << QByteArray("Healthy") << Dialect::Plain;
}

void TestDialectCodec::dialectsAreToldApart()
{
    QFETCH(QByteArray, body);
    QTEST((*readForeign(200, body))->dialect, "dialect");
}

void TestDialectCodec::versionsAndDetailsAreKept()
{
    const auto reportOf = [](QByteArrayView body) { return (*readForeign(200, body))->report; };
    const HealthReport plain = reportOf(R"({"status":"healthy","version":"1.4.0","service":"orders"})");
    QCOMPARE(plain.version, u"1.4.0"_s);
    QCOMPARE(plain.service, u"orders"_s);
    const HealthReport health =
        reportOf(R"({"status":"pass","releaseId":"1.2.2","checks":{"up":[{"observedValue":1209600.245,)"
                 R"("observedUnit":"s","status":"pass"}]}})");
    QCOMPARE(health.version, u"1.2.2"_s);
    QCOMPARE(health.dependencies[0].details, (QVariantMap{{u"observed"_s, u"1209600.245 s"_s}}));
    const HealthReport actuator =
        reportOf(R"({"status":"UP","components":{"diskSpace":{"status":"UP","details":{"free":7}}}})");
    QCOMPARE(actuator.dependencies[0].details.value(u"free"_s).toInt(), 7);
}

void TestDialectCodec::aPartThatFailsIsNeverLeftOut()
{
    QByteArray components;
    for (int i = 0; i < 1000; ++i)
        components += (i ? ",\"" : "\"") + QByteArray::number(i).rightJustified(3, '0') + "\":{\"status\":\""
            + (i == 999 ? "DOWN" : "UP") + "\"}";
    const auto foreign = readForeign(200, "{\"status\":\"UP\",\"components\":{" + components + "}}");
    QCOMPARE((*foreign)->report.dependencies.size(), 64);
    QCOMPARE((*foreign)->report.dependencies[0].name, u"999"_s);
    QCOMPARE((*foreign)->report.dependencies[0].status, DependencyStatus::Error);
}

void TestDialectCodec::ourOwnBodiesAreKnown()
{
    QVERIFY(looksLikeOurs(R"({"status":"healthy","uptime_seconds":1})"));
    QVERIFY(!looksLikeOurs(R"({"status":"healthy"})"));
    QVERIFY(!looksLikeOurs("healthy"));
}

QTEST_APPLESS_MAIN(TestDialectCodec)
#include "tst_dialectcodec.moc"
