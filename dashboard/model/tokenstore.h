// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/fleet.h"

#include <QObject>

#include <functional>

namespace Hephaestus {

/// Keeps the bearer tokens of services that were added by hand, by their URLs. They are in the desktop's keyring where
/// one answers, else each in a file that only its owner can read; never in the settings. Nothing here waits. What was
/// asked comes back by a callback in this object's thread, and not once it is destroyed.
class TokenStore : public QObject
{
    Q_OBJECT

public:
    /// `$XDG_DATA_HOME/hephaestus/tokens`.
    static QString defaultDirectory();

    /// `directory` is for the files, and made when one is needed.
    explicit TokenStore(const QString &directory = defaultDirectory(), QObject *parent = nullptr);

    using Done = std::function<void(std::optional<Problem>)>;
    using Found = std::function<void(const FleetEntry &, const std::optional<Problem> &)>;

    /// In one place only: what was kept before is replaced. A Problem: it is not kept.
    void keep(const QString &url, const QString &token, const Done &done);
    void forget(const QString &url);
    /// Hands `entry` back with the file its token is in, or else with the token. Without both if there is none, or if
    /// the keyring does not tell (a Problem). A file comes first: it is there because the keyring could not be had
    /// when the token was last kept.
    void find(const FleetEntry &entry, const Found &done);

    QString fileOf(const QString &url) const;

private:
    std::optional<Problem> write(const QString &url, const QString &token) const;

    QString m_directory;
};

} // namespace Hephaestus
