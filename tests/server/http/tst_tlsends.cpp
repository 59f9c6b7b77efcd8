// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a client of OpenSSL's own sees of the service's TLS: which suites there are, how a connection ends, and that TLS
// is not dead without a word.
#include "server/http/httpserver.h"

#include "common/base/filedescriptor.h"
#include "server/http/handshakes.h"
#include "server/http/tlssession.h"
#include "tests/support/sanitizer.h"

#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <memory>
#include <system_error>

#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Hephaestus;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// Connected. It waits in the event loop, which the service needs, too.
class TlsClient
{
public:
    explicit TlsClient(quint16 port, int version = 0, const char *suites = nullptr)
        : m_context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free)
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(m_socket.number(), reinterpret_cast<sockaddr *>(&address), sizeof address) != 0)
            return;
        ::fcntl(m_socket.number(), F_SETFL, O_NONBLOCK);
        SSL_CTX_set_max_proto_version(m_context.get(), version);
        if (suites)
            SSL_CTX_set_cipher_list(m_context.get(), suites);
        m_session.reset(SSL_new(m_context.get()));
        SSL_set_fd(m_session.get(), m_socket.number());
    }

    /// False: refused.
    bool agrees()
    {
        if (!m_session)
            return false;
        SSL_set_connect_state(m_session.get());
        bool agrees = false;
        const auto isOver = [&] {
            ERR_clear_error();
            const int result = SSL_do_handshake(m_session.get());
            agrees = result == 1;
            return agrees || SSL_get_error(m_session.get(), result) != SSL_ERROR_WANT_READ;
        };
        return QTest::qWaitFor(isOver, 30'000) && agrees;
    }
    bool ask(const QByteArray &request)
    {
        SSL_write(m_session.get(), request.constData(), int(request.size()));
        QByteArray said;
        return QTest::qWaitFor(
            [&] {
                char bytes[4096];
                const int count = SSL_read(m_session.get(), bytes, sizeof bytes);
                said += QByteArray(bytes, std::max(0, count));
                return said.contains("\r\n\r\n");
            },
            30'000);
    }
    void sayEnd() { SSL_shutdown(m_session.get()); }
    void sendFin() { ::shutdown(m_socket.number(), SHUT_WR); }
    /// How it ends: true with the other side's close_notify.
    bool endsWell()
    {
        bool endsWell = false;
        const auto hasEnded = [&] {
            char bytes[4096];
            ERR_clear_error();
            const int count = SSL_read(m_session.get(), bytes, sizeof bytes);
            const int error = SSL_get_error(m_session.get(), count);
            endsWell = (SSL_get_shutdown(m_session.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
            return endsWell || (count <= 0 && error != SSL_ERROR_WANT_READ);
        };
        return QTest::qWaitFor(hasEnded, 30'000) && endsWell;
    }

private:
    const FileDescriptor m_socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> m_context;
    std::unique_ptr<SSL, decltype(&SSL_free)> m_session{nullptr, &SSL_free};
};

} // namespace

class TestTlsEnds : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void theEndIsSaid_data();
    void theEndIsSaid();
    void whatAKeyOfLaterCouldReadIsNotAgreedTo_data();
    void whatAKeyOfLaterCouldReadIsNotAgreedTo();
    void aKeyThatOthersKnowIsTold_data();
    void aKeyThatOthersKnowIsTold();
    void withoutRoomItIsNotDeadInSilence();

private:
    std::optional<Problem> listen()
    {
        HttpOptions options;
        options.tls = {m_place.filePath(u"server.pem"_s), m_place.filePath(u"server.key"_s), {}};
        m_server = std::make_unique<HttpServer>(*m_state, *m_sequence, options);
        const auto bound = m_server->listen({*parseServiceAddress(u"127.0.0.1:0"_s)});
        if (!bound)
            return bound.problem();
        m_port = bound->first().port;
        return {};
    }

    const QByteArray m_request = "GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    QTemporaryDir m_place;
    std::unique_ptr<ServerState> m_state;
    std::unique_ptr<ShutdownSequence> m_sequence;
    std::unique_ptr<HttpServer> m_server;
    quint16 m_port = 0;
};

void TestTlsEnds::initTestCase()
{
    std::signal(SIGPIPE, SIG_IGN);
    QCOMPARE(QProcess::execute(u"openssl"_s,
                               {u"req"_s, u"-x509"_s, u"-newkey"_s, u"rsa:2048"_s, u"-nodes"_s, u"-days"_s, u"2"_s,
                                u"-subj"_s, u"/CN=localhost"_s, u"-keyout"_s, m_place.filePath(u"server.key"_s),
                                u"-out"_s, m_place.filePath(u"server.pem"_s)}),
             0);
}

void TestTlsEnds::init()
{
    m_state = std::make_unique<ServerState>(u"test"_s, u"1"_s);
    m_sequence = std::make_unique<ShutdownSequence>(*m_state);
    m_state->enter(Phase::Running);
}

void TestTlsEnds::cleanup()
{
    m_server.reset();
    m_sequence.reset();
    m_state.reset();
}

void TestTlsEnds::theEndIsSaid_data()
{
    QTest::addColumn<int>("version");
    QTest::addColumn<QString>("first"); // who ends it, and how
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        for (const char *const first : {"client", "FIN", "close", "server"})
            QTest::addRow("%s, TLS 1.%d", first, version == TLS1_2_VERSION ? 2 : 3)
                << version << QString::fromLatin1(first);
    }
}

void TestTlsEnds::theEndIsSaid()
{
    QFETCH(int, version);
    QFETCH(QString, first);
    QVERIFY(!listen());
    TlsClient client(m_port, version);
    QVERIFY(client.agrees());
    QVERIFY(client.ask(first == "close"_L1 ? QByteArray(m_request).replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")
                                           : m_request));
    if (first == "client"_L1)
        client.sayEnd();
    else if (first == "FIN"_L1)
        client.sendFin();
    else if (first == "server"_L1)
        m_server.reset();
    QVERIFY(client.endsWell());
}

void TestTlsEnds::whatAKeyOfLaterCouldReadIsNotAgreedTo_data()
{
    QTest::addColumn<QByteArray>("suites");
    QTest::addColumn<bool>("isAgreedTo");
    for (const char *const suite : {"AES128-SHA", "AES256-SHA256", "AES128-GCM-SHA256", "AES256-GCM-SHA384"})
        QTest::newRow(suite) << QByteArray(suite) << false;
    for (const char *const suite :
         {"ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-CHACHA20-POLY1305"})
        QTest::newRow(suite) << QByteArray(suite) << true;
}

void TestTlsEnds::whatAKeyOfLaterCouldReadIsNotAgreedTo()
{
    QFETCH(QByteArray, suites);
    QFETCH(bool, isAgreedTo);
    QVERIFY(!listen());
    TlsClient client(m_port, TLS1_2_VERSION, suites.constData());
    QCOMPARE(client.agrees(), isAgreedTo);
}

void TestTlsEnds::aKeyThatOthersKnowIsTold_data()
{
    QTest::addColumn<int>("mode");
    QTest::addColumn<QString>("told");
    QTest::newRow("its owner's") << 0600 << u""_s;
    QTest::newRow("a group's, as Debian's ssl-cert") << 0640 << u""_s;
    QTest::newRow("everybody's") << 0644 << u"may be read by everybody \\(mode 0644\\)"_s;
    QTest::newRow("written by others") << 0660 << u"may be written by others \\(mode 0660\\)"_s;
}

/// It is taken: what mounts secrets for containers gives them such modes.
void TestTlsEnds::aKeyThatOthersKnowIsTold()
{
    QFETCH(int, mode);
    QFETCH(QString, told);
    const QByteArray key = QFile::encodeName(m_place.filePath(u"server.key"_s));
    const QByteArray place = QFile::encodeName(m_place.path());
    QCOMPARE(::chmod(key.constData(), mode_t(mode)), 0);
    QCOMPARE(::chmod(place.constData(), 0755), 0); // else nobody gets there
    static QStringList warnings;
    warnings.clear();
    const auto before =
        qInstallMessageHandler([](QtMsgType, const QMessageLogContext &, const QString &text) { warnings << text; });
    const auto problem = listen();
    qInstallMessageHandler(before);
    QCOMPARE(::chmod(place.constData(), 0700), 0);
    QCOMPARE(::chmod(key.constData(), 0600), 0);
    QVERIFY(!problem);
    const QString text = warnings.join(u'\n');
    QCOMPARE(text.contains(u"the key of TLS"_s), !told.isEmpty());
    QVERIFY2(text.contains(QRegularExpression(told)), qPrintable(text));
}

void TestTlsEnds::withoutRoomItIsNotDeadInSilence()
{
    if (Test::UnderAddressSanitizer || Test::UnderThreadSanitizer)
        QSKIP("sanitizers need descriptors of their own");
    const auto context = makeTlsContext({m_place.filePath(u"server.pem"_s), m_place.filePath(u"server.key"_s), {}});
    QVERIFY(context);
    rlimit before{};
    QCOMPARE(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const int next = ::dup(0); // the lowest that is free
    ::close(next);
    const rlimit none{rlim_t(next), before.rlim_max};
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &none), 0);
    int error = 0;
    try {
        const Handshakes handshakes(
            *context, {16, 16, 1s}, [](const auto &) {}, [](const QByteArray &) {});
    } catch (const std::system_error &thrown) {
        error = thrown.code().value();
    }
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &before), 0);
    QCOMPARE(error, EMFILE);
}

QTEST_GUILESS_MAIN(TestTlsEnds)
#include "tst_tlsends.moc"
