// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/actwatch.h"

#include "common/fleet/actlock.h"

#include <QFile>

namespace Hephaestus {

using namespace Qt::StringLiterals;

ActWatch::ActWatch(QObject *parent) : QObject(parent)
{
    connect(&m_folder, &DirectoryWatch::noticed, this, [this](const QByteArray &, const QByteArray &name) {
        if (name.endsWith(".json"))
            Q_EMIT changed(QFile::decodeName(name));
    });
}

std::optional<Problem> ActWatch::start(const QString &stateDirectory)
{
    const Result<QString> folder = folderOfActs(stateDirectory);
    if (!folder)
        return folder.problem();
    if (!m_folder.watch(QFile::encodeName(*folder)))
        return Problem{*folder, u"it cannot be watched"_s};
    return {};
}

} // namespace Hephaestus
