// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"

#include <QByteArray>
#include <QStringList>

namespace Hephaestus {

/// A program with agents that can start `hephaestus mcp`, and the file where it is told to.
struct AgentClient
{
    enum class Format {
        ServersJson, ///< {"mcpServers": {NAME: {…}}}
        VsCodeJson,  ///< {"servers": {NAME: {…}}}
        CodexToml    ///< [mcp_servers.NAME]
    };

    QString path; ///< absolute
    Format format = Format::ServersJson;

    bool operator==(const AgentClient &) const = default;
};

/// `claude`, `codex` and `vscode`.
QStringList agentClients();
/// The file of that client: this project's (`directory`), or the user's own if that is empty.
AgentClient agentClient(const QString &name, const QString &directory);

/// The entry as it stands in the file, to be shown. `command`: the program that is started.
QByteArray agentEntry(AgentClient::Format format, const QString &command);
/// The file's text with it, or without it; all else stays as it is. A Problem: it is no such file.
Result<QByteArray> withAgentEntry(AgentClient::Format format, const QByteArray &text, const QString &command);
Result<QByteArray> withoutAgentEntry(AgentClient::Format format, const QByteArray &text);

} // namespace Hephaestus
