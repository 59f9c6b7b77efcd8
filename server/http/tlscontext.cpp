// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/tlscontext.h"

#include "common/base/regularfile.h"

#include <QFile>

#include <algorithm>
#include <string_view>
#include <vector>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

using Input = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

constexpr long MostOfACertificate = 32 * 1024; ///< bytes, of a client's whole chain

Result<QByteArray> contentsOf(const QString &path)
{
    QFile file;
    if (const auto problem = openRegularFile(file, path))
        return *problem;
    return file.read(1024 * 1024);
}

Input inputOf(const QByteArray &bytes) { return {BIO_new_mem_buf(bytes.constData(), int(bytes.size())), &BIO_free}; }

/// Nobody is there to ask for a passphrase.
int noPassphrase(char *, int, int, void *) { return 0; }

Result<std::vector<Certificate>> certificatesOf(const QString &path)
{
    const auto pem = contentsOf(path);
    if (!pem)
        return pem.problem();
    const Input input = inputOf(*pem);
    std::vector<Certificate> certificates;
    while (X509 *const one = PEM_read_bio_X509(input.get(), nullptr, &noPassphrase, nullptr))
        certificates.emplace_back(one, &X509_free);
    const bool isAtEnd = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    if (certificates.empty())
        return Problem{path, u"expected a certificate in PEM format"_s};
    if (!isAtEnd)
        return Problem{path, u"certificate %1 of it is not one in PEM format"_s.arg(certificates.size() + 1)};
    return certificates;
}

Result<Key> keyOf(const QString &path)
{
    const auto pem = contentsOf(path);
    if (!pem)
        return pem.problem();
    Key key(PEM_read_bio_PrivateKey(inputOf(*pem).get(), nullptr, &noPassphrase, nullptr), &EVP_PKEY_free);
    ERR_clear_error();
    if (!key)
        return Problem{path, u"expected a private key in PEM format, without a passphrase"_s};
    return key;
}

Problem refused(const QString &path)
{
    const char *const why = ERR_reason_error_string(ERR_get_error());
    ERR_clear_error();
    return {path, u"OpenSSL does not take it: "_s + QString::fromLatin1(why ? why : "no reason was told")};
}

std::optional<Problem> setIdentity(SSL_CTX *context, const TlsOptions &options)
{
    const auto chain = certificatesOf(options.certificate);
    if (!chain)
        return chain.problem();
    const auto key = keyOf(options.key);
    if (!key)
        return key.problem();
    if (SSL_CTX_use_certificate(context, chain->front().get()) != 1)
        return refused(options.certificate);
    for (size_t i = 1; i < chain->size(); ++i) {
        if (SSL_CTX_add1_chain_cert(context, (*chain)[i].get()) != 1)
            return refused(options.certificate);
    }
    if (SSL_CTX_use_PrivateKey(context, key->get()) != 1 || SSL_CTX_check_private_key(context) != 1)
        return refused(options.key);
    return {};
}

std::optional<Problem> setClientCa(SSL_CTX *context, const QString &path)
{
    const auto authorities = certificatesOf(path);
    if (!authorities)
        return authorities.problem();
    X509_STORE *const store = SSL_CTX_get_cert_store(context);
    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN); // signed by one of these, whoever signed that one
    for (const Certificate &authority : *authorities) {
        if (X509_STORE_add_cert(store, authority.get()) != 1 || SSL_CTX_add_client_CA(context, authority.get()) != 1)
            return refused(path);
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL_CTX_set_max_cert_list(context, MostOfACertificate);
    return {};
}

/// A client that offers other protocols alone gets its handshake, and no protocol.
int chooseProtocol(SSL *, const unsigned char **chosen, unsigned char *size, const unsigned char *offered,
                   unsigned int length, void *)
{
    static constexpr unsigned char Http[] = "\x08http/1.1";
    const int found =
        SSL_select_next_proto(const_cast<unsigned char **>(chosen), size, Http, sizeof Http - 1, offered, length);
    return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

} // namespace

Result<TlsContext> makeTlsContext(const TlsOptions &options)
{
    const TlsContext context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
    if (!context)
        return refused(u"TLS"_s);
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    // Who gets the key later reads nothing of what was said before; all of TLS 1.3 is so.
    if (SSL_CTX_set_cipher_list(context.get(), "DEFAULT:!kRSA") != 1)
        return refused(u"TLS"_s);
    SSL_CTX_set_options(context.get(),
                        SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET
                            | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_num_tickets(context.get(), 0);
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context.get(),
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS
                         | SSL_MODE_NO_AUTO_CHAIN); // no certificate of the clients' authorities is sent
    SSL_CTX_clear_mode(context.get(),
                       SSL_MODE_AUTO_RETRY); // one record a read: who sends many empty ones holds nobody up
    SSL_CTX_set_alpn_select_cb(context.get(), &chooseProtocol, nullptr);
    if (auto problem = setIdentity(context.get(), options))
        return *problem;
    if (!options.clientCa.isEmpty()) {
        if (auto problem = setClientCa(context.get(), options.clientCa))
            return *problem;
    }
    return context;
}

} // namespace Hephaestus
