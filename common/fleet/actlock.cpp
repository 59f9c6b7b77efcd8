// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fleet/actlock.h"

#include "common/base/filecontent.h"
#include "common/base/filelock.h"
#include "common/base/printable.h"
#include "common/base/privatedirectory.h"
#include "common/base/processentry.h"
#include "common/base/regularfile.h"
#include "common/client/httpconnection.h"
#include "common/fleet/statepaths.h"
#include "common/protocol/actcodec.h"

#include <QCoreApplication>
#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QUrl>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype LongestPlainName = 120;
constexpr qsizetype LongestRecord = 1024 * 1024;

QString bootOfMachine()
{
    static const QString boot = [] {
        QFile file(u"/proc/sys/kernel/random/boot_id"_s);
        return file.open(QIODevice::ReadOnly) ? QString::fromLatin1(file.readAll().trimmed()) : QString();
    }();
    return boot;
}

/// The same for all ways to write an address.
QString fileNameOf(const HttpPeer &peer)
{
    ServiceAddress address = peer.address;
    address.host = address.host.toLower();
    if (address.host == "localhost"_L1 || address.host == "::1"_L1)
        address.host = u"127.0.0.1"_s;
    if (address.kind == ServiceAddress::Kind::Unix)
        address.path = QDir::cleanPath(QDir::current().absoluteFilePath(address.path));
    const QString host = peer.host.isHere() ? QString() : u"ssh:%1/"_s.arg(peer.host.ssh);
    const QByteArray text = (host + address.text() + peer.prefix).toUtf8();
    const QByteArray name = text.toPercentEncoding();
    return QString::fromLatin1(name.size() <= LongestPlainName ? name
                                                               : name.first(LongestPlainName - 64)
                                       + QCryptographicHash::hash(text, QCryptographicHash::Sha256).toHex());
}

/// `hephaestus up`, `hephaestus-dashboard`, `hephaestus mcp for claude-code`.
QString ownCommand(const QString &client)
{
    if (!client.isEmpty())
        return ownCommand({}) + u" for "_s + printable(client.left(40));
    const QStringList arguments = QCoreApplication::arguments();
    const QString word = arguments.value(1);
    const QString program = QFileInfo(arguments.value(0)).fileName();
    return word.isEmpty() || word.startsWith(u'-') ? program : program + u' ' + printable(word.left(40));
}

ProcessMark markOf(qint64 pid)
{
    const auto process = readProcess(pid);
    return {pid, process ? qint64(process->startTicks) : 0};
}

QString textOf(const ActRequest &request)
{
    return u"%1 (pid %2)"_s.arg(printable(request.command), QString::number(request.by.pid));
}

bool isStop(FleetAction action) { return action == FleetAction::Stop; }

Result<QString> folderIn(const QString &stateDirectory)
{
    const QString state = stateDirectory.isEmpty() ? defaultStateDirectory() : stateDirectory;
    if (state.isEmpty())
        return Problem{{}, u"no place to note the act: neither HOME nor XDG_STATE_HOME is set"_s};
    return state + u"/acts"_s;
}

/// The file of a service's acts, without its extension; a Problem: there is no place for it.
Result<QString> fileOf(const FleetEntry &entry, const QString &stateDirectory)
{
    const Result<HttpPeer> peer = parsePeer(entry.url);
    if (!peer)
        return peer.problem();
    const Result<QString> folder = folderIn(stateDirectory);
    if (!folder)
        return Problem{entry.name, folder.problem().what};
    return *folder + u'/' + fileNameOf(*peer);
}

/// And the state's above it: nobody else may enter them.
std::optional<Problem> makeFolder(const QString &acts)
{
    const std::optional<Problem> problem = makePrivateDirectory(QFileInfo(acts).absolutePath());
    return problem ? problem : makePrivateDirectory(acts);
}

std::optional<Problem> makeFolderOf(const QString &file) { return makeFolder(QFileInfo(file).absolutePath()); }

