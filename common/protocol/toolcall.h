// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QStringList>

#include <chrono>
#include <optional>

/// What a client of the Model Context Protocol asks of `hephaestus mcp`, and what it gets. Plain values.
namespace Hephaestus {

/// Who asks, and how: of a request's `_meta`, or of `initialize`.
struct RequestMeta
{
    std::optional<QString> version{}; ///< of the protocol; nothing: the request does not say (before 2026-07-28)
    bool hasCapabilities = false;     ///< it says what the client can
    QString client{};                 ///< its name; empty: it does not say
    QByteArray progressToken{};       ///< JSON; empty: no progress is wanted

    bool operator==(const RequestMeta &) const = default;
};

/// Arguments of all tools. Those that a tool does not have keep these values.
struct ToolArguments
{
    QString project; ///< a folder, or a fleet file
    QStringList services{};
    QStringList profiles{};
    QString service{};
    QStringList files{};
    QString instanceId{};
    QString until{};
    QString match{};
    QString since{};
    QString cursor{};
    std::chrono::seconds timeout{30};
    qint64 lines = 50;
    qint64 port = 0;
    bool stale = false;
    bool dryRun = false;
    bool all = false;

    bool operator==(const ToolArguments &) const = default;
};

/// What a tool found or did. What is JSON here is compact.
struct ToolAnswer
{
    QList<std::pair<QString, QByteArray>> fields{}; ///< JSON by its name, in this order
    QString list{};                                 ///< name of the list that is cut to what fits
    QByteArrayList items{};                         ///< JSON objects
    QStringList cursors{};  ///< of each item, that begins a page; empty: they have none, and are few
    QString endCursor{};    ///< after the last item; empty: there is nothing after it
    bool keepsEnd = false;  ///< what does not fit is cut at the front
    bool isFailure = false; ///< what was asked for did not come about
};

/// A call that was refused, or could not be done, by a stable code and a sentence.
struct ToolFailure
{
    QString code;
    QString message;

    bool operator==(const ToolFailure &) const = default;
};

/// An act that a dry run tells of, and does not do.
struct PlannedAct
{
    QString service;
    QString action;
    QString method;
    QString command;  ///< that would start it; empty: none
    QString obstacle; ///< why it would be refused; empty: it would not

    bool operator==(const PlannedAct &) const = default;
};

} // namespace Hephaestus
