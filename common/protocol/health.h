// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/protocol/wrappedprocess.h"

#include <QDateTime>
#include <QList>
#include <QString>
#include <QStringList>
#include <QVariantMap>

#include <array>
#include <chrono>
#include <optional>

/// The values of the health and shutdown protocol, as every service speaks them and the dashboard reads
/// them. Plain values: they compare themselves, may be copied between threads, and know nothing of JSON
/// (healthcodec.h does). All durations are seconds from a monotonic clock; all times are UTC.
namespace Hephaestus {

/// What a service says of itself. A failing dependency does not change it.
enum class ServiceStatus { Healthy, ShuttingDown };
inline constexpr std::array AllServiceStatuses{ServiceStatus::Healthy, ServiceStatus::ShuttingDown};

/// What the latest operation on a dependency came to; NotUsed: not configured or switched off. Unknown: used, but no
/// operation has ended, or its outcome is not known here. It neither works nor fails. On the wire it is an error that
/// says NotCheckedYet.
enum class DependencyStatus { Working, Error, NotUsed, Unknown };
/// Those with a word of their own on the wire.
inline constexpr std::array AllDependencyStatuses{DependencyStatus::Working, DependencyStatus::Error,
                                                  DependencyStatus::NotUsed};
inline constexpr QLatin1StringView NotCheckedYet{"not checked yet"};

/// How long ago something happened; nothing: it never did (-1 on the wire).
using Since = std::optional<Seconds>;

struct DependencyReport
{
    QString name;
    DependencyStatus status = DependencyStatus::NotUsed;
    QString error; ///< one line, no secret; empty unless status is Error or Unknown
    Since lastSuccess;
    Since lastFailure;
    qint64 successCount = 0; ///< operations since start-up, real calls and checks together
    qint64 failureCount = 0;
    QVariantMap details; ///< the dependency's own fields by their wire names (`pool_size`, `collections`)

    bool operator==(const DependencyReport &) const = default;
};

/// What the process holds and uses now; nothing: the service does not say.
struct Resources
{
    std::optional<qint64> openConnections; ///< TCP and local connections open to this service
    std::optional<qint64> backgroundTasks;
    std::optional<qint64> inFlightRequests; ///< accepted and not yet answered; health reads do not count
    std::optional<qint64> openFiles;
    std::optional<qint64> threads;
    std::optional<qint64> residentBytes;
    std::optional<double> cpuSeconds; ///< user and system time together
    std::optional<qint64> peakBytes;  ///< the most memory its control group ever held, page cache included
    std::optional<qint64> oomKills;   ///< processes of its control group that the kernel ended for want of memory

    bool operator==(const Resources &) const = default;
};

enum class ShutdownMode { Immediate, Scheduled, Signal, Restart };
inline constexpr std::array AllShutdownModes{ShutdownMode::Immediate, ShutdownMode::Scheduled, ShutdownMode::Signal,
                                             ShutdownMode::Restart};

enum class StepOutcome { Pending, Running, Ok, Failed, TimedOut };
inline constexpr std::array AllStepOutcomes{StepOutcome::Pending, StepOutcome::Running, StepOutcome::Ok,
                                            StepOutcome::Failed, StepOutcome::TimedOut};

/// One clean-up step, in the order of running.
struct StepReport
{
    QString name;
    StepOutcome outcome = StepOutcome::Pending;
    Seconds duration{0};
    QString error; ///< one line; empty unless Failed or TimedOut

    bool operator==(const StepReport &) const = default;
};

/// A shutdown that has begun, as `/health/status` tells it.
struct ShutdownProgress
{
    ShutdownMode mode = ShutdownMode::Immediate;
    QString phase; ///< `notice`, `draining`, `cleaning_up`, `stopped`; another implementation may say more
    std::optional<Seconds> left; ///< until the present phase's deadline
    qint64 inFlight = 0;
    QList<StepReport> steps;

    bool operator==(const ShutdownProgress &) const = default;
};

/// Does the process run the code on disk?
enum class CodeVerdict { Unknown, Fresh, Stale };
inline constexpr std::array AllCodeVerdicts{CodeVerdict::Unknown, CodeVerdict::Fresh, CodeVerdict::Stale};

struct CodeChange
{
    QString path;
    QString kind;   ///< `executable`, `library`, `configuration`, `source`, …
    QString change; ///< `modified`, `added`, `removed`; not known: `unreadable`, `unverified` (what was loaded, or is
                    ///< there now)

    QList<qint64> pids = {}; ///< of the processes that loaded what is not on disk any more; empty: not told

    bool operator==(const CodeChange &) const = default;
};

/// How many files were compared, by why they count.
struct CodeCoverage
{
    qint64 processes = 0; ///< of the program's family that were looked at
    qint64 executables = 0;
    qint64 libraries = 0;
    qint64 modules = 0;       ///< that an adapter reported, and scripts that a command line names
    qint64 watched = 0;       ///< by patterns
    qint64 configuration = 0; ///< with lock files
    qint64 polled = 0;        ///< directories of which no event tells: network file systems, or all watches are in use

