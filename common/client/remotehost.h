// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

#include <optional>
#include <utility>

namespace Hephaestus {

/// A machine that is reached by OpenSSH's client.
struct RemoteHost
{
    QString name{}; ///< as a fleet file calls it; empty: this machine
    QString ssh{};  ///< what `ssh` is told: `build1`, `deploy@build1`, `deploy@build1:22`, `ssh://deploy@build1:22`

    bool isHere() const { return name.isEmpty(); }

    bool operator==(const RemoteHost &) const = default;
};

/// Why `ssh` is no destination, or might be taken for an option; empty: it may be one.
QString whyNoDestination(const QString &ssh);

/// The URL of what is `url` on that host, `ssh://deploy@build1/http://127.0.0.1:8000`: told from those of the same
/// address on other machines.
QString urlThrough(const RemoteHost &host, const QString &url);

/// Such a URL in its two parts; nothing: it is none.
std::optional<std::pair<RemoteHost, QString>> splitUrl(const QString &url);

/// The arguments that name it to ssh: `-p 22 -- deploy@build1`.
QStringList destinationOf(const RemoteHost &host);

/// The words as one command line for the login shell of the other machine, whichever that is: sh, fish and csh read
/// each as the same word. No word may have a control character in it.
QString remoteCommandLine(const QStringList &words);

} // namespace Hephaestus
