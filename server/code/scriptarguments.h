// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayList>
#include <QStringList>

namespace Hephaestus {

/// What an interpreter was told to run.
struct ScriptArguments
{
    QByteArrayList files;   ///< scripts and archives, absolute
    QByteArrayList folders; ///< of compiled classes, absolute
    /// What it loads beside these files and is not known: the end of a sentence about the program; empty: nothing.
    QString gap;
    bool takesInput = false; ///< it was told no script: that is its standard input, and among `files` if that is one

    bool operator==(const ScriptArguments &) const = default;
};

/// Of a program (the name of its file) with these arguments, the first of which is its own name, that began in
/// `directory`. Knows the shells, Python, Node.js, Deno, Bun, Perl, Ruby, PHP and Java. Of Tcl, Lua, Guile and others
/// it is the first file, of awk what `-f` names, of any program a file whose first line (`#!`) names it. A script is
/// read for what it includes: a shell's `. file` is followed where its name is written out. What options and variables
/// of the environment load before it counts, too; `environment` is as ProcessOrigin::environmentOf() has it. `input` is
/// the regular file that is its standard input; empty: that is none.
ScriptArguments readScriptArguments(const QByteArray &program, const QByteArrayList &arguments,
                                    const QByteArray &directory, const QByteArray &environment = {},
                                    const QByteArray &input = {});

/// The files that these arguments name as sources of variables (`--env-file`, of Node.js, uvicorn and others),
/// absolute. Only those that exist.
QByteArrayList environmentFiles(const QByteArrayList &arguments, const QByteArray &directory);

} // namespace Hephaestus
