// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/probes/databaseidentity.h"

#include "common/protocol/serviceaddress.h"

#include <QCryptographicHash>
#include <QFile>
#include <QRegularExpression>

#include <sys/stat.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

QString shortHash(const QByteArrayList &parts, qsizetype digits)
{
    const QByteArray hash = QCryptographicHash::hash(parts.join('\0'), QCryptographicHash::Sha256);
    return QString::fromLatin1(hash.toHex().first(digits));
}

/// Of the running kernel, the same in all its containers; empty: it is not known.
QByteArray bootId()
{
    QFile file(u"/proc/sys/kernel/random/boot_id"_s);
    return file.open(QIODevice::ReadOnly) ? file.readAll().trimmed() : QByteArray();
}

/// In which addresses such as 127.0.0.1 mean the same.
QByteArray networkNamespace()
{
    struct stat about = {};
    return ::stat("/proc/self/ns/net", &about) == 0 ? QByteArray::number(quint64(about.st_ino)) : QByteArray();
}

QString fileIdentity(const QString &path)
{
    struct stat about = {};
    const QByteArray boot = bootId();
    if (boot.isEmpty() || ::stat(QFile::encodeName(path).constData(), &about) != 0 || !S_ISREG(about.st_mode))
        return {};
    const QString file =
        shortHash({boot, QByteArray::number(quint64(about.st_dev)), QByteArray::number(quint64(about.st_ino))}, 16);
    return u"file:%1:%2"_s.arg(shortHash({boot}, 12), file);
}

QString serverIdentity(const SqlSettings &settings)
{
    const QString name = databaseName(settings.database);
    if (name != settings.database) // a connection string may name another host, too
        return {};
    const int port = settings.port > 0 ? settings.port : settings.driver == "QPSQL"_L1 ? 5432 : 3306;
    QByteArrayList parts{settings.driver.toUtf8(), QByteArray::number(port), name.toUtf8()};
    const QString host = settings.host.isEmpty() ? u"localhost"_s : settings.host.toLower();
    if (host.startsWith(u'/') || ServiceAddress{ServiceAddress::Kind::Tcp, host, 0, {}}.isLoopback())
        parts << bootId() << networkNamespace();
    else
        parts << host.toUtf8();
    return u"server:"_s + shortHash(parts, 16);
}

} // namespace

// Drivers take whole connection strings for the name of a database (`dbname=shop password=…`, a URL), with the password
// in them: of those only the name is told.
QString databaseName(const QString &database)
{
    static const QRegularExpression inUrl(u"^[A-Za-z0-9+.-]+://[^/?#]*/?([^?#;]*)"_s);
    static const QRegularExpression inWords(
        u"(?:^|[\\s;])(?:dbname|database|initial catalog)\\s*=\\s*([^\\s;'\"{}]+)"_s,
        QRegularExpression::CaseInsensitiveOption);
    if (!database.contains(u'=') && !database.contains("://"_L1))
        return database;
    QRegularExpressionMatch match = inUrl.match(database);
    if (!match.hasMatch())
        match = inWords.match(database);
    const QString name = match.captured(1);
    return name.isEmpty() || name.contains(u'=') ? u"a database"_s : name;
}

QString databaseIdentity(const SqlSettings &settings)
{
    return settings.driver == "QSQLITE"_L1 ? fileIdentity(settings.database) : serverIdentity(settings);
}

} // namespace Hephaestus
