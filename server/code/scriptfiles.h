// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayList>
#include <QRegularExpression>
#include <QString>

#include <initializer_list>
#include <optional>

namespace Hephaestus {

QByteArray absolute(const QByteArray &path, const QByteArray &directory);
bool isRegularFile(const QByteArray &path);
/// True of what is there, and is no file that can be read as a whole: a directory, a pipe, a device.
bool isOther(const QByteArray &path);
/// The first of these files that is there, by the ending that is to be added; nothing: none is.
std::optional<QByteArray> withEnding(const QByteArray &path, std::initializer_list<const char *> endings);
/// Nothing: it cannot be read, or is larger than is read (1 MiB).
std::optional<QString> textOf(const QByteArray &path);
/// What follows a comment sign at the beginning of a line is no code. A `#` begins a name in JavaScript, a `//` an
/// operator in Perl.
QString withoutComments(QString text, QLatin1StringView signs = QLatin1StringView("#|//"));
/// Follows a shell's includes whose names are written out; false: there is one that is not, or may be.
bool addIncluded(const std::optional<QString> &text, const QRegularExpression &includes, const QByteArray &directory,
                 QByteArrayList &files);
/// The interpreter that the first line of a file names (`#!`), without its folder; empty: none.
QByteArray namedInterpreter(const QByteArray &path);

} // namespace Hephaestus
