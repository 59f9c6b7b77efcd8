// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"
#include "common/protocol/finding.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QList>

namespace Hephaestus {

/// A list of `{fleet, grade, subject, what, remedy}`, indented for reading. `fleet`: the file that was examined,
/// whether or not it is there; empty: it is left out.
QByteArray encode(const QList<Finding> &findings, const QString &fleet);

/// Such a list. Unknown fields are ignored; a grade that is unknown counts as advice.
Result<QList<Finding>> decodeFindings(QByteArrayView json);

} // namespace Hephaestus
