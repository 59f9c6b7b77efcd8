// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"

#include <QByteArray>

/// Changes one entry of a JSON file that somebody else keeps: all other text stays as it is, with its order, spaces and
/// comments (`//` and `/* */`, as VS Code has them).
namespace Hephaestus {

/// `text` with `value` (JSON) as the member `key` of the object that is the member `table` of the outermost object.
/// What is not there is made. A Problem: it is no such text.
Result<QByteArray> withEntry(const QByteArray &text, const QByteArray &table, const QByteArray &key,
                             const QByteArray &value);

/// `text` without that member, and without the table if nothing else is in it; as it is, if there is none.
Result<QByteArray> withoutEntry(const QByteArray &text, const QByteArray &table, const QByteArray &key);

} // namespace Hephaestus
