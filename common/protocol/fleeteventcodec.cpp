// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/fleeteventcodec.h"

#include <QJsonDocument>
#include <QJsonObject>

namespace Hephaestus {

using namespace Qt::StringLiterals;

QString wireName(FleetEvent::Kind kind)
{
    switch (kind) {
    case FleetEvent::Kind::State: return u"state"_s;
    case FleetEvent::Kind::Code: return u"code"_s;
    case FleetEvent::Kind::Act: return u"act"_s;
    case FleetEvent::Kind::Death: return u"death"_s;
    }
    Q_UNREACHABLE();
}

QByteArray encode(const FleetEvent &event)
{
    const auto orNull = [](const QString &text) { return text.isEmpty() ? QJsonValue() : QJsonValue(text); };
    const QJsonObject object{
        {u"time"_s, orNull(event.time.isValid() ? event.time.toUTC().toString(Qt::ISODateWithMs) : QString())},
        {u"service"_s, event.service},
        {u"kind"_s, wireName(event.kind)},
        {u"before"_s, orNull(event.before)},
        {u"now"_s, orNull(event.now)},
        {u"ok"_s, event.ok ? QJsonValue(*event.ok) : QJsonValue()},
        {u"by"_s, orNull(event.by)},
        {u"message"_s, orNull(event.message)}};
    return QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
}

} // namespace Hephaestus
