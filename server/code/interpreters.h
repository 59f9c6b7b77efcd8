// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QLatin1StringView>

namespace Hephaestus {

/// How one family of interpreters takes its script. Options stand between blanks.
struct Interpreter
{
    QLatin1StringView names;      ///< between blanks; a version after them does not count
    QLatin1StringView inlineCode; ///< options whose value is the code itself: next, after `=`, or attached
    QLatin1StringView withValue;  ///< options whose value is the next argument, or attached
    QLatin1StringView attached;   ///< options whose value is attached, or none; a blank: letters cannot be joined
    QLatin1StringView loads;      ///< options whose value is loaded before the script: next, after `=`, or attached
    QLatin1StringView variable;   ///< of the environment, with further options
    QLatin1StringView includes;   ///< a regular expression for what loads another file
    QLatin1StringView gap;        ///< what is not known if it does
};

/// Of a program, by the name of its file, whose version does not count. Null: none whose options are known.
const Interpreter *interpreterOf(const QByteArray &program);
bool isShell(const Interpreter &interpreter);
bool isJavaScript(const Interpreter &interpreter); ///< Node.js, Deno or Bun

/// Whether this word is among these, which stand between blanks.
bool hasWord(QLatin1StringView words, const QByteArray &word);
QByteArray withoutVersion(QByteArray name);
QByteArray lastName(const QByteArray &path);

} // namespace Hephaestus
