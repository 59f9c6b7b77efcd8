// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/scrapetargets.h"

#include "common/client/httpconnection.h"
#include "common/protocol/endpoints.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// Empty: it can be scraped.
QString whyNotScraped(const Result<HttpPeer> &peer)
{
    if (!peer)
        return peer.problem().text();
    if (!peer->host.isHere())
        return u"it is on %1 behind ssh, where Prometheus does not come; run one there, or scrape another address"_s
            .arg(peer->host.name);
    if (peer->address.kind != ServiceAddress::Kind::Tcp)
        return u"Prometheus cannot scrape a Unix-domain socket"_s;
    const QStringList ours{QString(), Endpoint::LiveAlias, Endpoint::Live, Endpoint::Status};
    if (!ours.contains(peer->endpoint))
        return u"%1 is another program's, which has no metrics of Hephaestus"_s.arg(peer->endpoint);
    return {};
}

} // namespace

QString instanceLabelOf(const FleetEntry &entry)
{
    const Result<HttpPeer> peer = parsePeer(entry.url);
    const bool isScraped = peer && peer->host.isHere() && peer->address.kind == ServiceAddress::Kind::Tcp;
    return isScraped ? peer->address.text() + peer->prefix : entry.url;
}

ScrapeTargets scrapeTargets(const Fleet &fleet)
{
    ScrapeTargets targets;
    for (const FleetEntry &entry : fleet.services) {
        const Result<HttpPeer> peer = parsePeer(entry.url);
        if (const QString why = whyNotScraped(peer); !why.isEmpty()) {
            targets.leftOut << u"%1 is left out: %2"_s.arg(entry.name, why);
            continue;
        }
        TargetGroup group;
        group.targets << peer->address.text();
        group.labels = {{u"service"_s, entry.name},
                        {u"__scheme__"_s, peer->tls ? u"https"_s : u"http"_s},
                        {u"__metrics_path__"_s, peer->prefix + Endpoint::Metrics}};
        if (!entry.group.isEmpty())
            group.labels.insert(u"fleet_group"_s, entry.group);
        if (!peer->prefix.isEmpty())
            group.labels.insert(u"instance"_s, group.targets.first() + peer->prefix);
        targets.groups << group;
    }
    return targets;
}

} // namespace Hephaestus
