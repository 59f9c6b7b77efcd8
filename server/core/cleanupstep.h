// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <chrono>
#include <functional>
#include <memory>

namespace Hephaestus {

/// The order of clean-up: users before what they use. Within Registered the last step added runs first,
/// within the others the first one does.
enum class CleanupStage { BackgroundTasks, Registered, Databases, Files, Logs };

/// Reports to the sequence that a step has ended. Call it once, from any thread, now or later. A call is ignored if it
/// is not the first, comes after the step's deadline, or after the sequence is gone. Copyable.
class CleanupDone
{
public:
    using Report = std::function<void(const QString &error)>; ///< thread-safe; empty error: it went well

    explicit CleanupDone(Report report) : m_report(std::make_shared<Report>(std::move(report))) {}

    void operator()() const { (*m_report)({}); }
    /// `why` is one line, with no secret in it.
    void failed(const QString &why) const { (*m_report)(why.isEmpty() ? QStringLiteral("failed") : why); }

private:
    std::shared_ptr<Report> m_report;
};

struct CleanupStep
{
    QString name;
    std::chrono::milliseconds deadline{std::chrono::seconds(10)};
    std::function<void(CleanupDone)> run; ///< called once, in the sequence's thread; may throw
    CleanupStage stage = CleanupStage::Registered;
};

} // namespace Hephaestus
