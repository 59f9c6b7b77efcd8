// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>
#include <QMap>
#include <QString>

namespace Hephaestus {

/// What a `package.json` says that matters for running its scripts.
struct PackageScripts
{
    QMap<QString, QString> scripts;
    bool hasDependencies = false;

    bool operator==(const PackageScripts &) const = default;
};

/// Nothing of what is not there, or not as it should be.
PackageScripts decodeScripts(QByteArrayView packageJson);

} // namespace Hephaestus
