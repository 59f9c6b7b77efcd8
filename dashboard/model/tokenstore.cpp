// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/tokenstore.h"

#include "common/base/privatedirectory.h"
#include "dashboard/model/keyring.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFileInfo>
#include <QSaveFile>
#include <QStandardPaths>

#include <tuple>

namespace Hephaestus {

using namespace Qt::StringLiterals;

QString TokenStore::defaultDirectory()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) + u"/hephaestus/tokens"_s;
}

TokenStore::TokenStore(const QString &directory, QObject *parent) : QObject(parent), m_directory(directory)
{
    if (!QFileInfo::exists(m_directory))
        return;
    // Where an earlier version or somebody's hand left them readable.
    std::ignore = makePrivateDirectory(m_directory);
    const QStringList files = QDir(m_directory).entryList(QDir::Files | QDir::NoSymLinks);
    for (const QString &file : files)
        std::ignore = makePrivateFile(m_directory + u'/' + file);
}

QString TokenStore::fileOf(const QString &url) const
{
    return m_directory + u'/'
        + QString::fromLatin1(QCryptographicHash::hash(url.toUtf8(), QCryptographicHash::Sha256).toHex().left(32));
}

void TokenStore::keep(const QString &url, const QString &token, const Done &done)
{
    Keyring::write(url, token, this, [this, url, token, done](const std::optional<Problem> &refused) {
        if (refused)
            return done(write(url, token));
        QFile older(fileOf(url)); // of a day without a keyring
        if (older.exists() && !older.remove())
            return done(Problem{fileOf(url),
                                tr("an older token is there, and cannot be removed: %1").arg(older.errorString())});
        done({});
    });
}

/// Nobody else can open it at any time: it is made for its owner alone, and then renamed.
std::optional<Problem> TokenStore::write(const QString &url, const QString &token) const
{
    constexpr auto mine = QFile::ReadOwner | QFile::WriteOwner;
    QSaveFile file(fileOf(url));
    const bool made = !makePrivateDirectory(m_directory);
    if (made && file.open(QIODevice::WriteOnly) && file.setPermissions(mine) && file.write(token.toUtf8()) >= 0
        && file.commit())
        return {};
    return Problem{
        fileOf(url),
        tr("the token cannot be kept: %1").arg(made ? file.errorString() : tr("its directory cannot be made"))};
}

void TokenStore::forget(const QString &url)
{
    QFile::remove(fileOf(url));
    Keyring::remove(url);
}

void TokenStore::find(const FleetEntry &entry, const Found &done)
{
    FleetEntry found = entry;
    if (const QString file = fileOf(entry.url); QFile::exists(file)) {
        found.tokenFile = file;
        return done(found, {});
    }
    Keyring::read(entry.url, this, [found, done](const Result<QString> &token) mutable {
        if (!token)
            return done(found, token.problem());
        found.token = *token;
        done(found, {});
    });
}

} // namespace Hephaestus
