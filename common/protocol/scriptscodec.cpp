// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/scriptscodec.h"

#include "common/protocol/jsonreader.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;

PackageScripts decodeScripts(QByteArrayView packageJson)
{
    const JsonReader reader = JsonReader::lenient(packageJson);
    const QJsonObject scripts = reader.value("scripts"_L1).toObject();
    PackageScripts found;
    for (auto it = scripts.begin(); it != scripts.end(); ++it)
        found.scripts.insert(it.key(), it.value().toString());
    found.hasDependencies = !reader.value("dependencies"_L1).toObject().isEmpty()
        || !reader.value("devDependencies"_L1).toObject().isEmpty();
    return found;
}

} // namespace Hephaestus
