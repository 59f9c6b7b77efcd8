// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/agentclient.h"

#include "common/base/jsontext.h"
#include "common/protocol/toolcodec.h"

#include <QDir>
#include <QStandardPaths>

#include <algorithm>
#include <array>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using Format = AgentClient::Format;

namespace {

constexpr char Name[] = "hephaestus";
constexpr char TomlTable[] = "[mcp_servers.hephaestus]";

struct KnownClient
{
    QLatin1StringView name;
    Format format;
    QLatin1StringView projectFile;
    QLatin1StringView userFile; ///< in the home
};

constexpr std::array KnownClients{
    KnownClient{"claude"_L1, Format::ServersJson, ".mcp.json"_L1, ".claude.json"_L1},
    KnownClient{"codex"_L1, Format::CodexToml, ".codex/config.toml"_L1, ".codex/config.toml"_L1},
    KnownClient{"vscode"_L1, Format::VsCodeJson, ".vscode/mcp.json"_L1, ".config/Code/User/mcp.json"_L1},
};

QByteArray tableOf(Format format) { return format == Format::VsCodeJson ? "servers" : "mcpServers"; }

QByteArray jsonValue(Format format, const QString &command)
{
    return QByteArray("{") + (format == Format::VsCodeJson ? "\"type\": \"stdio\", " : "")
        + "\"command\": " + jsonText(command) + ", \"args\": [\"mcp\"]}";
}

/// The lines without our table: up to the next one that is not inside it.
QByteArray withoutTable(const QByteArray &text)
{
    const QByteArray inner = QByteArray(TomlTable).chopped(1) + '.';
    QByteArrayList left;
    bool isOurs = false;
    for (const QByteArray &line : text.split('\n')) {
        const QByteArray trimmed = line.trimmed();
        if (trimmed.startsWith('['))
            isOurs = trimmed.startsWith(TomlTable) || trimmed.startsWith(inner);
        if (!isOurs)
            left << line;
    }
    if (left.join('\n') == text)
        return text;
    QByteArray rest = left.join('\n');
    while (rest.endsWith("\n\n"))
        rest.chop(1);
    return rest.endsWith('\n') || rest.isEmpty() ? rest : rest + '\n';
}

} // namespace

QStringList agentClients()
{
    QStringList names;
    for (const KnownClient &client : KnownClients)
        names << client.name;
    return names;
}

AgentClient agentClient(const QString &name, const QString &directory)
{
    const auto found = std::find_if(KnownClients.begin(), KnownClients.end(),
                                    [&](const KnownClient &client) { return client.name == name; });
    const KnownClient &client = found == KnownClients.end() ? KnownClients.front() : *found;
    return {directory.isEmpty() ? QDir::home().filePath(client.userFile) : QDir(directory).filePath(client.projectFile),
            client.format};
}

QByteArray agentEntry(Format format, const QString &command)
{
    if (format == Format::CodexToml) // a JSON string of a path is a TOML string
        return QByteArray(TomlTable) + "\ncommand = " + jsonText(command) + "\nargs = [\"mcp\"]\n";
    return "\"hephaestus\": " + jsonValue(format, command) + '\n';
}

Result<QByteArray> withAgentEntry(Format format, const QByteArray &text, const QString &command)
{
    if (format != Format::CodexToml)
        return withEntry(text, tableOf(format), Name, jsonValue(format, command));
    const QByteArray rest = withoutTable(text);
    return rest + (rest.isEmpty() ? "" : rest.endsWith('\n') ? "\n" : "\n\n") + agentEntry(format, command);
}

Result<QByteArray> withoutAgentEntry(Format format, const QByteArray &text)
{
    return format == Format::CodexToml ? withoutTable(text) : withoutEntry(text, tableOf(format), Name);
}

} // namespace Hephaestus
