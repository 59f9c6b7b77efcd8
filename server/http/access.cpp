// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/access.h"

#include <algorithm>
#include <array>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// The host of a Host field: without port, brackets and the dot that ends a full name.
QByteArray hostName(QByteArrayView field)
{
    QByteArrayView name = field;
    if (name.startsWith('['))
        return name.sliced(1, std::max<qsizetype>(name.indexOf(']'), 1) - 1).toByteArray();
    if (const qsizetype colon = name.indexOf(':'); colon >= 0)
        name = name.first(colon);
    if (name.endsWith('.'))
        name.chop(1);
    return name.toByteArray();
}

/// A literal address: it is looked up nowhere, so it cannot be another site's name for this machine.
bool isAddress(const QByteArray &name)
{
    const auto isDigitOrDot = [](char c) { return (c >= '0' && c <= '9') || c == '.'; };
    return name.contains(':') || (!name.isEmpty() && std::all_of(name.begin(), name.end(), isDigitOrDot));
}

bool isLoopbackName(const QByteArray &name)
{
    return ServiceAddress{ServiceAddress::Kind::Tcp, QString::fromLatin1(name), 0, {}}.isLoopback();
}

bool contains(const QStringList &list, QByteArrayView text)
{
    return list.contains(QLatin1StringView(text.data(), text.size()), Qt::CaseInsensitive);
}

bool isAllowedHost(const AccessRules &rules, const RequestHead &head, const Caller &caller)
{
    const QByteArray name = hostName(head.host);
    return (caller.reachedLoopback && isLoopbackName(name)) || contains(rules.allowedHosts, name)
        || (!caller.localAddress.isEmpty() && name == caller.localAddress);
}

std::optional<Refusal> refuseRead(const AccessRules &rules, const RequestHead &head, const Caller &caller)
{
    // Whoever opened the service beyond loopback gave it names we cannot know, and a token or TLS with them.
    const bool rebound = caller.reachedLoopback && !caller.overUnixSocket && !head.host.isNull()
        && !isAddress(hostName(head.host)) && !isAllowedHost(rules, head, caller);
    if (rebound)
        return Refusal{403, "host_not_allowed", "the Host field names no host of this service"};
    return {};
}

std::optional<Refusal> refuseBrowser(const AccessRules &rules, const RequestHead &head)
{
    const int origins = countOf(head.fields, "origin");
    const QByteArray origin = valueOf(head.fields, "origin");
    if (origins == 1 && contains(rules.allowedOrigins, origin))
        return {};
    const bool isForeign = std::any_of(head.fields.begin(), head.fields.end(), [](const HeaderField &field) {
        return field.name.toLower() == "sec-fetch-site" && field.value != "same-origin" && field.value != "none";
    });
    if (origins > 0 || isForeign)
        return Refusal{403, "origin_not_allowed", "pages of that origin may not call this service"};
    return {};
}

std::optional<Refusal> refuseWithoutToken(const AccessToken &token, const RequestHead &head)
{
    const QByteArray field = valueOf(head.fields, "authorization");
    constexpr QByteArrayView scheme = "bearer ";
    const bool isBearer =
        QByteArrayView(field).first(std::min(field.size(), scheme.size())).compare(scheme, Qt::CaseInsensitive) == 0;
    if (!isBearer || countOf(head.fields, "authorization") != 1)
        return Refusal{401, "token_required", "this needs an Authorization field with a bearer token"};
    if (!token.matches(field.sliced(scheme.size()).trimmed()))
        return Refusal{401, "token_wrong", "that bearer token is not this service's"};
    return {};
}

