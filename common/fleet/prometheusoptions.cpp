// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/prometheusoptions.h"

#include "common/base/printable.h"
#include "common/fleet/prometheusgroup.h"

#include <QCommandLineParser>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// A field of a request, `NAME: VALUE`, as RFC 9110 section 5 has it; nothing: it is none, or one that the client sets.
std::optional<std::pair<QByteArray, QByteArray>> headerOf(const QString &text)
{
    const QByteArray bytes = text.toUtf8();
    const qsizetype colon = bytes.indexOf(':');
    const QByteArray name = bytes.left(std::max<qsizetype>(colon, 0));
    const QByteArray value = bytes.mid(colon + 1).trimmed();
    const bool isName = !name.isEmpty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
    const bool isValue =
        std::ranges::all_of(value, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
    const QByteArrayList ours{"host",         "connection",        "content-length",
                              "content-type", "transfer-encoding", "authorization"};
    if (!isName || !isValue || ours.contains(name.toLower()))
        return {};
    return std::pair(name, value);
}

} // namespace

void addPrometheusOptions(QCommandLineParser &parser, const QString &what)
{
    parser.addOptions({
        {u"prometheus"_s, what, u"URL"_s},
        {u"prometheus-token-file"_s, u"A file with the bearer token for Prometheus; only its owner may read it."_s,
         u"FILE"_s},
        {u"prometheus-header"_s, u"Sent to Prometheus, such as 'X-Scope-OrgID: team'; may be repeated."_s, u"HEADER"_s},
        {u"prometheus-ca"_s, u"Certificates in PEM that Prometheus' own must be signed by (default: the system's)."_s,
         u"FILE"_s},
        {u"prometheus-cert"_s, u"The certificate in PEM to show to Prometheus, with its chain."_s, u"FILE"_s},
        {u"prometheus-key"_s, u"Its key in PEM (default: in the file of the certificate)."_s, u"FILE"_s},
    });
}

Result<QList<PrometheusServer>> prometheusServers(const QCommandLineParser &parser)
{
    PrometheusServer common;
    common.tokenFile = parser.value(u"prometheus-token-file"_s);
    common.caFile = parser.value(u"prometheus-ca"_s);
    common.certificateFile = parser.value(u"prometheus-cert"_s);
    common.keyFile = parser.value(u"prometheus-key"_s);
    for (const QString &text : parser.values(u"prometheus-header"_s)) {
        const auto header = headerOf(text);
        if (!header) // its value may be a secret
            return Problem{u"--prometheus-header"_s,
                           u"expected NAME: VALUE, and no field that the client sets, found \"%1\""_s.arg(
                               printable(text.section(u':', 0, 0).left(60)))};
        common.headers << *header;
    }
    QList<PrometheusServer> servers;
    for (const QString &url : parser.values(u"prometheus"_s)) {
        servers << common;
        servers.last().url = url;
    }
    if (servers.isEmpty() && common != PrometheusServer())
        return Problem{u"--prometheus-…"_s, u"expected --prometheus, too"_s};
    if (servers.isEmpty())
        return servers;
    if (const auto group = PrometheusGroup::at(servers); !group)
        return Problem{u"--prometheus"_s, group.problem().text()};
    return servers;
}

} // namespace Hephaestus
