// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/icons.h"

#include "dashboard/ui/theme.h"

#include <QFile>
#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPalette>
#include <QPixmapCache>
#include <QSvgRenderer>

#include <algorithm>

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

namespace {

using ColourOf = std::function<QColor(const QPalette &, QIcon::Mode)>;

/// Asks for its colour each time that it is drawn, so it follows the palette.
class FollowingIcon : public QIconEngine
{
public:
    FollowingIcon(QString name, ColourOf colourOf) : m_name(std::move(name)), m_colourOf(std::move(colourOf)) {}

    QIconEngine *clone() const override { return new FollowingIcon(*this); }

    void paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State) override
    {
        const int side = std::min(rect.width(), rect.height());
        QRect place(0, 0, side, side);
        place.moveCenter(rect.center());
        painter->drawPixmap(place, Icons::pixmap(m_name, side, colour(mode), painter->device()->devicePixelRatio()));
    }

    /// `size` is of the device.
    QPixmap pixmap(const QSize &size, QIcon::Mode mode, QIcon::State) override
    {
        return Icons::pixmap(m_name, std::min(size.width(), size.height()), colour(mode), 1);
    }

private:
    QColor colour(QIcon::Mode mode) const { return m_colourOf(QGuiApplication::palette(), mode); }

    QString m_name;
    ColourOf m_colourOf;
};

} // namespace

QIcon action(const QString &name)
{
    return QIcon(new FollowingIcon(name, [](const QPalette &palette, QIcon::Mode mode) {
        return palette.color(mode == QIcon::Disabled ? QPalette::Disabled : QPalette::Active, QPalette::ButtonText);
    }));
}

QIcon coloured(const QString &name, const std::function<QColor(const Theme &)> &colour)
{
    return QIcon(
        new FollowingIcon(name, [colour](const QPalette &palette, QIcon::Mode) { return colour(Theme::of(palette)); }));
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
