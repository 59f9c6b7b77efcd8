// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace Hephaestus {

/// What agents are told of a project's services: resources/agents/section.md, compiled in, between the lines that mark
/// it as ours.
QByteArray agentSection();

/// A text with the section: at its end, or in the place of an older one. Everything else stays as it is.
QByteArray withAgentSection(const QByteArray &text);

} // namespace Hephaestus
