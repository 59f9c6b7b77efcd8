// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/probes/sqlprobe.h"

#include "server/probes/databaseidentity.h"
#include "server/probes/sqlconnection.h"

#include <QFileInfo>
#include <QRegularExpression>
#include <QSet>

#include <algorithm>
#include <array>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;

/// Whom a person looks for: never the password, nor a whole path.
QString targetOf(const SqlSettings &settings)
{
    if (settings.driver == "QSQLITE"_L1)
        return QFileInfo(settings.database).fileName();
    const QString host = settings.host.isEmpty() ? u"localhost"_s : settings.host;
    const QString server = settings.port > 0 ? u"%1:%2"_s.arg(host, QString::number(settings.port)) : host;
    return u"%1 at %2"_s.arg(databaseName(settings.database), server);
}

struct Sign
{
    ErrorClass errorClass;
    QLatin1StringView driver, code;
};

/// Beginnings of error codes: SQLSTATE (PostgreSQL's Appendix A), SQLite's result codes, MySQL's error numbers.
constexpr std::array codeSigns{
    Sign{ErrorClass::Credentials, "QPSQL"_L1, "28"_L1},    Sign{ErrorClass::Credentials, "QPSQL"_L1, "42501"_L1},
    Sign{ErrorClass::Overloaded, "QPSQL"_L1, "53"_L1},     Sign{ErrorClass::Unreachable, "QPSQL"_L1, "57P"_L1},
    Sign{ErrorClass::Unreachable, "QPSQL"_L1, "08"_L1},    Sign{ErrorClass::Overloaded, "QPSQL"_L1, "57014"_L1},
    Sign{ErrorClass::Unreachable, "QSQLITE"_L1, "14"_L1},  Sign{ErrorClass::Overloaded, "QSQLITE"_L1, "5"_L1},
    Sign{ErrorClass::Overloaded, "QSQLITE"_L1, "6"_L1},    Sign{ErrorClass::Credentials, "QMYSQL"_L1, "1045"_L1},
    Sign{ErrorClass::Credentials, "QMYSQL"_L1, "1044"_L1}, Sign{ErrorClass::Overloaded, "QMYSQL"_L1, "1040"_L1},
    Sign{ErrorClass::Overloaded, "QMYSQL"_L1, "1203"_L1},  Sign{ErrorClass::Unreachable, "QMYSQL"_L1, "20"_L1},
};

/// Words of messages that come without a code: PostgreSQL's, while connecting.
constexpr std::array textSigns{
    Sign{ErrorClass::Credentials, {}, "authentication failed"_L1},
    Sign{ErrorClass::Credentials, {}, "no password supplied"_L1},
    Sign{ErrorClass::Credentials, {}, "no pg_hba.conf entry"_L1},
    Sign{ErrorClass::Credentials, {}, "permission denied"_L1},
    Sign{ErrorClass::Overloaded, {}, "too many clients"_L1},
    Sign{ErrorClass::Overloaded, {}, "too many connections"_L1},
    Sign{ErrorClass::Overloaded, {}, "remaining connection slots"_L1},
    Sign{ErrorClass::Overloaded, {}, "database is locked"_L1},
    Sign{ErrorClass::Unreachable, {}, "server closed the connection"_L1},
    Sign{ErrorClass::Unreachable, {}, "terminating connection"_L1},
    Sign{ErrorClass::Unreachable, {}, "could not receive data"_L1},
    Sign{ErrorClass::Unreachable, {}, "could not send data"_L1},
    Sign{ErrorClass::BadAnswer, {}, "does not exist"_L1},
    Sign{ErrorClass::BadAnswer, {}, "not a database"_L1},
    Sign{ErrorClass::BadAnswer, {}, "malformed"_L1},
};

ErrorClass classOf(const QSqlError &error, const SqlSettings &settings)
{
    const QString code = error.nativeErrorCode();
    const bool sqlite = settings.driver == "QSQLITE"_L1;
    const QString primary = QString::number(code.toInt() & 0xff); // SQLite's codes may be extended ones
    for (const Sign &sign : codeSigns) {
        if (settings.driver == sign.driver && (sqlite ? primary == sign.code : code.startsWith(sign.code)))
            return sign.errorClass;
    }
    for (const Sign &sign : textSigns) {
        if (error.text().contains(sign.code, Qt::CaseInsensitive))
            return sign.errorClass;
    }
    return error.type() == QSqlError::ConnectionError ? ErrorClass::Unreachable : ErrorClass::BadAnswer;
}

/// What the database says, without its hints on further lines and the code that the driver appends.
QString firstLine(const QSqlError &error)
{
    const QString text = error.databaseText().isEmpty() ? error.driverText() : error.databaseText();
    QString line = text.trimmed().section(u'\n', 0, 0).trimmed();
    const QString code = u"(%1)"_s.arg(error.nativeErrorCode());
    if (line.endsWith(code))
        line.chop(code.size());
    return line.trimmed();
}

