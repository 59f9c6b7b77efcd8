// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "server/probes/dependencyconfig.h"

#include <QRegularExpression>

#include <chrono>
#include <variant>

/// What `hephaestus run --ready RULE` waits for before it says that its program serves.
namespace Hephaestus {

/// `after:2s`: it has run for that long.
struct ReadyAfter
{
    std::chrono::milliseconds time{1'000};
    /// And it listens for TCP clients: its predecessor did. One that has run for 30 s is taken not to want to.
    bool listensAgain = false;

    bool operator==(const ReadyAfter &) const = default;
};

/// `log:REGEX`: it has written a line that matches.
struct ReadyLog
{
    QRegularExpression pattern;

    bool operator==(const ReadyLog &) const = default;
};

/// `notify`: it has sent READY=1 to NOTIFY_SOCKET (sd_notify(3)).
struct ReadyNotify
{
    bool operator==(const ReadyNotify &) const = default;
};

/// `unix:PATH`: it takes connections there.
struct ReadyUnix
{
    QString path;

    bool operator==(const ReadyUnix &) const = default;
};

/// `accept`: it waits for clients on every socket that is held for it. Where that cannot be seen (acceptanceOf()), it
/// has run for 3 s.
struct ReadyAccept
{
    bool operator==(const ReadyAccept &) const = default;
};

/// Beside these: `tcp:PORT`, of this machine, or `tcp:HOST:PORT` (a connection is taken); an http or https URL (it
/// answers 2xx or 3xx). `command:PROGRAM ARGUMENT…` is ready when it exits with 0; quotes and backslashes mean what
/// they mean to a shell, which is not involved.
using ReadyRule =
    std::variant<ReadyAfter, ReadyLog, ReadyNotify, ReadyUnix, ReadyAccept, TcpSettings, HttpSettings, CommandSettings>;

/// The rule that `text` states, or what was expected.
Result<ReadyRule> parseReadyRule(const QString &text);

/// The end of the sentence "not ready: it …": `has not run for 2s`, `does not take connections at 127.0.0.1:80`.
QString waitText(const ReadyRule &rule);

} // namespace Hephaestus
