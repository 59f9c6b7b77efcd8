// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/machinefindings.h"

#include "common/base/homedirectory.h"
#include "common/fleet/statepaths.h"

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
using Grade = Finding::Grade;

namespace {

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

/// Where the keyring, notifications and user units are asked.
Finding sessionBus()
{
    const QString subject = u"session bus"_s;
    const QString socket = qEnvironmentVariable("XDG_RUNTIME_DIR") + u"/bus"_s;
    if (qEnvironmentVariableIsSet("DBUS_SESSION_BUS_ADDRESS") || QFileInfo::exists(socket))
        return {Grade::Good, subject, u"there is one, for the keyring and notifications"_s, {}};
    return {Grade::Advice, subject, u"there is none: tokens are kept in files of yours, and no notification is shown"_s,
            u"log in by a session of systemd, or run dbus-run-session; a server does without"_s};
}

} // namespace

QList<Finding> examineMachine()
{
    return inotify() << openFiles() << clock() << privateFolder(u"state"_s, defaultStateDirectory()) << sessionBus();
}

} // namespace Hephaestus