/// Options whose values are no secrets, and of use in a message.
bool isHarmless(const QString &option)
{
    static const QSet<QString> names{u"dbname"_s,
                                     u"host"_s,
                                     u"port"_s,
                                     u"sslmode"_s,
                                     u"sslnegotiation"_s,
                                     u"gssencmode"_s,
                                     u"channel_binding"_s,
                                     u"connect_timeout"_s,
                                     u"tcp_user_timeout"_s,
                                     u"application_name"_s,
                                     u"client_encoding"_s,
                                     u"keepalives"_s,
                                     u"keepalives_idle"_s,
                                     u"keepalives_interval"_s,
                                     u"keepalives_count"_s,
                                     u"target_session_attrs"_s,
                                     u"UNIX_SOCKET"_s};
    return names.contains(option) || option.startsWith("QSQLITE_"_L1) || option.startsWith("MYSQL_OPT_"_L1)
        || option.startsWith("CLIENT_"_L1);
}

/// The options within a connection string that stands for the database's name; the user and password of a URL are two
/// of them.
QString stringParts(const SqlSettings &settings)
{
    if (settings.driver == "QSQLITE"_L1 || databaseName(settings.database) == settings.database)
        return {};
    static const QRegularExpression inUrl(u"^[A-Za-z0-9+.-]+://(?:([^/?#@]*)@)?[^/?#]*(?:/[^?#]*)?(?:\\?(.*))?$"_s);
    const QRegularExpressionMatch url = inUrl.match(settings.database);
    if (!url.hasMatch())
        return settings.database;
    QString parts = url.captured(2);
    parts.replace(u'&', u';');
    const QString password = url.captured(1).section(u':', 1);
    return u"password=%1;password=%2;%3"_s.arg(
        password, QString::fromUtf8(QByteArray::fromPercentEncoding(password.toUtf8())), parts);
}

/// What must not be told. A database that cannot read the options quotes words of them: a value with a space comes in
/// pieces, which look like options of their own.
QByteArrayList secretsOf(const SqlSettings &settings)
{
    static const QRegularExpression space(u"\\s+"_s);
    static const QStringList names{u"password"_s, u"pwd"_s, u"sslpassword"_s, u"passfile"_s, u"user"_s, u"uid"_s};
    QByteArrayList secrets;
    for (const QString &option : (settings.options + u';' + stringParts(settings)).split(u';', Qt::SkipEmptyParts)) {
        bool harmless = false;
        const QStringList words = option.split(space, Qt::SkipEmptyParts);
        for (qsizetype i = 0; i < words.size(); ++i) {
            const QString name = words[i].section(u'=', 0, 0);
            const bool isOption = words[i].contains(u'=');
            harmless = isOption ? isHarmless(name) : harmless;
            if (harmless)
                continue;
            const QString value = isOption ? words[i].section(u'=', 1) : words[i];
            const bool isNameKnown = names.contains(name, Qt::CaseInsensitive);
            for (QString secret : {value, isOption && i > 0 && !isNameKnown ? name : QString()}) {
                secrets << secret.toUtf8();
                secrets << secret.remove(u'\'').remove(u'"').remove(u'\\').toUtf8();
            }
        }
    }
    secrets.removeIf([](const QByteArray &secret) { return secret.size() < 3; }); // a letter or two are in every word
    secrets << settings.password.value;
    std::sort(secrets.begin(), secrets.end(), [](const auto &a, const auto &b) { return a.size() > b.size(); });
    return secrets;
}

} // namespace

Outcome outcomeOf(const QSqlError &error, const SqlSettings &settings)
{
    if (!error.isValid())
        return Outcome::success();
    const QString why = redacted(firstLine(error), secretsOf(settings));
    return Outcome::failure(classOf(error, settings), u"%1 (%2)"_s.arg(why, targetOf(settings)));
}

SqlProbe::SqlProbe(SqlPool &pool, std::chrono::milliseconds timeout, QObject *parent)
    : Probe(timeout, parent)
    , m_pool(&pool)
    , m_settings(pool.settings())
{
}

QString SqlProbe::target() const { return targetOf(m_settings); }

void SqlProbe::ask()
{
    const auto done = [self = QPointer(this)](const QSqlError &error) {
        if (!self)
            return;
        Outcome outcome = outcomeOf(error, self->m_settings);
        const QString identity = self->m_pool ? self->m_pool->databaseIdentity() : QString();
        if (outcome.ok && !identity.isEmpty()) {
            outcome.details.insert(u"database"_s, self->target());
            outcome.details.insert(u"database_id"_s, identity);
        }
        self->finish(outcome);
    };
    m_job = m_pool->ask(done);
}

bool SqlProbe::abandon()
{
    if (m_pool)
        m_pool->abandon(m_job);
    return true;
}

} // namespace Hephaestus
