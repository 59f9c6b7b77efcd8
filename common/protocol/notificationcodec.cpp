// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/notificationcodec.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace Hephaestus {

using namespace Qt::StringLiterals;

QByteArray encode(const Notification &notification)
{
    QJsonObject object{{u"kind"_s, notification.kind},
                       {u"title"_s, notification.title},
                       {u"text"_s, notification.text},
                       {u"services"_s, QJsonArray::fromStringList(notification.services)}};
    if (!notification.hook.isEmpty()) {
        object.insert(u"fleet"_s, notification.fleet);
        object.insert(u"hook"_s, notification.hook);
    }
    return QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
}

} // namespace Hephaestus
