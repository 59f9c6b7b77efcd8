// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/probes/dependencyconfig.h"
#include "server/probes/probe.h"

#include <QProcess>

namespace Hephaestus {

/// Runs a program, without a shell, its input and output nowhere: exit code 0 is well. At the timeout it is killed with
/// all it started (its process group), and its end is awaited.
class CommandProbe : public Probe
{
    Q_OBJECT

public:
    CommandProbe(const CommandSettings &settings, std::chrono::milliseconds timeout, QObject *parent = nullptr);
    ~CommandProbe() override;

protected:
    void ask() override;
    bool abandon() override;
    QString target() const override;

private:
    Outcome outcome(int exitCode, QProcess::ExitStatus status) const;

    const CommandSettings m_settings;
    QProcess m_process;
    pid_t m_pid = 0; ///< of the latest
};

} // namespace Hephaestus
