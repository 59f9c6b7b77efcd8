// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/clipboardtext.h"

#include "common/client/httpconnection.h"
#include "common/protocol/endpoints.h"
#include "common/protocol/healthcodec.h"

#include <QFile>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// For a POSIX shell.
QString quoted(const QString &text) { return u'\'' + QString(text).replace(u'\'', u"'\\''"_s) + u'\''; }

} // namespace

QString asCurl(const FleetEntry &entry, const QString &tokenDirectory)
{
    QString command = u"curl -sS --max-time 5"_s;
    QString source;
    QString tokenFile = entry.tokenFile;
    if (const QString kept = TokenStore(tokenDirectory).fileOf(entry.url);
        tokenFile.isEmpty() && !entry.token.isEmpty() && QFile::exists(kept))
        tokenFile = kept; // no keyring took it
    if (!tokenFile.isEmpty())
        source = u"cat %1"_s.arg(quoted(tokenFile));
    else if (!entry.token.isEmpty()) // where QtKeychain keeps it for libsecret
        source = u"secret-tool lookup server hephaestus user %1"_s.arg(quoted(entry.url));
    if (!source.isEmpty()) // printf is of the shell itself: the token is in no process's arguments
        command = u"printf 'Authorization: Bearer %s' \"$(%1)\" | %2 -H @-"_s.arg(source, command);
    if (const auto parts = splitUrl(entry.url)) { // asked over there, where its address means something
        FleetEntry there = entry;
        there.url = parts->second;
        there.token.clear();
        there.tokenFile.clear();
        QStringList words{u"ssh"_s};
        for (const QString &word : destinationOf(entry.host))
            words << (word.startsWith(u'-') ? word : quoted(word));
        return words.join(u' ') + u' ' + quoted(asCurl(there, tokenDirectory));
    }
    if (entry.url.startsWith("unix:"_L1))
        return command + u" --unix-socket %1 http://localhost%2"_s.arg(quoted(entry.url.mid(5)), Endpoint::Status);
    if (!entry.caFile.isEmpty())
        command += u" --cacert "_s + quoted(entry.caFile);
    QString url = entry.url;
    while (url.endsWith(u'/'))
        url.chop(1);
    const Result<HttpPeer> peer = parsePeer(entry.url);
    const bool isEndpoint = peer && !peer->endpoint.isEmpty();
    return command + u' ' + quoted(isEndpoint ? url : url + Endpoint::Status);
}

QString asJson(const ServiceRow &row)
{
    if (!row.reply.body.isEmpty())
        return QString::fromUtf8(indentJson(row.reply.body));
    const QString why = row.reply.message.isEmpty() ? describe(row.reply.error) : row.reply.message;
    return QString::fromUtf8(indentJson(encode(ErrorBody{u"no_answer"_s, why})));
}

} // namespace Hephaestus