FileDescriptor openData(const QString &file, int flags)
{
    return FileDescriptor(
        ::open(QFile::encodeName(file + u".json"_s).constData(), flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
}

/// Whoever has a lock on it has the turn.
Result<FileDescriptor> openTurn(const QString &file)
{
    return openRegularFile(QFile::encodeName(file + u".lock"_s), O_RDWR | O_CREAT | O_NOFOLLOW);
}

/// Who reads it must hold the short lock.
ActRecord readRecord(int file)
{
    QByteArray content;
    struct stat status = {};
    if (::fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_size <= LongestRecord)
        content.resize(qsizetype(status.st_size));
    const auto count = ::pread(file, content.data(), std::size_t(content.size()), 0);
    content.truncate(std::max<qsizetype>(count, 0));
    const Result<ActRecord> record = decodeActRecord(content);
    if (record && record->boot == bootOfMachine())
        return *record;
    return {.boot = bootOfMachine(),
            .lastNumber = record ? record->lastNumber : 0,
            .isStopped = record && record->isStopped}; // who was stopped before the machine was, too
}

template <typename Change>
void changeRecord(int file, Change change)
{
    const FileLock lock(file, LOCK_EX);
    ActRecord record = readRecord(file);
    change(record);
    replaceContent(file, encode(record));
}

} // namespace

bool isAlive(const ProcessMark &mark)
{
    const auto process = mark.pid > 0 ? readProcess(mark.pid) : std::nullopt;
    return process && qint64(process->startTicks) == mark.startTicks && !process->isZombie();
}

Result<std::unique_ptr<ActLock>> ActLock::request(const FleetEntry &entry, FleetAction action,
                                                  const QString &stateDirectory, const QString &client)
{
    const Result<QString> file = fileOf(entry, stateDirectory);
    if (!file)
        return file.problem();
    if (const std::optional<Problem> problem = makeFolderOf(*file))
        return *problem;
    FileDescriptor data = openData(*file, O_RDWR | O_CREAT);
    if (!data.isOpen())
        return Problem{*file, QString::fromLocal8Bit(std::strerror(errno))};
    if (const Result<FileDescriptor> turn = openTurn(*file); !turn) // the turn would never come
        return turn.problem();
    return std::unique_ptr<ActLock>(new ActLock(*file, std::move(data), action, client));
}

ActLock::ActLock(const QString &file, FileDescriptor data, FleetAction action, const QString &client)
    : m_file(file)
    , m_data(std::move(data))
{
    m_request = {.action = action, .by = markOf(QCoreApplication::applicationPid()), .command = ownCommand(client)};
    change([this](ActRecord &record) {
        m_request.number = ++record.lastNumber;
        record.latest = m_request;
    });
}

ActLock::~ActLock()
{
    if (m_isOver)
        return;
    if (!hasBegun()) {
        withdraw();
        return;
    }
    change([](ActRecord &record) { // its process may live on, and is not at it any more
        if (record.running)
            record.running->request.isDone = true;
    });
}

void ActLock::withdraw()
{
    m_isOver = true;
    change([this](ActRecord &record) {
        if (record.latest && record.latest->number == m_request.number)
            record.latest.reset();
    });
}

template <typename Change>
void ActLock::change(Change change)
{
    changeRecord(m_data.number(), change);
}

bool ActLock::tryToBegin()
{
    Result<FileDescriptor> turn = openTurn(m_file);
    if (!turn || ::flock(turn->number(), LOCK_EX | LOCK_NB) != 0)
        return false;
    m_turn = *std::move(turn);
    m_answers = m_request.number;
    change([this](ActRecord &record) {
        m_remains =
            std::exchange(record.running, RunningAct{.request = m_request, .begun = QDateTime::currentDateTimeUtc()});
        record.isCalledOff = false;
        if (!isStop(m_request.action))
            record.isStopped = false;
    });
    return true;
}

QString ActLock::holder() const
{
    const FileLock lock(m_data.number(), LOCK_SH);
    const ActRecord record = readRecord(m_data.number());
    if (!record.running || !isAlive(record.running->request.by))
        return {};
    const ActRequest &request = record.running->request;
    return record.running->step.isEmpty()
        ? textOf(request)
        : u"%1 (pid %2, %3)"_s.arg(printable(request.command), QString::number(request.by.pid), record.running->step);
}

QString ActLock::overruler() const
{
    const FileLock lock(m_data.number(), LOCK_SH);
    const std::optional<ActRequest> latest = readRecord(m_data.number()).latest;
    if (!latest || latest->number <= m_request.number || isStop(latest->action) == isStop(m_request.action))
        return {};
    if (isStop(m_request.action) && hasBegun())
        return {}; // what was asked to end cannot be asked to stay
    if (!latest->isDone && !isAlive(latest->by))
        return {}; // nobody will do it
    return textOf(*latest);
}

std::optional<Receipt> ActLock::answer() const
{
    const FileLock lock(m_data.number(), LOCK_SH);
    const ActRecord record = readRecord(m_data.number());
    const bool isFor =
        record.last && isStop(record.last->action.value().value_or(FleetAction::Stop)) == isStop(m_request.action);
    return isFor && record.answered >= m_request.number ? record.last : std::nullopt;
}

void ActLock::noteStep(RestartStep step)
{
    change([step](ActRecord &record) {
        if (record.running) {
            record.running->step = wireName(step);
            record.running->stepBegun = QDateTime::currentDateTimeUtc();
        }
    });
}

void ActLock::noteLaunched(qint64 pid)
{
    change([mark = markOf(pid)](ActRecord &record) {
        if (record.running)
            record.running->launched = mark;
    });
}

void ActLock::noteStopped()
{
    change([](ActRecord &record) { record.isStopped = true; });
}

void ActLock::noteCalledOff()
{
    change([](ActRecord &record) { record.isCalledOff = true; });
}

void ActLock::answerThoseSoFar()
{
    const FileLock lock(m_data.number(), LOCK_SH);
    m_answers = std::max(m_answers, readRecord(m_data.number()).lastNumber);
}

template <typename Change>
void ActLock::endTurn(Change more)
{
    if (!hasBegun())
        return withdraw();
    m_isOver = true;
    change([&](ActRecord &record) {
        if (record.latest && record.latest->number == m_request.number)
            record.latest->isDone = true;
        more(record);
    });
    m_turn.reset();
}

void ActLock::end(const std::optional<Receipt> &receipt, bool isShared)
{
    endTurn([&](ActRecord &record) {
        record.running.reset();
        record.last = receipt;
        record.answered = receipt && isShared ? m_answers : 0;
    });
}

void ActLock::endAnswered()
{
    endTurn([](ActRecord &record) { record.running.reset(); });
}

void ActLock::leave(const Receipt &receipt)
{
    endTurn([&](ActRecord &record) {
        if (record.running)
            record.running->hasEnded = record.running->request.isDone = true; // its process may live on
        record.last = receipt;
        record.answered = 0;
    });
}

ActRecord readActs(const FleetEntry &entry, const QString &stateDirectory)
{
    const Result<QString> file = fileOf(entry, stateDirectory);
    const FileDescriptor data = file ? openData(*file, O_RDONLY) : FileDescriptor();
    if (!data.isOpen())
        return {};
    const FileLock lock(data.number(), LOCK_SH);
    return readRecord(data.number());
}

qint64 actsChangedAt(const FleetEntry &entry, const QString &stateDirectory)
{
    const Result<QString> file = fileOf(entry, stateDirectory);
    return file ? fileChangedAt(*file + u".json"_s) : 0;
}

QString recordOfActs(const FleetEntry &entry)
{
    const Result<HttpPeer> peer = parsePeer(entry.url);
    return peer ? fileNameOf(*peer) + u".json"_s : QString();
}

Result<QString> folderOfActs(const QString &stateDirectory)
{
    Result<QString> folder = folderIn(stateDirectory);
    if (folder) {
        if (const std::optional<Problem> problem = makeFolder(*folder))
            return *problem;
    }
    return folder;
}

bool recordStopped(const FleetEntry &entry, bool isStopped, const QString &stateDirectory)
{
    if (readActs(entry, stateDirectory).isStopped == isStopped)
        return true;
    const Result<QString> file = fileOf(entry, stateDirectory);
    if (!file || makeFolderOf(*file))
        return false;
    const FileDescriptor data = openData(*file, O_RDWR | O_CREAT);
    if (data.isOpen())
        changeRecord(data.number(), [isStopped](ActRecord &record) { record.isStopped = isStopped; });
    return readActs(entry, stateDirectory).isStopped == isStopped;
}

} // namespace Hephaestus
