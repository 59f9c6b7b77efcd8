// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/cli/doctor.h"

#include "common/base/homedirectory.h"
#include "common/base/regularfile.h"
#include "common/base/username.h"
#include "common/client/httpconnection.h"
#include "common/fleet/fleetfile.h"
#include "common/fleet/fleettrust.h"
#include "common/fleet/launcher.h"
#include "common/fleet/portholders.h"
#include "server/cli/survey.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using Grade = Finding::Grade;

namespace {

constexpr auto AnswerWithin = 2s;
constexpr qint64 EnoughWatches = 65'536; ///< directories: a large project with its node_modules
constexpr qint64 EnoughFiles = 1'024;    ///< descriptors: what most programs expect

qint64 numberIn(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll().trimmed().toLongLong() : -1;
}

/// The inotify instances of this user's processes, as far as they can be seen.
qint64 inotifyInstances()
{
    qint64 count = 0;
    for (const QString &pid : QDir(u"/proc"_s).entryList({u"[0-9]*"_s}, QDir::Dirs)) {
        const QString descriptors = u"/proc/%1/fd"_s.arg(pid);
        struct stat status = {};
        if (::stat(QFile::encodeName(descriptors).constData(), &status) != 0 || status.st_uid != ::geteuid())
            continue;
        for (const QString &descriptor : QDir(descriptors).entryList(QDir::System | QDir::Files)) {
            char target[32] = {};
            const QByteArray link = QFile::encodeName(descriptors + u'/' + descriptor);
            if (::readlink(link.constData(), target, sizeof target) > 0
                && QByteArrayView(target) == "anon_inode:inotify")
                ++count;
        }
    }
    return count;
}

QList<Finding> inotify()
{
    const QString subject = u"inotify"_s;
    const qint64 watches = numberIn(u"/proc/sys/fs/inotify/max_user_watches"_s);
    const qint64 instances = numberIn(u"/proc/sys/fs/inotify/max_user_instances"_s);
    if (watches < 0 || instances < 0)
        return {{Grade::Advice, subject, u"its limits cannot be read"_s,
                 u"changes of files are looked for once a second where it is missing"_s}};
    const qint64 used = inotifyInstances();
    QList<Finding> findings;
    if (watches < EnoughWatches)
        findings << Finding{Grade::Advice, subject, u"%1 directories can be watched"_s.arg(watches),
                            u"set fs.inotify.max_user_watches=524288 in /etc/sysctl.d; beyond the limit changes are "
                            "looked for once a second"_s};
    if (used * 5 >= instances * 4)
        findings << Finding{used >= instances ? Grade::Bad : Grade::Advice, subject,
                            u"%1 of %2 instances are in use"_s.arg(used).arg(instances),
                            u"set fs.inotify.max_user_instances=1024 in /etc/sysctl.d, or end editors and watchers"_s};
    if (findings.isEmpty())
        findings << Finding{
            Grade::Good,
            subject,
            u"%1 directories can be watched, and %2 of %3 instances are in use"_s.arg(watches).arg(used).arg(instances),
            {}};
    return findings;
}

Finding openFiles()
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const QString what = u"%1 files may be open at once"_s.arg(qulonglong(limit.rlim_cur));
    if (qint64(std::min<rlim_t>(limit.rlim_cur, EnoughFiles)) < EnoughFiles)
        return {Grade::Advice, u"open files"_s, what, u"raise it: `ulimit -n 4096`, or LimitNOFILE= in the unit"_s};
    return {Grade::Good, u"open files"_s, what, {}};
}

/// ntp_adjtime(2) says whether anything keeps the clock right.
Finding clock()
{
    timex state{};
    const bool isKept = ::ntp_adjtime(&state) != TIME_ERROR && !(state.status & STA_UNSYNC);
    if (isKept)
        return {Grade::Good, u"clock"_s, u"it is kept by a time service"_s, {}};
    return {Grade::Advice, u"clock"_s, u"no time service says that it keeps it"_s,
            u"run systemd-timesyncd or chrony, or times of several machines cannot be compared"_s};
}

/// A folder that only this user may enter.
Finding privateFolder(const QString &subject, const QString &path)
{
    const QString shown = homeRelative(path);
    struct stat status = {};
    if (path.isEmpty())
        return {Grade::Bad, subject, u"there is none: neither HOME nor XDG_STATE_HOME is set"_s,
                u"set one of them; histories, logs and what you trust are kept there"_s};
    if (::stat(QFile::encodeName(path).constData(), &status) != 0)
        return {Grade::Good, subject, u"%1 is made when it is needed"_s.arg(shown), {}};
    if (status.st_uid != ::geteuid())
        return {Grade::Bad, subject, u"%1 belongs to another user"_s.arg(shown),
                u"give it back: `chown -R $USER %1`"_s.arg(shown)};
    if (status.st_mode & 077)
        return {Grade::Bad, subject,
                u"%1 is open to others (mode %2)"_s.arg(shown, QString::number(status.st_mode & 07777, 8)),
                u"`chmod 700 %1`"_s.arg(shown)};
    if (::access(QFile::encodeName(path).constData(), W_OK) != 0)
        return {Grade::Bad, subject, u"%1 cannot be written"_s.arg(shown), u"make its file system writable"_s};
    return {Grade::Good, subject, u"%1 is yours alone"_s.arg(shown), {}};
}

