// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/preferences.h"

#include <QSettings>

namespace Hephaestus {

using namespace Qt::StringLiterals;

Preferences Preferences::read(const QSettings &settings)
{
    Preferences read;
    const QString colors = settings.value(u"preferences/colors"_s, read.colors).toString();
    if (colors == "light"_L1 || colors == "dark"_L1)
        read.colors = colors;
    read.language = settings.value(u"preferences/language"_s).toString();
    const auto flag = [&](const QString &key, bool &value) {
        value = settings.value(u"preferences/"_s + key, value).toBool();
    };
    flag(u"grouped"_s, read.grouped);
    flag(u"askBeforeIdleRestart"_s, read.askBeforeIdleRestart);
    flag(u"tray"_s, read.tray);
    flag(u"closeToTray"_s, read.closeToTray);
    flag(u"notifications"_s, read.notifications);
    const qint64 seconds =
        settings.value(u"preferences/notifyAfterSeconds"_s, qint64(read.notifyAfter.count())).toLongLong();
    if (seconds >= 0 && seconds <= 3600)
        read.notifyAfter = std::chrono::seconds(seconds);
    read.alertRules = settings.value(u"preferences/alertRules"_s).toStringList();
    read.alertTargets = settings.value(u"preferences/alertTargets"_s).toStringList();
    read.alertmanagers = settings.value(u"preferences/alertmanagers"_s).toStringList();
    flag(u"pushAlerts"_s, read.pushAlerts);
    read.fleetFiles = settings.value(u"preferences/fleetFiles"_s).toStringList();
    return read;
}

void Preferences::write(QSettings &settings) const
{
    settings.setValue(u"preferences/colors"_s, colors);
    settings.setValue(u"preferences/language"_s, language);
    settings.setValue(u"preferences/grouped"_s, grouped);
    settings.setValue(u"preferences/askBeforeIdleRestart"_s, askBeforeIdleRestart);
    settings.setValue(u"preferences/tray"_s, tray);
    settings.setValue(u"preferences/closeToTray"_s, closeToTray);
    settings.setValue(u"preferences/notifications"_s, notifications);
    settings.setValue(u"preferences/notifyAfterSeconds"_s, qint64(notifyAfter.count()));
    settings.setValue(u"preferences/alertRules"_s, alertRules);
    settings.setValue(u"preferences/alertTargets"_s, alertTargets);
    settings.setValue(u"preferences/alertmanagers"_s, alertmanagers);
    settings.setValue(u"preferences/pushAlerts"_s, pushAlerts);
    settings.setValue(u"preferences/fleetFiles"_s, fleetFiles);
}

} // namespace Hephaestus
