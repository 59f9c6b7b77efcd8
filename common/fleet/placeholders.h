// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"

#include <QMap>
#include <QString>

#include <optional>

namespace Hephaestus {

/// What the placeholders of a fleet entry stand for.
struct Placeholders
{
    std::optional<quint16> port;  ///< `{port}`; nothing: the entry has none
    QMap<QString, quint16> ports; ///< `{port.NAME}`, by the names of the entries that have a port
    QString directory;            ///< `{directory}`: where the entry's programs run

    /// Puts in what they stand for. `{{` is a brace, and so is `}}`; a single `}` stands for itself. A Problem: there
    /// is no such placeholder, or it has no end; its `where` is empty.
    Result<QString> fillIn(const QString &text) const;
};

} // namespace Hephaestus
