// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/code/interpreters.h"
#include "server/code/scriptarguments.h"

namespace Hephaestus {

/// What an interpreter was told to run; the arguments are those of readScriptArguments().
ScriptArguments readInterpreter(const Interpreter &interpreter, const QByteArray &program,
                                const QByteArrayList &arguments, const QByteArray &directory,
                                const QByteArray &environment, const QByteArray &input);
/// What a variable of an environment holds, `name` with its `=`; empty: nothing.
QByteArray valueOf(const QByteArray &environment, QLatin1StringView name);

} // namespace Hephaestus
