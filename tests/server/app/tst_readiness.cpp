// SPDX-License-Identifier: GPL-3.0-or-later
//
// The rules of `hephaestus run --ready`: how they are read, and when a program is ready by them.
#include "server/app/readinesswatch.h"
#include "tests/support/fakehttpserver.h"
#include "tests/support/processend.h"
#include "tests/support/processline.h"

#include <QProcess>
#include <QSignalSpy>
#include <QTest>

#include <cstddef>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// Sends a datagram as sd_notify(3) would.
bool notify(const QByteArray &socket, const QByteArray &message)
{
    const FileDescriptor descriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, socket.constData() + 1, std::size_t(socket.size()) - 1);
    return ::sendto(descriptor.number(), message.constData(), std::size_t(message.size()), 0,
                    reinterpret_cast<const sockaddr *>(&address),
                    socklen_t(offsetof(sockaddr_un, sun_path) + std::size_t(socket.size())))
        == message.size();
}

ReadyRule ruleOf(const QString &text)
{
    const auto rule = parseReadyRule(text);
    return rule ? *rule : ReadyRule(ReadyAfter{0ms});
}

} // namespace

class TestReadiness : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aRuleIsRead_data();
    void aRuleIsRead();
    void whatIsNoRuleIsRefused_data();
    void whatIsNoRuleIsRefused();
    void itHasRunLongEnough();
    void itListensAgain();
    void aLineIsWritten_data();
    void aLineIsWritten();
    void aPortIsOpen();
    void aUrlAnswersWithSuccess();
    void aCommandSucceeds_data();
    void aCommandSucceeds();
    void theProgramNotifies();
    void aStrangerIsNotBelieved();
    void whoeverIsGoneIsBelievedByItsUser();
    void whoWasThereBeforeIsNotTheProgram();
    void anotherProcessBecomesReadyAnew();
    void withoutARuleWhatRunsIsReady();

private:
    const HeldSockets m_none;
    ManualClock m_clock;
    ProcessEntry m_program = process(1);

    static ProcessEntry process(quint64 startTicks)
    {
        ProcessEntry entry;
        entry.pid = ::getpid();
        entry.startTicks = startTicks;
        return entry;
    }
};

void TestReadiness::aRuleIsRead_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("waits");
    QTest::newRow("time") << u"after:2s"_s << u"has not run for 2 s"_s;
    QTest::newRow("port") << u"tcp:8080"_s << u"does not take connections at localhost:8080"_s;
    QTest::newRow("host and port") << u"tcp:db:5432"_s << u"does not take connections at db:5432"_s;
    QTest::newRow("IPv6") << u"tcp:[::1]:80"_s << u"does not take connections at [::1]:80"_s;
    QTest::newRow("socket") << u"unix:/run/x y"_s << u"does not take connections at unix:/run/x y"_s;
    QTest::newRow("URL") << u"http://127.0.0.1:1/x?a=b:c"_s
                         << u"does not answer with success at http://127.0.0.1:1/x?a=b:c"_s;
    QTest::newRow("log") << u"log:ready: (yes|so)"_s << u"has not written a line like /ready: (yes|so)/"_s;
    QTest::newRow("command") << u"command:test -e /x"_s << u"does not satisfy the command test -e /x"_s;
    QTest::newRow("quoted command") << u"command:sh  -c 'a \"b\"' \"c 'd'\" e\\ f ''"_s
                                    << u"does not satisfy the command sh¦-c¦a \"b\"¦c 'd'¦e f¦"_s;
    QTest::newRow("notify") << u"notify"_s << u"has not sent READY=1 to NOTIFY_SOCKET"_s;
    QTest::newRow("accept") << u"accept"_s << u"does not accept on the sockets held for it"_s;
}

void TestReadiness::aRuleIsRead()
{
    QFETCH(QString, text);
    const auto rule = parseReadyRule(text);
    QVERIFY2(rule, rule ? "" : qPrintable(rule.problem().text()));
    QFETCH(QString, waits);
    if (waits.contains(u'¦')) { // each word by itself
        QCOMPARE(std::get<CommandSettings>(*rule).argv, waits.mid(waits.indexOf(u"sh"_s)).split(u'¦'));
        return;
    }
    QCOMPARE(waitText(*rule), waits);
}

void TestReadiness::whatIsNoRuleIsRefused_data()
{
    QTest::addColumn<QString>("text");
    for (const char *const text : {"", "after:", "after:soon", "tcp:", "tcp:0", "tcp:70000", "tcp::80", "log:", "log:(",
                                   "unix:", "command:", "command:  ", "command:sh -c 'x", "http://", "http://u:p@h/",
                                   "ftp://h/", "ready", "NOTIFY"})
        QTest::newRow(text) << QString::fromLatin1(text);
}

