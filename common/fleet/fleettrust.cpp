// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/fleettrust.h"

#include "common/base/homedirectory.h"
#include "common/base/printable.h"
#include "common/base/privatedirectory.h"
#include "common/base/regularfile.h"
#include "common/fleet/statepaths.h"
#include "common/protocol/serviceaddress.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>

#include <cerrno>
#include <cstring>

#include <unistd.h>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;

constexpr qint64 LargestTrustFile = 4 * 1024 * 1024;

/// Each part with its length: no two lists look the same.
QByteArray hashOf(const QStringList &parts)
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    for (const QString &part : parts)
        hash.addData(QByteArray::number(part.size()) + ':' + part.toUtf8() + '\n');
    return hash.result().toHex();
}

/// With their count: what follows is none of them.
QStringList counted(const QStringList &parts) { return QStringList{QString::number(parts.size())} << parts; }

QStringList partsOf(const RestartByCommand &command)
{
    QStringList environment;
    for (auto each = command.environment.begin(); each != command.environment.end(); ++each)
        environment << each.key() << each.value();
    return counted(command.command) << command.directory << counted(environment) << counted(command.envFiles)
                                    << (command.isOwnRun ? u"run"_s : QString());
}

/// Of all that decides what is run.
QByteArray hashOf(const QString &fleetFile, const FleetEntry &entry)
{
    const RestartByCommand *const command = commandToStart(entry);
    QStringList parts{QFileInfo(fleetFile).absoluteFilePath(), entry.name, methodName(entry.restart)};
    parts << counted(command ? partsOf(*command) : QStringList());
    parts << counted(entry.build ? partsOf(*entry.build) : QStringList());
    if (const auto *const systemd = std::get_if<RestartBySystemd>(&entry.restart))
        parts << systemd->unit << systemd->scope;
    if (const auto *const container = std::get_if<RestartByContainer>(&entry.restart))
        parts << container->engine << container->name;
    if (const auto *const kubernetes = std::get_if<RestartByKubernetes>(&entry.restart))
        parts << kubernetes->workload << kubernetes->nameSpace;
    return hashOf(parts);
}

QByteArray hashOf(const QString &fleetFile, const FleetHook &hook)
{
    return hashOf(QStringList{QFileInfo(fleetFile).absoluteFilePath(), u"hook"_s, hook.name,
                              QString::number(int(hook.target.kind)), hook.target.url.toString(), hook.target.directory}
                  << hook.target.command);
}

/// Of all that decides which file is sent, and to whom.
QByteArray hashOfToken(const FleetEntry &entry)
{
    return hashOf({QFileInfo(entry.fleetFile).absoluteFilePath(), u"token"_s, entry.tokenFile, entry.url, entry.user,
                   entry.caFile, fingerprintText(entry.fingerprint), entry.host.name, entry.host.ssh});
}

/// Empty: there is no home, and nothing can be kept.
QString fileIn(const QString &stateDirectory)
{
    const QString directory = stateDirectory.isEmpty() ? defaultStateDirectory() : stateDirectory;
    return directory.isEmpty() ? QString() : directory + u"/trusted"_s;
}

} // namespace

FleetTrust::FleetTrust(const QString &stateDirectory) : m_file(fileIn(stateDirectory)) {}

