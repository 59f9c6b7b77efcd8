// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/printable.h"
#include "common/client/hostconnection.h"
#include "common/protocol/findingcodec.h"
#include "server/cli/clientcommands.h"
#include "server/cli/doctor.h"
#include "server/cli/hostcommand.h"
#include "server/cli/plaincommandline.h"

#include <QRegularExpression>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using Grade = Finding::Grade;

namespace {

constexpr int NoSuchProgram = 127;  ///< of every shell
constexpr qsizetype MostUnits = 20; ///< that are named

/// A command's output over there; nothing: the program is not there, or it failed.
std::optional<QString> saidOn(const RemoteHost &host, const QStringList &words)
{
    const Result<HostOutput> said = outputOnHost(host, words);
    if (!said || said->code != 0)
        return {};
    QStringList lines = QString::fromUtf8(said->output.left(64 * 1024)).trimmed().split(u'\n');
    for (QString &line : lines)
        line = printable(line);
    return lines.join(u'\n');
}

/// Whether a shell reads it as it is: what that machine says must be no command of ours.
bool isPlainWord(const QString &word)
{
    static const QRegularExpression plain(u"\\A[A-Za-z0-9_][A-Za-z0-9_.:@-]*\\z"_s);
    return plain.match(word).hasMatch();
}

/// Empty: it is reached. Else what keeps it from that.
QList<Finding> connectionTo(const RemoteHost &host)
{
    const Result<HostOutput> said = outputOnHost(host, {u"true"_s});
    if (!said)
        return {{Grade::Bad, u"ssh"_s, printable(hostTrouble(host, said.problem().what)),
                 u"nothing else can be looked at before"_s}};
    if (said->code != 0)
        return {{Grade::Bad, u"ssh"_s, u"%1 runs no command (exit code %2)"_s.arg(host.name).arg(said->code),
                 u"the login there must be one with a shell"_s}};
    return {};
}

Finding versionThere(const RemoteHost &host, bool &isThere)
{
    const QString subject = u"hephaestus"_s;
    const Result<HostOutput> said = outputOnHost(host, {u"hephaestus"_s, u"--version"_s});
    isThere = said.ok() && said->code == 0;
    if (said && said->code == NoSuchProgram)
        return {Grade::Bad, subject,
                u"there is none in the PATH that `ssh %1 env` shows, nor in ~/.local/bin"_s.arg(host.name),
                u"install its package there, or unpack the tarball into ~/.local; until then services can be watched "
                "by their endpoints, and not started"_s};
    if (!isThere)
        return {Grade::Bad, subject, u"`hephaestus --version` fails there"_s, u"try it by `ssh %1`"_s.arg(host.name)};
    const QString version = printable(QString::fromUtf8(said->output.left(200))).section(u' ', 1, 1).trimmed();
    if (version != QLatin1StringView(HEPHAESTUS_VERSION))
        return {Grade::Advice, subject,
                u"version %1 there, and %2 here"_s.arg(version, QLatin1StringView(HEPHAESTUS_VERSION)),
                u"what one of them does not know is left out; bring the older one up to date"_s};
    return {Grade::Good, subject, u"version %1, as here"_s.arg(version), {}};
}

/// The units of that systemd that bring services back after a boot, and whether some have failed.
QList<Finding> unitsOf(const RemoteHost &host, bool isUser, bool &hasEnabled)
{
    const QString subject = isUser ? u"units of the user"_s : u"units of the system"_s;
    const QStringList systemctl = isUser ? QStringList{u"systemctl"_s, u"--user"_s} : QStringList{u"systemctl"_s};
    const auto listed = saidOn(
        host, systemctl + QStringList{u"list-unit-files"_s, u"--no-legend"_s, u"--state=enabled"_s, u"hephaestus*"_s});
    if (!listed)
        return {{Grade::Advice, subject, u"systemd does not answer"_s,
                 u"without it nothing brings the services back after a boot"_s}};
    QStringList names;
    for (const QString &line : listed->split(u'\n', Qt::SkipEmptyParts))
        names << line.section(u' ', 0, 0);
    hasEnabled = hasEnabled || !names.isEmpty();
    QList<Finding> findings;
    if (!names.isEmpty())
        findings << Finding{
            Grade::Good, subject, u"after a boot there are %1"_s.arg(names.mid(0, MostUnits).join(u", "_s)), {}};
    const auto failed = saidOn(
        host,
        systemctl + QStringList{u"list-units"_s, u"--no-legend"_s, u"--plain"_s, u"--failed"_s, u"hephaestus*"_s});
    for (const QString &line : failed.value_or(QString()).split(u'\n', Qt::SkipEmptyParts).mid(0, MostUnits)) {
        const QString unit = line.section(u' ', 0, 0);
        findings << Finding{Grade::Bad, subject, u"%1 has failed"_s.arg(unit),
                            isPlainWord(unit)
                                ? u"`ssh %1 %2 status %3` says why"_s.arg(host.name, systemctl.join(u' '), unit)
                                : u"`%1 status` there says why"_s.arg(systemctl.join(u' '))};
    }
    return findings;
}

/// Units of a user end with his last session, unless he lingers (loginctl(1)).
Finding lingering(const RemoteHost &host)
{
    const QString user = saidOn(host, {u"id"_s, u"-un"_s}).value_or(QString());
    const auto lingers = saidOn(host, {u"loginctl"_s, u"show-user"_s, user, u"-p"_s, u"Linger"_s, u"--value"_s});
    if (lingers == u"yes"_s)
        return {Grade::Good, u"lingering"_s, u"the units of %1 run without a session"_s.arg(user), {}};
    if (lingers != u"no"_s)
        return {Grade::Advice, u"lingering"_s,
                u"whether the units of %1 go on without a session is not known: loginctl does not say"_s.arg(user),
                u"try `loginctl show-user` there"_s};
    return {Grade::Advice, u"lingering"_s, u"the units of %1 end with its last session"_s.arg(user),
            isPlainWord(user) ? u"`loginctl enable-linger %1` there"_s.arg(user) : u"`loginctl enable-linger` there"_s};
}

QList<Finding> systemdOn(const RemoteHost &host)
{
    if (!saidOn(host, {u"systemctl"_s, u"--version"_s}))
        return {{Grade::Advice, u"systemd"_s, u"there is none"_s,
                 u"have something else run `hephaestus up` after a boot"_s}};
    bool hasEnabled = false;
    bool hasEnabledOfUser = false;
    QList<Finding> findings = unitsOf(host, false, hasEnabled) + unitsOf(host, true, hasEnabledOfUser);
    if (hasEnabledOfUser)
        findings << lingering(host);
    if (!hasEnabled && !hasEnabledOfUser)
        findings << Finding{Grade::Advice, u"boot"_s, u"no unit of hephaestus is enabled"_s,
                            u"`systemctl enable --now hephaestus@NAME` there, with /etc/hephaestus/NAME.toml"_s};
    return findings;
}

/// What `hephaestus doctor` says there: of limits, folders, the fleet file, its ports and who holds them.
QList<Finding> doctorOn(const RemoteHost &host)
{
    const Result<HostOutput> said = outputOnHost(host, {u"hephaestus"_s, u"doctor"_s, u"--json"_s});
    const Result<QList<Finding>> findings =
        said ? decodeFindings(said->output) : Result<QList<Finding>>(said.problem());
    if (findings)
        return *findings;
    return {{Grade::Advice, u"doctor"_s, u"`hephaestus doctor` there does not say what this one understands"_s,
             u"try it by `ssh %1`"_s.arg(host.name)}};
}

QList<Finding> examineHost(const RemoteHost &host)
{
    QList<Finding> findings = connectionTo(host);
    if (!findings.isEmpty())
        return findings;
    findings << Finding{Grade::Good, u"ssh"_s, u"%1 is reached without a question"_s.arg(host.name), {}};
    bool isThere = false;
    findings << versionThere(host, isThere) << systemdOn(host);
    return isThere ? findings + doctorOn(host) : findings;
}

} // namespace

int deployCheckCommand(const QStringList &arguments)
{
    PlainCommandLine line(
        u"Says whether a server is ready to be watched and restarted from here: ssh, hephaestus there and its version, "
        "units, lingering, and what `hephaestus doctor` says there. Exit code 1 if something is bad."_s,
        u"deploy-check"_s);
    line.parser().addPositionalArgument(
        u"HOST"_s, u"A machine that ssh reaches, by its name in the fleet file or as ssh takes it."_s, u"HOST"_s);
    line.addJsonOption(u"Prints JSON: a list of findings."_s);
    if (const auto exit = line.read(arguments, 1, 1))
        return *exit;
    const Result<RemoteHost> host = findHost(line.words().first(), {});
    if (!host)
        return line.usageError(printable(host.problem().text()));
    return tellFindings(examineHost(*host), line);
}

} // namespace Hephaestus
