// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/fleetexport.h"

#include "common/base/printable.h"

#include <QSet>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// A basic string of TOML; what is in it is printable.
QString tomlText(const QString &text)
{
    return u'"' + printable(text).replace(u'\\', u"\\\\"_s).replace(u'"', u"\\\""_s) + u'"';
}

} // namespace

QByteArray fleetFileWith(const QList<FleetEntry> &services)
{
    QString file = u"# Written by hephaestus-dashboard. `hephaestus status --fleet THIS_FILE` reads it too.\n"_s;
    QSet<QString> hosts;
    for (const FleetEntry &entry : services) {
        if (entry.host.isHere() || hosts.contains(entry.host.name))
            continue;
        hosts << entry.host.name;
        file += u"\n[[host]]\nname = %1\nssh = %2\n"_s.arg(tomlText(entry.host.name), tomlText(entry.host.ssh));
    }
    QSet<QString> names;
    for (const FleetEntry &entry : services) {
        const QString name =
            names.contains(entry.name) ? (entry.name + u' ' + entry.url).left(200) : entry.name.left(200);
        names << name;
        file += u"\n[[service]]\n"_s;
        const auto parts = splitUrl(entry.url);
        if (!entry.host.isHere())
            file += u"host = %1\n"_s.arg(tomlText(entry.host.name));
        file += u"name = %1\nurl = %2\n"_s.arg(tomlText(name), tomlText(parts ? parts->second : entry.url));
        if (!entry.group.isEmpty())
            file += u"group = %1\n"_s.arg(tomlText(entry.group));
        if (!entry.caFile.isEmpty())
            file += u"ca_file = %1\n"_s.arg(tomlText(entry.caFile));
        if (!entry.fingerprint.isEmpty())
            file += u"fingerprint = \"SHA256:%1\"\n"_s.arg(fingerprintText(entry.fingerprint));
        if (std::holds_alternative<RestartByService>(entry.restart))
            file += u"restart = { method = \"service\" }\n"_s;
        if (!entry.token.isEmpty())
            file += u"# It needs a token: write it into a file that only you may read, and name that file here.\n"
                    "# token_file = \"/path/to/the/token\"\n"_s;
    }
    return file.toUtf8();
}

} // namespace Hephaestus
