// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/protocol/mcpcodec.h"

#include "common/protocol/jsonreader.h"
#include "common/protocol/tooldefinitions.h"

#include <QJsonDocument>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 ToolsAreGoodFor = 3'600'000; ///< milliseconds: they change with the program only

const QStringList &handshakeVersions()
{
    static const QStringList versions{u"2025-11-25"_s, u"2025-06-18"_s};
    return versions;
}

QByteArray compactJson(const QJsonObject &object) { return QJsonDocument(object).toJson(QJsonDocument::Compact); }

QJsonObject capabilities() { return {{u"tools"_s, QJsonObject()}}; }

QJsonObject serverInfo(const QString &program)
{
    return {{u"name"_s, u"hephaestus"_s}, {u"title"_s, u"Hephaestus"_s}, {u"version"_s, program}};
}

QString instructions()
{
    return u"Services of a project: whether they run, are healthy, and run the code that is on disk. Before you trust "
           u"a "
           "test, call code_check; after an edit, service_restart with stale, and read the receipts. Restart and stop "
           "by these tools, never by kill. Give `project` as an absolute path."_s;
}

QJsonObject cacheable(QJsonObject result)
{
    result.insert(u"ttlMs"_s, ToolsAreGoodFor);
    result.insert(u"cacheScope"_s, u"public"_s);
    return result;
}

QString clientName(const JsonReader &info)
{
    const QString name = info.value("name"_L1).toString().left(60);
    return name.simplified();
}

} // namespace

QStringList protocolVersions() { return QStringList(QString::fromLatin1(StatelessVersion)) + handshakeVersions(); }

QString negotiatedVersion(const QString &wanted)
{
    return handshakeVersions().contains(wanted) ? wanted : handshakeVersions().first();
}

RequestMeta readRequestMeta(QByteArrayView params)
{
    const JsonReader meta = JsonReader::lenient(params).object("_meta"_L1);
    RequestMeta found;
    const QJsonValue version = meta.value("io.modelcontextprotocol/protocolVersion"_L1);
    if (!version.isUndefined())
        found.version = version.toString();
    found.hasCapabilities = meta.value("io.modelcontextprotocol/clientCapabilities"_L1).isObject();
    found.client = clientName(meta.object("io.modelcontextprotocol/clientInfo"_L1));
    const QJsonValue token = meta.value("progressToken"_L1);
    if (token.isString() || token.isDouble()) {
        const QByteArray text = QJsonDocument(QJsonArray{token}).toJson(QJsonDocument::Compact);
        found.progressToken = text.sliced(1, text.size() - 2);
    }
    return found;
}

RequestMeta readInitialize(QByteArrayView params)
{
    const JsonReader reader = JsonReader::lenient(params);
    RequestMeta found;
    if (reader.value("protocolVersion"_L1).isString())
        found.version = reader.value("protocolVersion"_L1).toString();
    found.hasCapabilities = reader.value("capabilities"_L1).isObject();
    found.client = clientName(reader.object("clientInfo"_L1));
    return found;
}

QByteArray readCancelled(QByteArrayView params)
{
    const QJsonValue id = JsonReader::lenient(params).value("requestId"_L1);
    if (!id.isString() && !id.isDouble())
        return {};
    const QByteArray text = QJsonDocument(QJsonArray{id}).toJson(QJsonDocument::Compact);
    return text.sliced(1, text.size() - 2);
}

bool asksForPage(QByteArrayView params) { return JsonReader::lenient(params).has("cursor"_L1); }

QByteArray encodeInitialized(const QString &version, const QString &program)
{
    return compactJson({{u"protocolVersion"_s, version},
                        {u"capabilities"_s, capabilities()},
                        {u"serverInfo"_s, serverInfo(program)},
                        {u"instructions"_s, instructions()}});
}

QByteArray encodeDiscovered()
{
    return compactJson(cacheable({{u"supportedVersions"_s, QJsonArray::fromStringList(protocolVersions())},
                                  {u"capabilities"_s, capabilities()},
                                  {u"instructions"_s, instructions()}}));
}

QByteArray encodeTools()
{
    return compactJson(cacheable({{u"tools"_s, QJsonDocument::fromJson(toolDefinitions()).array()}}));
}

QByteArray inRevision(const QByteArray &result, bool isStateless, const QString &program)
{
    QJsonObject object = QJsonDocument::fromJson(result).object();
    if (!isStateless) {
        object.remove("ttlMs"_L1);
        object.remove("cacheScope"_L1);
        return compactJson(object);
    }
    object.insert(u"resultType"_s, u"complete"_s);
    object.insert(u"_meta"_s, QJsonObject{{u"io.modelcontextprotocol/serverInfo"_s, serverInfo(program)}});
    return compactJson(object);
}

QByteArray encodeUnsupported(const QString &requested)
{
    return compactJson({{u"supported"_s, QJsonArray::fromStringList(protocolVersions())}, {u"requested"_s, requested}});
}

QByteArray encodeProgress(const QByteArray &token, qint64 progress, const QString &message)
{
    const QJsonArray tokens = QJsonDocument::fromJson('[' + token + ']').array();
    return compactJson({{u"progressToken"_s, tokens.first()}, {u"progress"_s, progress}, {u"message"_s, message}});
}

} // namespace Hephaestus
