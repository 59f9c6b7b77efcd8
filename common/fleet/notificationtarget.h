// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QUrl>

namespace Hephaestus {

/// Where notifications go.
struct NotificationTarget
{
    enum class Kind {
        Ntfy,    ///< the title and the text, as ntfy wants them
        Webhook, ///< the JSON object of encode(Notification), by POST
        Command, ///< the same object at its standard input; never through a shell
    };

    Kind kind = Kind::Ntfy;
    QUrl url{};
    QStringList command{};
    QString directory{}; ///< where the command runs; empty: where this program does

    bool operator==(const NotificationTarget &) const = default;
};

/// Whether a notification can be posted there: an absolute URL of HTTP.
bool isPostable(const QUrl &url);

} // namespace Hephaestus