    bool operator==(const CodeCoverage &) const = default;
};

/// What names the builds of a compiled program's executable: its GNU build ID in hexadecimal, or Go's. Empty: none, or
/// not readable. It is no part of the verdict.
struct BuildIds
{
    QString running; ///< of the program that the first process runs
    QString onDisk;  ///< of the file that would run next

    bool operator==(const BuildIds &) const = default;
};

struct CodeReport
{
    CodeVerdict verdict = CodeVerdict::Unknown;
    QList<CodeChange> changed;
    Since checked;
    qint64 more = 0;          ///< changes beyond those listed
    QStringList reasons = {}; ///< why it is not known, one sentence each; Unknown always has one
    CodeCoverage coverage = {};
    BuildIds buildIds = {};
    /// The service has compared the code since it was asked to, and an unknown verdict will stay unknown. It is not on
    /// the wire: a client that asks for a comparison finds out.
    bool isConclusive = false;

    bool operator==(const CodeReport &) const = default;
};

/// Whether a process loaded a file: the answer of `/health/code`.
struct CodeFile
{
    QString path; ///< as it was asked for
    bool loaded = false;
    QString kind; ///< as CodeChange has it; empty: not loaded

    bool operator==(const CodeFile &) const = default;
};

/// The basic body (`/health/live`).
struct BasicHealth
{
    ServiceStatus status = ServiceStatus::Healthy;
    Seconds uptime{0};
    QDateTime startTime; ///< UTC
    QString version;
    QString service;
    QString instanceId;        ///< a new process has a new one; empty: the service does not say
    std::optional<qint64> pid; ///< on the service's own machine

    bool operator==(const BasicHealth &) const = default;
};

/// Where a process was started, and by whom; as of then. What is not known is empty.
struct ServiceIdentity
{
    QString directory; ///< its working directory
    QString worktree;  ///< of the version control that the directory lies in
    QString branch;    ///< empty, too, when detached
    QString commit;
    std::optional<bool> dirty; ///< whether files of the work tree differed from the commit
    QString user;

    bool operator==(const ServiceIdentity &) const = default;
};

/// The detailed body (`/health/status`).
struct HealthReport : BasicHealth
{
    bool shouldShutdown = false;
    std::optional<bool> ready;            ///< as `/health/ready` answers; nothing: the service does not say
    QList<DependencyReport> dependencies; ///< in the order the service names them
    Resources resources;
    QStringList capabilities;
    std::optional<ShutdownProgress> shutdown;
    std::optional<CodeReport> code;
    std::optional<WrappedProcess> process;   ///< nothing: it speaks for no other program
    std::optional<ServiceIdentity> identity; ///< nothing: it does not say
    QString implementation{}; ///< what speaks the protocol for it: `hephaestus 0.1.0`; empty: it does not say
    /// Not of the body: whose it is, if it is not the entry's that was asked (ForeignServices); empty: its own, or not
    /// known.
    QString owner{};
    /// Not of the body: a page answered, which says nothing of health (Dialect::Reachable).
    bool isPage = false;

    bool operator==(const HealthReport &) const = default;
};

struct DrainReport
{
    Seconds waited{0};
    qint64 completed = 0;
    qint64 abandoned = 0;

    bool operator==(const DrainReport &) const = default;
};

/// What a shutdown came to: the answer of the blocking call.
struct ShutdownResult
{
    bool complete = true; ///< false: `shutdown_incomplete`, a step failed or hung, or the drain was cut off
    ShutdownMode mode = ShutdownMode::Immediate;
    Seconds cleanupDuration{0};
    QString shutdownId;
    std::optional<int> exitCode;
    std::optional<DrainReport> drain;
    QList<StepReport> steps;

    bool operator==(const ShutdownResult &) const = default;
};

/// The answer of the calls that only begin something.
struct Acknowledgement
{
    QString status;     ///< `shutdown_scheduled`, `shutdown_cancelled`, `restart_scheduled`
    QString instanceId; ///< of the process that answered; empty: it does not say

    bool operator==(const Acknowledgement &) const = default;
};

/// The body of a refusal: `{"error": {"code": …, "message": …}}`.
struct ErrorBody
{
    QString code; ///< stable, for programs
    QString message;

    bool operator==(const ErrorBody &) const = default;
};

/// The words of the protocol for its enumerations (`shutting_down`, `not_used`, `timed_out`, …).
QString wireName(ServiceStatus status);
QString wireName(DependencyStatus status);
QString wireName(ShutdownMode mode);
QString wireName(StepOutcome outcome);
QString wireName(CodeVerdict verdict);

} // namespace Hephaestus