void FleetTrust::read()
{
    QFile file;
    if (openRegularFile(file, m_file)) {
        m_hashes.clear();
        m_readAt = {-1, -1};
        return;
    }
    struct stat status = {};
    if (::fstat(file.handle(), &status) != 0 || isWritableByOthers(status, ::geteuid()))
        return m_hashes.clear();
    const std::pair now{qint64(status.st_ctim.tv_sec) * 1'000'000'000 + status.st_ctim.tv_nsec, qint64(status.st_size)};
    if (std::exchange(m_readAt, now) == now)
        return;
    m_hashes.clear();
    for (const QByteArray &line : file.read(LargestTrustFile).split('\n'))
        m_hashes.insert(line);
}

bool FleetTrust::isTrusted(const QString &fleetFile, const FleetEntry &entry)
{
    if (fleetFile.isEmpty())
        return true;
    read();
    return m_hashes.contains(hashOf(fleetFile, entry));
}

bool FleetTrust::isTrusted(const QString &fleetFile, const FleetHook &hook)
{
    read();
    return m_hashes.contains(hashOf(fleetFile, hook));
}

bool FleetTrust::isTokenTrusted(const FleetEntry &entry)
{
    if (entry.fleetFile.isEmpty() || entry.tokenFile.isEmpty())
        return true;
    read();
    return m_hashes.contains(hashOfToken(entry));
}

std::optional<Problem> FleetTrust::trust(const QString &fleetFile, const QList<FleetEntry> &entries,
                                         const QList<FleetHook> &hooks)
{
    QByteArray lines;
    for (const FleetEntry &entry : entries) {
        if (!isTrusted(fleetFile, entry))
            lines += hashOf(fleetFile, entry) + '\n';
        if (!isTokenTrusted(entry))
            lines += hashOfToken(entry) + '\n';
    }
    for (const FleetHook &hook : hooks) {
        if (!isTrusted(fleetFile, hook))
            lines += hashOf(fleetFile, hook) + '\n';
    }
    return keep(lines);
}

std::optional<Problem> FleetTrust::trustToken(const FleetEntry &entry)
{
    return keep(isTokenTrusted(entry) ? QByteArray() : hashOfToken(entry) + '\n');
}

std::optional<Problem> FleetTrust::keep(QByteArray lines)
{
    if (lines.isEmpty())
        return {};
    lines.prepend('\n'); // a full disk may have cut the line before
    if (m_file.isEmpty())
        return Problem{{}, u"no place to keep what is trusted: neither HOME nor XDG_STATE_HOME is set"_s};
    if (const auto problem = makePrivateDirectory(QFileInfo(m_file).absolutePath()))
        return *problem;
    const Result<FileDescriptor> file = openRegularFile(QFile::encodeName(m_file), O_WRONLY | O_APPEND | O_CREAT);
    if (!file)
        return file.problem();
    const ssize_t written = ::write(file->number(), lines.constData(), size_t(lines.size()));
    if (written == lines.size())
        return {};
    // What was cut is the hash of nothing: its entry is asked for again.
    const int error = written < 0 ? errno : ENOSPC; // of a short write there is none
    return Problem{m_file, u"cannot be written: %1"_s.arg(QString::fromLocal8Bit(std::strerror(error)))};
}

QString whatRuns(const FleetEntry &entry)
{
    const auto quoted = [](QString word) { // so that no two commands look alike
        static const QRegularExpression special(u"[\\s\"'\\\\]"_s);
        if (!word.isEmpty() && !word.contains(special))
            return word;
        return u'"' + word.replace(u'\\', u"\\\\"_s).replace(u'"', u"\\\""_s) + u'"';
    };
    const auto inWords = [quoted](const RestartByCommand &command) {
        QStringList words;
        for (auto each = command.environment.begin(); each != command.environment.end(); ++each)
            words << quoted(each.key()) + u'=' + quoted(each.value());
        for (const QString &word : command.command)
            words << quoted(word);
        return printable(words.join(u' '));
    };
    QStringList parts;
    if (entry.build)
        parts << inWords(*entry.build);
    if (const RestartByCommand *const command = commandToStart(entry)) {
        QString text = inWords(*command);
        for (const QString &file : command->envFiles)
            text += u", environment of "_s + printable(homeRelative(file));
        parts << text;
    } else if (const auto *const systemd = std::get_if<RestartBySystemd>(&entry.restart)) {
        parts << u"systemd unit "_s + printable(systemd->unit);
    } else if (const auto *const container = std::get_if<RestartByContainer>(&entry.restart)) {
        parts << printable(container->engine) + u" container "_s + printable(container->name);
    } else if (const auto *const kubernetes = std::get_if<RestartByKubernetes>(&entry.restart)) {
        parts << u"Kubernetes "_s + printable(kubernetes->workload);
    }
    return parts.join(u", then "_s);
}

QString whatIsSent(const FleetEntry &entry)
{
    if (entry.tokenFile.isEmpty())
        return {};
    QString text =
        u"the token in %1 to %2"_s.arg(printable(homeRelative(entry.tokenFile)), printable(withoutPassword(entry.url)));
    if (!entry.host.isHere())
        text += u" by ssh %1"_s.arg(printable(entry.host.ssh));
    if (!entry.user.isEmpty())
        text += u", of the user %1"_s.arg(printable(entry.user));
    if (!entry.fingerprint.isEmpty())
        text += u", with the certificate SHA256:%1"_s.arg(fingerprintText(entry.fingerprint));
    else if (!entry.caFile.isEmpty())
        text += u", certified by %1"_s.arg(printable(homeRelative(entry.caFile)));
    return text;
}

} // namespace Hephaestus
