// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/fleetlistingcodec.h"

#include "common/base/duration.h"
#include "common/protocol/jsonreader.h"

#include <QJsonDocument>

namespace Hephaestus {

using namespace Qt::StringLiterals;

QByteArray encode(const FleetListing &listing)
{
    QJsonArray services;
    for (const ListedService &service : listing.services)
        services.append(QJsonObject{{u"name"_s, service.name},
                                    {u"url"_s, service.url},
                                    {u"group"_s, service.group},
                                    {u"method"_s, service.method},
                                    {u"host"_s, service.host},
                                    {u"depends_on"_s, QJsonArray::fromStringList(service.dependsOn)},
                                    {u"profile"_s, QJsonArray::fromStringList(service.profiles)},
                                    {u"interval_seconds"_s, wireSeconds(service.interval)},
                                    {u"start_timeout_seconds"_s, wireSeconds(service.startTimeout)}});
    return QJsonDocument(QJsonObject{{u"path"_s, listing.path}, {u"services"_s, services}})
               .toJson(QJsonDocument::Compact)
        + '\n';
}

Result<FleetListing> decodeFleetListing(QByteArrayView json)
{
    return decodeObject(json, [](const JsonReader &reader) {
        FleetListing listing;
        reader.require("services"_L1, "the services of a fleet file"_L1);
        reader.text("path"_L1, listing.path);
        reader.eachObject("services"_L1, [&](const JsonReader &each) {
            ListedService service;
            each.require("name"_L1, "a service's name"_L1);
            each.require("url"_L1, "where it is"_L1);
            each.text("name"_L1, service.name);
            each.text("url"_L1, service.url);
            each.text("group"_L1, service.group);
            each.text("method"_L1, service.method);
            each.text("host"_L1, service.host);
            each.texts("depends_on"_L1, service.dependsOn);
            each.texts("profile"_L1, service.profiles);
            each.duration("interval_seconds"_L1, service.interval);
            each.duration("start_timeout_seconds"_L1, service.startTimeout);
            listing.services << service;
        });
        return listing;
    });
}

} // namespace Hephaestus
