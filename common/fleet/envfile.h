// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"

#include <QList>
#include <QStringList>

#include <functional>
#include <optional>

namespace Hephaestus {

/// A variable that an environment file sets.
struct EnvVariable
{
    QString name;
    QString value;
    bool isFromOutside = false; ///< its value is made of a variable that no file sets: `PATH=bin:${PATH}`

    bool operator==(const EnvVariable &) const = default;
};

/// Reads environment files one after the other, in the common grammar of `.env` files: `NAME=value`, `export
/// NAME=value`,
/// `#` comments, values bare, in 'single' or "double" quotes, quoted ones over several lines. In double quotes `\n`,
/// `\r`, `\t`, `\"`, `\\` and `\$` stand for characters. Outside single quotes `${NAME}` and `${NAME:-default}` stand
/// for what was set before, or else for what `outside` has; `$NAME` stands for itself.
///
/// A name that is set again keeps its last value. A Problem names the file and the line, and never a value: a line that
/// is none of these, `${NAME}` that nothing sets, a file that is not there, no regular file, or over 1 MiB.
Result<QList<EnvVariable>> readEnvFiles(const QStringList &paths,
                                        const std::function<std::optional<QString>(const QString &name)> &outside);

/// The same from the text of one file, added to what was read before; `path` is for messages.
std::optional<Problem> readEnvText(const QByteArray &text, const QString &path,
                                   const std::function<std::optional<QString>(const QString &name)> &outside,
                                   QList<EnvVariable> &variables);

} // namespace Hephaestus
