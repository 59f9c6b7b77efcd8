// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/code/familymember.h"
#include "server/code/loadedmodules.h"

#include <QHash>
#include <QStringList>

#include <chrono>

namespace Hephaestus {

/// Interpreters of a family that could report what they load, and do not. Belongs to one thread.
class SilentInterpreters
{
public:
    /// `reporters`: the programs that have an adapter, without a version. None: nothing is expected of any.
    explicit SilentInterpreters(QByteArrayList reporters) : m_reporters(std::move(reporters)) {}

    /// True for `python`, `python3.11`, `pypy3`, … if `python` and `pypy` are reporters.
    bool isReporter(const QByteArray &program) const;
    /// Compares the running processes with those that `modules` has reports of. `embedding`: those that have mapped
    /// Python's library, and its name; one of another program is expected to report as well.
    void update(const QList<FamilyMember> &members, LoadedModules &modules, const QHash<pid_t, QByteArray> &embedding);
    /// Which process has loaded something that it did not report yet, or has just begun, as one sentence: what is
    /// found now may change at once. Empty: none.
    const QString &unreported() const { return m_unreported; }
    /// Which processes will not report, or have executed what no file is known of; one sentence each.
    const QStringList &gaps() const { return m_gaps; }
    /// Why nothing is known although an adapter was given.
    QString nobodyReports() const;

private:
    struct Starting
    {
        QByteArray image;
        std::chrono::steady_clock::time_point since;
    };
    QByteArrayList m_reporters;
    QHash<FamilyMember::Identity, Starting> m_starting;
    QStringList m_gaps;
    QString m_unreported;
};

} // namespace Hephaestus