/// Proxies say with these fields for whom they ask, or that they do: the standard's, those of nginx, Apache, Envoy,
/// Traefik, WebLogic and of the large content networks. The Python package has the same list (access.py).
constexpr std::array<QByteArrayView, 28> ForwardedFields{
    "forwarded",
    "forwarded-for",
    "via",
    "cdn-loop",
    "client-ip",
    "x-client-ip",
    "true-client-ip",
    "x-cluster-client-ip",
    "x-real-ip",
    "x-real-port",
    "x-remote-ip",
    "x-remote-addr",
    "x-original-forwarded-for",
    "x-originating-ip",
    "x-proxyuser-ip",
    "proxy-client-ip",
    "wl-proxy-client-ip",
    "x-envoy-external-address",
    "cf-connecting-ip",
    "cf-connecting-ipv6",
    "cf-pseudo-ipv4",
    "cf-ray",
    "fastly-client-ip",
    "fly-client-ip",
    "x-azure-clientip",
    "x-azure-socketip",
    "x-appengine-user-ip",
    "x-amz-cf-id",
};

/// True for those, and for `X-Forwarded` and all `X-Forwarded-…`.
bool isForwarded(const RequestHead &head)
{
    return std::any_of(head.fields.begin(), head.fields.end(), [](const HeaderField &field) {
        const QByteArray name = field.name.toLower();
        return name == "x-forwarded" || name.startsWith("x-forwarded-")
            || std::find(ForwardedFields.begin(), ForwardedFields.end(), name) != ForwardedFields.end();
    });
}

std::optional<Refusal> refuseOtherUser(const AccessRules &rules, const RequestHead &head, const Caller &caller)
{
    if (!caller.reachedLoopback && rules.insecure)
        return {};
    if (isForwarded(head))
        return Refusal{403, "forwarded", "this came through a proxy, whose user says nothing of the caller's"};
    const std::optional<uid_t> user = caller.user ? caller.user() : std::nullopt;
    if (!user)
        return Refusal{403, "caller_unknown", "the calling process could not be found; a configured token would do"};
    if (*user != caller.serviceUser && *user != 0)
        return Refusal{403, "other_user", "only the service's own user and root may do that"};
    return {};
}

} // namespace

std::optional<Refusal> refuseRequest(const AccessRules &rules, const RequestHead &head, const Caller &caller,
                                     Identity identity)
{
    if (isSafe(head.method))
        return refuseRead(rules, head, caller);
    if (head.host.isNull())
        return Refusal{400, "missing_host", "this needs a Host field"};
    if (!isAllowedHost(rules, head, caller))
        return Refusal{403, "host_not_allowed", "the Host field names no host of this service"};
    if (auto refusal = refuseBrowser(rules, head))
        return refusal;
    if (identity == Identity::NotNeeded)
        return {};
    return rules.token ? refuseWithoutToken(*rules.token, head) : refuseOtherUser(rules, head, caller);
}

std::optional<Refusal> refusePrivateRead(const AccessRules &rules, const RequestHead &head, const Caller &caller)
{
    if (auto refusal = refuseRead(rules, head, caller))
        return refusal;
    if (auto refusal = refuseBrowser(rules, head))
        return refusal;
    const std::optional<Refusal> withoutToken = rules.token
        ? refuseWithoutToken(*rules.token, head)
        : Refusal{403, "private", "beyond loopback this is only for callers with a token"};
    if (!withoutToken || !caller.reachedLoopback)
        return withoutToken;
    const std::optional<Refusal> otherUser = refuseOtherUser(rules, head, caller);
    return otherUser && rules.token ? withoutToken : otherUser;
}

bool mayReadAll(const AccessRules &rules, const RequestHead &head, const Caller &caller)
{
    return caller.reachedLoopback || (rules.token && !refuseWithoutToken(*rules.token, head));
}

std::optional<Problem> refuseToListen(const AccessRules &rules, bool tls, const ServiceAddress &address)
{
    if (address.isLoopback() || rules.insecure || (rules.token && tls))
        return {};
    const QString missing = rules.token ? u"TLS"_s : tls ? u"a token"_s : u"a token and TLS"_s;
    return Problem{address.text(),
                   u"is reachable from other machines and needs %1 (or insecure = true)"_s.arg(missing)};
}

} // namespace Hephaestus
