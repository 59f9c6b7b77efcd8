// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMap>
#include <QStringList>

#include <optional>

namespace Hephaestus {

/// A long-running program that a project's own files, or the machine, tell of: what `hephaestus init` makes an entry
/// of. Texts have the placeholders of a fleet file: `{port}`; a brace that is none is doubled.
struct FoundProgram
{
    QString name;
    QString source; ///< where it was found: `Procfile`, `package.json`
    QStringList run;
    QMap<QString, QString> environment{};
    QStringList dependsOn{};
    bool hasPort = false; ///< it takes {port}
    QStringList needs{};  ///< what a person has to do before it can run, a sentence each

    bool operator==(const FoundProgram &) const = default;
};

/// What was found, and what was not taken and why.
struct FoundPrograms
{
    QList<FoundProgram> programs;
    QStringList notes;

    bool operator==(const FoundPrograms &) const = default;
};

/// A line of a shell as a program and its arguments, for FoundProgram::run. Variables before it go to its environment,
/// `$PORT` becomes {port}. What only a shell understands is left to one: `sh -c`.
void setCommandLine(FoundProgram &program, const QString &line);

/// The words of a line as a shell has them; nothing: it needs a shell.
std::optional<QStringList> shellWords(const QString &line);

// Each reads the text of one file.
FoundPrograms programsInProcfile(const QString &text);
FoundPrograms programsInCompose(const QString &text);
FoundPrograms programsInScripts(const QMap<QString, QString> &scripts);

/// The applications of FastAPI in these Python files (`main.py`, `api/main.py`, by path), as uvicorn starts them.
FoundPrograms programsInPython(const QMap<QString, QString> &files);

} // namespace Hephaestus
