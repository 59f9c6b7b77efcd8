// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/alertmanagerline.h"

#include "common/fleet/prometheusconnection.h"

#include <QCoreApplication>
#include <QProcess>

namespace Hephaestus {

using namespace Qt::StringLiterals;

Result<PrometheusServer> parseAlertmanager(const QString &line)
{
    const QStringList words = QProcess::splitCommand(line);
    PrometheusServer server{.url = words.value(0)};
    for (const QString &word : words.mid(1)) {
        const QString key = word.section(u'=', 0, 0);
        QString *const target = key == "token-file"_L1 ? &server.tokenFile
            : key == "ca"_L1                           ? &server.caFile
            : key == "cert"_L1                         ? &server.certificateFile
            : key == "key"_L1                          ? &server.keyFile
                                                       : nullptr;
        if (!target || !word.contains(u'='))
            return Problem{word,
                           QCoreApplication::translate(
                               "AlertSettings", "expected http://HOST:9093, then token-file=, ca=, cert= or key=")};
        *target = word.section(u'=', 1);
    }
    if (const auto connection = PrometheusConnection::at(server); !connection)
        return Problem{server.url, connection.problem().text()};
    return server;
}

} // namespace Hephaestus