/// User units end with the last session of their user, unless he lingers (loginctl(1)).
QList<Finding> systemdOf(const Fleet &fleet)
{
    bool hasUser = false;
    bool hasSystem = false;
    for (const FleetEntry &entry : fleet.services) {
        if (const auto *const systemd = std::get_if<RestartBySystemd>(&entry.restart))
            (systemd->scope == "user"_L1 ? hasUser : hasSystem) = true;
    }
    QList<Finding> findings;
    const auto bus = [&](const QString &subject, const QString &socket, bool isGiven) {
        const bool isThere = isGiven || QFileInfo::exists(socket);
        findings << Finding{isThere ? Grade::Good : Grade::Bad, subject,
                            isThere ? u"its bus can be reached"_s : u"its bus is not at %1"_s.arg(socket),
                            isThere ? QString()
                                    : u"log in by a session of systemd; units cannot be restarted without"_s};
    };
    if (hasSystem)
        bus(u"systemd"_s, u"/run/dbus/system_bus_socket"_s, qEnvironmentVariableIsSet("DBUS_SYSTEM_BUS_ADDRESS"));
    if (!hasUser)
        return findings;
    bus(u"systemd of the user"_s, qEnvironmentVariable("XDG_RUNTIME_DIR") + u"/bus"_s,
        qEnvironmentVariableIsSet("DBUS_SESSION_BUS_ADDRESS"));
    const QString user = userName(::geteuid());
    const bool lingers = QFileInfo::exists(u"/var/lib/systemd/linger/"_s + user);
    findings << Finding{lingers ? Grade::Good : Grade::Advice, u"lingering"_s,
                        lingers ? u"user units go on when you log out"_s : u"user units end when you log out"_s,
                        lingers ? QString() : u"`loginctl enable-linger %1`"_s.arg(user)};
    return findings;
}

/// Who is at the address of an entry, if that is not its service.
Finding portOf(const FleetEntry &entry, const ServiceSnapshot &snapshot)
{
    const QString subject = u"address of "_s + entry.name;
    if (snapshot.report) {
        const QString &owner = snapshot.report->owner;
        if (owner.isEmpty())
            return {Grade::Good, subject, u"the service answers at %1"_s.arg(entry.url), {}};
        return {Grade::Bad, subject, u"%1 is held by %2"_s.arg(entry.url, owner),
                u"stop that one, or change the port"_s};
    }
    const std::optional<ServiceAddress> address = localAddressOf(entry);
    if (!address)
        return {Grade::Good, subject, u"%1 is on another machine, and does not answer now"_s.arg(entry.url), {}};
    const auto holder = findPortHolder(*address);
    if (!holder)
        return {Grade::Good, subject, u"%1 is free"_s.arg(entry.url), {}};
    return {Grade::Bad, subject,
            u"%1 is held by %2, which does not answer as a service"_s.arg(entry.url, holder->text()),
            u"stop it, or change the port"_s};
}

QList<Finding> secretsOf(const Fleet &fleet)
{
    QList<Finding> findings;
    for (const FleetEntry &entry : fleet.services) {
        if (entry.tokenFile.isEmpty())
            continue;
        const Result<ServiceTarget> target = targetOf(entry);
        findings << Finding{target ? Grade::Good : Grade::Bad, u"token of "_s + entry.name,
                            target ? homeRelative(entry.tokenFile) + u" is readable to you alone"_s
                                   : target.problem().text(),
                            target ? QString() : u"mend that file: one line, mode 600, yours"_s};
    }
    return findings;
}

} // namespace

QList<Finding> examineMachine()
{
    return inotify() << openFiles() << clock() << privateFolder(u"state"_s, defaultStateDirectory());
}

QList<Finding> examineFleet(const FleetChoice &choice)
{
    const QString subject = u"fleet file"_s;
    if (!QFileInfo::exists(choice.path))
        return {{choice.reason == FleetChoice::Reason::User ? Grade::Good : Grade::Bad,
                 subject,
                 u"there is none at %1"_s.arg(homeRelative(choice.path)),
                 {}}};
    const FleetReading reading = readFleet(choice.path);
    QList<Finding> findings;
    for (const Problem &problem : reading.problems)
        findings << Finding{Grade::Bad, subject, problem.text(), u"mend that line"_s};
    for (const QString &note : reading.notes)
        findings << Finding{Grade::Advice, subject, note, u"give each service an address of its own"_s};
    if (!reading.ok())
        return findings;
    FleetTrust trust;
    const auto isUnknown = [&](const FleetEntry &entry) {
        return !whatRuns(entry).isEmpty() && !trust.isTrusted(reading.fleet.path, entry);
    };
    const auto isUnknownHook = [&](const FleetHook &hook) { return !trust.isTrusted(reading.fleet.path, hook); };
    const auto unknown = std::count_if(reading.fleet.services.begin(), reading.fleet.services.end(), isUnknown)
        + std::count_if(reading.fleet.hooks.begin(), reading.fleet.hooks.end(), isUnknownHook);
    if (unknown > 0)
        findings << Finding{
            Grade::Advice, subject,
            u"%1 of its commands and hooks were never run by you, and are not run unasked"_s.arg(unknown),
            u"read them, and then `hephaestus trust %1`"_s.arg(homeRelative(choice.path))};
    else
        findings << Finding{
            Grade::Good,
            subject,
            u"%1 names %2 services"_s.arg(homeRelative(choice.path), QString::number(reading.fleet.services.size())),
            {}};
    findings << secretsOf(reading.fleet) << systemdOf(reading.fleet);
    EnvironmentComparison environments;
    const QList<ServiceSnapshot> snapshots = survey(reading.fleet.services, environments, AnswerWithin);
    for (qsizetype i = 0; i < snapshots.size(); ++i)
        findings << portOf(reading.fleet.services[i], snapshots[i]);
    return findings;
}

} // namespace Hephaestus
