// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>

namespace Hephaestus {

/// What a word of another program says of its health, from good to bad.
enum class HealthVerdict {
    Well,
    Unsaid,       ///< `unknown`, `starting`: not well yet, and not ill
    ShuttingDown, ///< `stopping`, `terminating`
    Degraded,     ///< `degraded`, `warn`: it works, and not as it should
    Ill,
};

/// The longest line that may be a word of health. Of a longer one the rest is not read.
constexpr qsizetype LongestSentence = 200;

/// The verdict of a status word in any case: `UP`, `Healthy`, `pass`, `OUT_OF_SERVICE`, `not ready`. Before a colon
/// (`unavailable: no route`) it stands for all, unless what follows a good word is worse (`ready: false`). Nothing: the
/// word is not known.
std::optional<HealthVerdict> verdictOfWord(const QString &word);

/// The verdict of one short line for people: `Ollama is running`, `Ingester not ready: waiting for 10s`. The worst word
/// decides. `not` and `isn't` turn a good one, as far as their clause goes; `no`, `none` and `0` only one that must be
/// so (`no healthy upstream`, not `no active jobs`). Nothing: no word of it speaks of health.
std::optional<HealthVerdict> verdictOfSentence(const QString &line);

/// Whether a word or line tells of a failure or a degradation by words that mean nothing else. `inactive`, `offline`,
/// `red` and the like may speak of a feature, a colour or a level.
bool clearlyFails(const QString &line);

} // namespace Hephaestus
