// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/result.h"

#include <QByteArrayList>
#include <QString>

#include <optional>

namespace Hephaestus {

/// resources/python, from within this program, in a directory of its own, for the Python programs that are started with environment():
/// they append what they load to report(). One a process; the directory goes with it.
class PythonAdapter
{
public:
    /// In `python/NAME.PID` of the state directory; what processes that are no more left there is removed.
    explicit PythonAdapter(const QString &name, const QString &stateDirectory);
    ~PythonAdapter();
    PythonAdapter(const PythonAdapter &) = delete;
    PythonAdapter &operator=(const PythonAdapter &) = delete;

    /// Why there is none.
    const std::optional<Problem> &problem() const { return m_problem; }
    /// `NAME=value`, on top of this process' own.
    QByteArrayList environment() const;
    QByteArray report() const;
    /// Nobody who wrote into the report runs any more: begins anew.
    void clearReport() const;

private:
    QString m_directory;
    int m_lock = -1; ///< while it is held, nobody removes the directory
    std::optional<Problem> m_problem;
};

} // namespace Hephaestus
