// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/prometheusoptions.h"

#include "common/base/printable.h"
#include "common/fleet/prometheusconnection.h"

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

void addOptions(QCommandLineParser &parser, const QString &option, const QString &name, const QString &what)
{
    parser.addOptions({
        {option, what, u"URL"_s},
        {option + u"-token-file"_s, u"A file with the bearer token for %1; only its owner may read it."_s.arg(name),
         u"FILE"_s},
        {option + u"-header"_s, u"Sent to %1, such as 'X-Scope-OrgID: team'; may be repeated."_s.arg(name),
         u"HEADER"_s},
        {option + u"-ca"_s, u"Certificates in PEM that %1's own must be signed by (default: the system's)."_s.arg(name),
         u"FILE"_s},
        {option + u"-cert"_s, u"The certificate in PEM to show to %1, with its chain."_s.arg(name), u"FILE"_s},
        {option + u"-key"_s, u"Its key in PEM (default: in the file of the certificate)."_s, u"FILE"_s},
    });
}

Result<QList<PrometheusServer>> serversOf(const QCommandLineParser &parser, const QString &option)
{
    PrometheusServer common;
    common.tokenFile = parser.value(option + u"-token-file"_s);
    common.caFile = parser.value(option + u"-ca"_s);
    common.certificateFile = parser.value(option + u"-cert"_s);
    common.keyFile = parser.value(option + u"-key"_s);
    for (const QString &text : parser.values(option + u"-header"_s)) {
        const auto header = headerOf(text);
        if (!header) // its value may be a secret
            return Problem{u"--%1-header"_s.arg(option),
                           u"expected NAME: VALUE, and no field that the client sets, found \"%1\""_s.arg(
                               printable(text.section(u':', 0, 0).left(60)))};
        common.headers << *header;
    }
    QList<PrometheusServer> servers;
    for (const QString &url : parser.values(option)) {
        servers << common;
        servers.last().url = url;
        if (const auto connection = PrometheusConnection::at(servers.last()); !connection)
            return Problem{u"--"_s + option, connection.problem().text()};
    }
    if (servers.isEmpty() && common != PrometheusServer())
        return Problem{u"--%1-…"_s.arg(option), u"expected --%1, too"_s.arg(option)};
    return servers;
}

} // namespace

void addPrometheusOptions(QCommandLineParser &parser, const QString &what)
{
    addOptions(parser, u"prometheus"_s, u"Prometheus"_s, what);
}

Result<QList<PrometheusServer>> prometheusServers(const QCommandLineParser &parser)
{
    return serversOf(parser, u"prometheus"_s);
}

void addAlertmanagerOptions(QCommandLineParser &parser, const QString &what)
{
    addOptions(parser, u"alertmanager"_s, u"Alertmanager"_s, what);
}

Result<QList<PrometheusServer>> alertmanagers(const QCommandLineParser &parser)
{
    return serversOf(parser, u"alertmanager"_s);
}

} // namespace Hephaestus