void TestReadiness::whatIsNoRuleIsRefused()
{
    QFETCH(QString, text);
    const auto rule = parseReadyRule(text);
    QVERIFY(!rule);
    QVERIFY2(rule.problem().what.contains(u"expected"_s), qPrintable(rule.problem().what));
}

void TestReadiness::itHasRunLongEnough()
{
    ReadinessWatch watch(ruleOf(u"after:10s"_s), m_none, {}, m_clock);
    QCOMPARE(watch.why(), u"the program does not run"_s);
    watch.follow(m_program);
    m_clock.advance(9'999ms);
    watch.check();
    QVERIFY(!watch.isReady());
    QCOMPARE(watch.why(), u"the program has not run for 10 s"_s);
    m_clock.advance(1ms);
    watch.check();
    QVERIFY(watch.isReady());
    QCOMPARE(watch.why(), QString());
}

void TestReadiness::itListensAgain()
{
    // By another process: what this one listens on would be the wrapper's.
    const auto isOurs = [](qint64) { return true; };
    const auto isNobody = [](qint64) { return false; };
    QProcess server;
    server.start(u"python3"_s,
                 {u"-uc"_s,
                  u"import socket, time\ns = [socket.create_server(('127.0.0.1', 0)) for _ in range(20)]\n"
                  "print(1)\ntime.sleep(1000)"_s});
    QVERIFY(server.waitForReadyRead());
    for (const bool does : {false, true}) {
        ReadinessWatch watch(ReadyRule(ReadyAfter{1s, true}), m_none, does ? NotifySocket::IsOurs(isOurs) : isNobody,
                             m_clock);
        watch.follow(m_program);
        m_clock.advance(999ms);
        watch.check();
        QVERIFY(!watch.isReady());
        m_clock.advance(1ms);
        watch.check();
        QCOMPARE(watch.isReady(), does);
        m_clock.advance(29s);
        watch.check();
        QVERIFY(watch.isReady());
    }
    // Who holds many ports is asked about once: the answer takes a look at all processes.
    int asked = 0;
    QVERIFY(!ReadinessWatch::listens([&](qint64 pid) {
        asked += pid == server.processId();
        return false;
    }));
    QCOMPARE(asked, 1);
    server.kill();
    QVERIFY(hasEnded(server));
}

void TestReadiness::aLineIsWritten_data()
{
    QTest::addColumn<QByteArrayList>("pieces");
    QTest::addColumn<bool>("ready");
    QTest::newRow("nothing") << QByteArrayList() << false;
    QTest::newRow("another line") << QByteArrayList{"listening soon\n"} << false;
    QTest::newRow("the line") << QByteArrayList{"a\nlistening on 80\nb\n"} << true;
    QTest::newRow("the beginning of a line") << QByteArrayList{"listening", "listening on 8"} << true;
    QTest::newRow("of two lines") << QByteArrayList{"listening\n", " on 80\n"} << false;
    QTest::newRow("of one of two streams") << QByteArrayList{"listening", " on 80"} << false;
    QTest::newRow("behind a long line") << QByteArrayList{QByteArray(100'000, 'x') + "\nlistening on 1\n"} << true;
    QTest::newRow("no UTF-8") << QByteArrayList{"\xff\n\xfe listening on 1 \xff\n"} << true;
}

void TestReadiness::aLineIsWritten()
{
    QFETCH(QByteArrayList, pieces);
    ReadinessWatch watch(ruleOf(u"log:listening on \\d+"_s), m_none, {}, m_clock);
    watch.readOutput("listening on 1\n"); // of its predecessor
    watch.follow(m_program);
    for (const QByteArray &piece : std::as_const(pieces))
        watch.readOutput(piece);
    QTEST(watch.isReady(), "ready");
}

void TestReadiness::aPortIsOpen()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    const quint16 port = server.serverPort();
    server.close();
    ReadinessWatch watch(ruleOf(u"tcp:%1"_s.arg(port)), m_none, {});
    watch.follow(m_program);
    QTRY_VERIFY(watch.why().contains(u"refused"_s));
    QVERIFY(server.listen(QHostAddress::LocalHost, port));
    QTRY_VERIFY(watch.isReady());
}

void TestReadiness::aUrlAnswersWithSuccess()
{
    FakeHttpServer server;
    server.setAnswer("/up", FakeAnswer::json("{}", 503));
    ReadinessWatch watch(ruleOf(server.url() + u"/up"_s), m_none, {});
    watch.follow(m_program);
    QTRY_VERIFY(watch.why().contains(u"503"_s));
    QVERIFY(!watch.isReady());
    server.setAnswer("/up", FakeAnswer::json("{}"));
    QTRY_VERIFY(watch.isReady());
    server.setAnswer("/up", FakeAnswer::raw("HTTP/1.1 302 X\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n"));
    watch.follow(process(2));
    QVERIFY(!watch.isReady());
    QTRY_VERIFY(watch.isReady()); // it serves
}

void TestReadiness::aCommandSucceeds_data()
{
    QTest::addColumn<QString>("command");
    QTest::addColumn<bool>("ready");
    QTest::newRow("succeeds") << u"true"_s << true;
    QTest::newRow("fails") << u"false"_s << false;
    QTest::newRow("is not there") << u"/nonexistent/program x"_s << false;
}

void TestReadiness::aCommandSucceeds()
{
    QFETCH(QString, command);
    QFETCH(bool, ready);
    ReadinessWatch watch(ruleOf(u"command:"_s + command), m_none, {});
    watch.follow(m_program);
    QTRY_VERIFY(watch.isReady() || watch.why().contains(u": "_s));
    QCOMPARE(watch.isReady(), ready);
}

void TestReadiness::theProgramNotifies()
{
    ReadinessWatch watch(ruleOf(u"notify"_s), m_none, [](qint64 pid) { return pid == ::getpid(); });
    QCOMPARE(watch.problem(), QString());
    const QByteArray variable = watch.environment().value(0);
    QVERIFY(variable.startsWith("NOTIFY_SOCKET=@"));
    const QByteArray socket = variable.mid(variable.indexOf('=') + 1);
    QSignalSpy ready(&watch, &ReadinessWatch::becameReady);
    watch.follow(m_program);
    QVERIFY(notify(socket, "STATUS=READY=1 soon"));
    QVERIFY(notify(socket, "STATUS=up\nREADY=1\nMAINPID=1"));
    QVERIFY(ready.wait());
    QVERIFY(watch.isReady());
}

void TestReadiness::aStrangerIsNotBelieved()
{
    int asked = 0;
    ReadinessWatch watch(ruleOf(u"notify"_s), m_none, [&asked](qint64) { return ++asked > 1; });
    const QByteArray socket = watch.environment().value(0).mid(14);
    watch.follow(m_program);
    QVERIFY(notify(socket, "READY=1"));
    QTRY_COMPARE(asked, 1);
    QVERIFY(!watch.isReady());
    QVERIFY(notify(socket, "READY=1"));
    QTRY_VERIFY(watch.isReady());
}

/// Somebody else had the port before the program began, which therefore cannot have it.
void TestReadiness::whoWasThereBeforeIsNotTheProgram()
{
    QProcess stranger;
    stranger.start(u"python3"_s,
                   {u"-uc"_s,
                    u"import socket, time\ns = socket.create_server(('127.0.0.1', 0))\n"
                    "print(s.getsockname()[1])\ntime.sleep(1000)"_s});
    const QString port = QString::fromLatin1(nextLine(stranger));
    for (const bool isOurs : {false, true}) {
        ReadinessWatch watch(ruleOf(u"tcp:127.0.0.1:"_s + port), m_none, [isOurs](qint64) { return isOurs; });
        const auto process = readProcess(pid_t(stranger.processId()));
        QVERIFY(process);
        watch.follow(TestReadiness::process(process->startTicks + 1));
        QTRY_VERIFY(watch.isReady() || watch.why().contains(u"another program answers there"_s));
        QCOMPARE(watch.isReady(), isOurs);
        watch.follow(TestReadiness::process(process->startTicks - 1)); // whoever begins later is what it started
        QTRY_VERIFY(watch.isReady());
    }
    stranger.kill();
    QVERIFY(hasEnded(stranger));
}

void TestReadiness::whoeverIsGoneIsBelievedByItsUser()
{
    ReadinessWatch watch(ruleOf(u"notify"_s), m_none, [](qint64) { return false; });
    const QByteArray socket = watch.environment().value(0).mid(14);
    watch.follow(m_program);
    const pid_t child = ::fork();
    if (child == 0) {
        notify(socket, "READY=1");
        ::_exit(0);
    }
    QCOMPARE(::waitpid(child, nullptr, 0), child);
    QTRY_VERIFY(watch.isReady());
}

void TestReadiness::anotherProcessBecomesReadyAnew()
{
    ReadinessWatch watch(ruleOf(u"log:up"_s), m_none, {}, m_clock);
    watch.follow(m_program);
    watch.readOutput("up\n");
    QVERIFY(watch.isReady());
    ProcessEntry same = m_program;
    same.state = 'R';
    watch.follow(same);
    QVERIFY(watch.isReady());
    watch.follow({});
    QVERIFY(!watch.isReady());
    watch.follow(process(2));
    QVERIFY(!watch.isReady());
    watch.follow(process(3), true); // a predecessor saw that it is
    QVERIFY(watch.isReady());
}

void TestReadiness::withoutARuleWhatRunsIsReady()
{
    ReadinessWatch watch({}, m_none, {}, m_clock);
    QCOMPARE(watch.why(), u"the program does not run"_s);
    watch.follow(m_program);
    QVERIFY(watch.isReady());
    watch.follow({});
    QVERIFY(!watch.isReady());
}

QTEST_GUILESS_MAIN(TestReadiness)
#include "tst_readiness.moc"
