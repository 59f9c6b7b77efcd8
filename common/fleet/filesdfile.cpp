// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/filesdfile.h"

#include "common/base/printable.h"
#include "common/base/regularfile.h"
#include "common/client/httpconnection.h"
#include "common/protocol/filesd.h"

#include <QFile>
#include <QFileInfo>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 LargestFile = 4 * 1024 * 1024;
constexpr qsizetype MostTargets = 2000;

} // namespace

FleetReading readFileSd(const QString &path)
{
    FleetReading reading;
    reading.fleet.path = QFileInfo(path).absoluteFilePath();
    QFile file;
    if (const auto problem = openRegularFile(file, path)) {
        reading.problems << *problem;
        return reading;
    }
    const QByteArray content = file.read(LargestFile + 1);
    reading.content = content;
    const Result<QList<TargetGroup>> groups =
        content.size() > LargestFile ? Problem{{}, u"larger than 4 MiB"_s} : decodeFileSd(content);
    if (!groups) {
        reading.problems << Problem{groups.problem().where.isEmpty() ? path : path + u": "_s + groups.problem().where,
                                    groups.problem().what};
        return reading;
    }
    QStringList names;
    for (const TargetGroup &group : *groups) {
        for (const QString &target : group.targets) {
            FleetEntry entry;
            entry.url = group.labels.value(u"__scheme__"_s, u"http"_s) + u"://"_s + target;
            const Result<HttpPeer> peer = parsePeer(entry.url);
            if (!peer || reading.fleet.services.size() >= MostTargets) {
                reading.problems << Problem{
                    path,
                    peer ? u"more than %1 targets"_s.arg(MostTargets)
                         : u"target \"%1\": expected HOST:PORT"_s.arg(printable(target.left(140)))};
                continue;
            }
            entry.url = canonicalUrl(entry.url);
            entry.group = printable(group.labels.value(u"job"_s).left(200));
            entry.name =
                printable(group.labels.value(u"service"_s, group.labels.value(u"instance"_s, target)).left(150));
            if (names.contains(entry.name))
                entry.name += u' ' + target;
            names << entry.name;
            const QString ssh = group.labels.value(u"__ssh__"_s);
            if (const QString why = whyNoDestination(ssh); !ssh.isEmpty() && !why.isEmpty()) {
                reading.problems << Problem{path,
                                            u"__ssh__ of target \"%1\": %2"_s.arg(printable(target.left(140)), why)};
                continue;
            }
            const RemoteHost host{ssh, ssh};
            if (!ssh.isEmpty() && !reading.fleet.hosts.contains(host))
                reading.fleet.hosts << host;
            reading.fleet.services << (ssh.isEmpty() ? entry : onHost(entry, host));
        }
    }
    return reading;
}

} // namespace Hephaestus
