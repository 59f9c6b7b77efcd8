// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/callstoowner.h"
#include "server/probes/dependencyconfig.h"
#include "server/probes/probe.h"

#include <atomic>

namespace Hephaestus {

/// Whether a file or directory can be read, and space is left beside it. It looks in a thread of its own, since a file
/// system may hang for ever (a network one that is gone). While one such thread hangs no other is begun.
class FileProbe : public Probe
{
    Q_OBJECT

public:
    /// Set while a look is under way; shared by all probes of one path.
    using Busy = std::shared_ptr<std::atomic<bool>>;

    FileProbe(const FileSettings &settings, Busy busy, std::chrono::milliseconds timeout, QObject *parent = nullptr);
    ~FileProbe() override;

    /// The question itself. Blocks; from any thread.
    static Outcome look(const FileSettings &settings);

protected:
    void ask() override;
    bool abandon() override { return true; }
    QString target() const override;

private:
    const FileSettings m_settings;
    const Busy m_busy;
    const std::shared_ptr<CallsToOwner> m_ownerCalls;
};

} // namespace Hephaestus
