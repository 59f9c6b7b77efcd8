// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/icons.h"

#include <QFile>
#include <QPainter>
#include <QPalette>
#include <QPixmapCache>
#include <QSvgRenderer>

namespace Hephaestus::Icons {

using namespace Qt::StringLiterals;

QPixmap pixmap(const QString &name, int size, const QColor &colour, qreal devicePixelRatio)
{
    const QString key = u"hephaestus/%1/%2/%3/%4"_s.arg(name, colour.name()).arg(size).arg(devicePixelRatio);
    QPixmap picture;
    if (QPixmapCache::find(key, &picture))
        return picture;
    QFile file(u":/icons/%1.svg"_s.arg(name));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("no icon named %s", qUtf8Printable(name));
    QSvgRenderer renderer(file.readAll().replace("currentColor", colour.name().toLatin1()));
    picture = QPixmap(QSize(size, size) * devicePixelRatio);
    picture.setDevicePixelRatio(devicePixelRatio);
    picture.fill(Qt::transparent);
    QPainter painter(&picture);
    renderer.render(&painter, QRectF(0, 0, size, size));
    painter.end();
    QPixmapCache::insert(key, picture);
    return picture;
}

QIcon action(const QString &name, const QPalette &palette)
{
    QIcon icon;
    for (const int size : {16, 24, 32}) {
        for (const qreal ratio : {1.0, 2.0}) {
            icon.addPixmap(pixmap(name, size, palette.color(QPalette::Active, QPalette::ButtonText), ratio));
            icon.addPixmap(pixmap(name, size, palette.color(QPalette::Disabled, QPalette::ButtonText), ratio),
                           QIcon::Disabled);
        }
    }
    return icon;
}

QString nameOf(ServiceState state)
{
    switch (state) {
    case ServiceState::Healthy: return u"healthy"_s;
    case ServiceState::Reachable: return u"reachable"_s;
    case ServiceState::Foreign: return u"foreign"_s;
    case ServiceState::Unknown: return u"unknown"_s;
    case ServiceState::Starting: return u"starting"_s;
    case ServiceState::Restarting: return u"restarting"_s;
    case ServiceState::ShuttingDown: return u"shutting-down"_s;
    case ServiceState::Stopped: return u"stopped"_s;
    case ServiceState::NotUnderstood: return u"not-understood"_s;
    case ServiceState::Unauthorized: return u"unauthorized"_s;
    case ServiceState::Unreachable: return u"gone"_s;
    case ServiceState::DependencyError: return u"error"_s;
    }
    Q_UNREACHABLE();
}

QString nameOf(DependencyStatus status)
{
    switch (status) {
    case DependencyStatus::Working: return u"dependency-working"_s;
    case DependencyStatus::Error: return u"dependency-error"_s;
    case DependencyStatus::NotUsed: return u"dependency-not-used"_s;
    case DependencyStatus::Unknown: return u"dependency-unknown"_s;
    }
    Q_UNREACHABLE();
}

} // namespace Hephaestus::Icons
