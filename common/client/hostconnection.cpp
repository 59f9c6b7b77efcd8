// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/client/hostconnection.h"

#include "common/base/post.h"
#include "common/base/printable.h"
#include "common/base/privatedirectory.h"
#include "common/base/processoutcome.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <csignal>
#include <map>

#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr milliseconds CheckEvery = 20ms;    ///< while ssh connects
constexpr milliseconds LongestOpening = 60s; ///< name, handshake and login together
constexpr milliseconds LongestHandshake = 10s;
/// A host that is known to be quicker is tried again sooner: what was sent to nobody is not waited for when it is back.
constexpr milliseconds LeastHandshake = 4s;
constexpr milliseconds FirstPause = 500ms;
constexpr milliseconds LongestPause = 2s;
/// What is not mended by trying again; a host that counts failed logins must not lock its user out.
constexpr milliseconds PauseForPerson = 60s;
constexpr milliseconds KeptUnused = 5min;
constexpr qsizetype LongestLog = 8 * 1024;
/// The master binds its socket under a name that is 17 bytes longer (mux.c), and 107 are all there are (unix(7)).
constexpr qsizetype LongestDirectory = 107 - 17 - 8;

/// Characters that mean nothing to ssh's -L, which knows `:`, `[`, `\`, `%` and `$`.
bool isPlainPath(const QString &path)
{
    return std::all_of(path.begin(), path.end(), [](QChar c) {
        return c.unicode() < 0x80 && (c.isLetterOrNumber() || u"/_.-+,=@~"_s.contains(c));
    });
}

QString lastLine(const QByteArray &log)
{
    const QStringList lines = QString::fromUtf8(log).split(u'\n', Qt::SkipEmptyParts);
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
        if (const QString text = line->trimmed(); !text.isEmpty())
            return printable(text.left(300));
    }
    return {};
}

struct Told
{
    QString trouble;
    bool needsPerson = false;
};

/// What ssh's last words come to.
Told troubleOf(const QByteArray &log, const RemoteHost &host)
{
    const QString last = lastLine(log);
    QStringList words = destinationOf(host);
    words.removeAll(u"--"_s);
    const QString byHand = u"`ssh %1`"_s.arg(printable(words.join(u' ')));
    if (log.contains("REMOTE HOST IDENTIFICATION HAS CHANGED"))
        return {u"ssh: the host key has changed; %1 says what to do"_s.arg(byHand), true};
    if (log.contains("Host key verification failed"))
        return {u"ssh: host key not known; run %1 once"_s.arg(byHand), true};
    if (const qsizetype denied = log.lastIndexOf("Permission denied"); denied >= 0) {
        const QString text = QString::fromUtf8(log.sliced(denied)).section(u'\n', 0, 0).trimmed();
        return {u"ssh: permission denied%1; %2 must work without a question (ssh-add loads a key into the agent)"_s.arg(
                    printable(text.sliced(17).left(80)).chopped(text.endsWith(u'.') ? 1 : 0), byHand),
                true};
    }
    if (log.contains("Too many authentication failures"))
        return {u"ssh: too many keys were tried; name one for this host in ~/.ssh/config (IdentityFile)"_s, true};
    if (log.contains("Could not resolve hostname"))
        return {u"ssh: could not resolve the name of %1"_s.arg(printable(host.ssh)), false};
    return {last.isEmpty() ? u"ssh: the connection was lost"_s
                           : (last.startsWith("ssh:"_L1) ? QString() : u"ssh: "_s) + last,
            false};
}

/// A folder of this user alone, with a name of its own in `base`; empty: not there.
QString makeFolderIn(const QString &base)
{
    QByteArray name = QFile::encodeName(base + u"/ssh-%1-XXXXXX"_s.arg(::getpid()));
    if (name.size() > LongestDirectory || !isPlainPath(base) || !::mkdtemp(name.data()))
        return {};
    return QFile::decodeName(name);
}

/// Of programs that were killed.
void removeFoldersOfDead(const QString &base)
{
    for (const QString &name : QDir(base).entryList({u"ssh-*-*"_s}, QDir::Dirs | QDir::NoSymLinks)) {
        const qint64 pid = name.section(u'-', 1, 1).toLongLong();
        struct stat status = {};
        const QString path = base + u'/' + name;
        const bool isOwn = ::lstat(QFile::encodeName(path).constData(), &status) == 0 && status.st_uid == ::geteuid();
        if (isOwn && pid > 0 && ::kill(pid_t(pid), 0) != 0 && errno == ESRCH)
            removeDirectory(path);
    }
}

/// `-L PATH:127.0.0.1:8000`
QString forwardText(const QString &path, const ServiceAddress &address)
{
    if (address.kind == ServiceAddress::Kind::Unix)
        return path + u':' + address.path;
    return path + u':' + address.text();
}

/// Those of a thread, by name and destination.
using Connections = std::map<std::pair<QString, QString>, std::shared_ptr<HostConnection>>;

Connections &connectionsOfThread()
{
    thread_local Connections connections;
    return connections;
}

} // namespace

std::shared_ptr<HostConnection> HostConnection::to(const RemoteHost &host)
{
    Connections &connections = connectionsOfThread();
    std::shared_ptr<HostConnection> &connection = connections[{host.name, host.ssh}];
    if (connection)
        return connection;
    static const bool isRegistered = [] { // before the application goes, which processes of Qt need
        qAddPostRoutine(endAll);
        return true;
    }();
    Q_UNUSED(isRegistered);
    connection = std::make_shared<HostConnection>(host);
    auto *const timer = new QTimer(connection.get());
    QObject::connect(timer, &QTimer::timeout, connection.get(), [host, seen = false]() mutable {
        Connections &known = connectionsOfThread();
        const auto found = known.find({host.name, host.ssh});
        const bool isUnused = found != known.end() && found->second.use_count() == 1;
        if (std::exchange(seen, isUnused) && isUnused) {
            std::shared_ptr<HostConnection> last = std::move(found->second);
            known.erase(found);
            auto *const holder = new QObject; // it ends later, not from within its own timer
            post(holder, [last = std::move(last), holder] { holder->deleteLater(); });
        }
    });
    timer->start(KeptUnused);
    return connection;
}

void HostConnection::endAll()
{
    for (const auto &[host, connection] : connectionsOfThread()) {
        // Who holds it may outlive the event loop that was to delete it: the sockets and ssh go all the same.
        connection->m_waiters.clear();
        connection->m_forwards.clear();
        connection->closed(u"ssh: the program ends"_s, false);
        if (!connection->m_directory.isEmpty())
            removeDirectory(std::exchange(connection->m_directory, QString()));
    }
    connectionsOfThread().clear();
}

HostConnection::HostConnection(RemoteHost host) : m_host(std::move(host))
{
    connect(&m_checkTimer, &QTimer::timeout, this, &HostConnection::check);
}

HostConnection::~HostConnection()
{
    for (QProcess *const process : {m_adding.get(), m_ssh.get()}) {
        if (!process)
            continue;
        process->disconnect(this);
        process->terminate();
        if (process->state() != QProcess::NotRunning && !process->waitForFinished(500))
            process->kill();
        process->waitForFinished(500);
    }
    if (!m_directory.isEmpty())
        removeDirectory(m_directory);
}

void HostConnection::prepare(QProcess &process)
{
    process.setStandardInputFile(QProcess::nullDevice());
    process.setChildProcessModifier([] {
        ::setsid(); // an interrupt at the terminal is for us, and there is no terminal to ask at
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    });
}

QStringList HostConnection::controlOptions() const { return {u"-S"_s, m_directory + u"/ctl"_s}; }

QStringList HostConnection::commandLine(const QStringList &words) const
{
    // A command over ssh has no login shell, which is what adds this folder to PATH.
    static const QStringList finding{u"sh"_s, u"-c"_s, u"PATH=$PATH:$HOME/.local/bin; exec \"$0\" \"$@\""_s};
    const QStringList run = words.first() == "hephaestus"_L1 ? finding + words : words;
    return QStringList{u"ssh"_s, u"-T"_s} + controlOptions()
        + QStringList{u"-o"_s, u"BatchMode=yes"_s, u"-o"_s, u"ControlMaster=no"_s, u"-o"_s, u"ForwardAgent=no"_s,
                      u"-o"_s, u"ForwardX11=no"_s, u"-o"_s, u"ClearAllForwardings=yes"_s, u"-o"_s,
                      u"RemoteCommand=none"_s, u"-o"_s, u"PermitLocalCommand=no"_s, u"-o"_s, u"LogLevel=ERROR"_s,
                      // Without the master it would be a connection of its own, with a question perhaps.
                      u"-o"_s, u"ProxyCommand=false"_s}
    + destinationOf(m_host) + QStringList{remoteCommandLine(run)};
}

// ---- open and closed -----------------------------------------------------------------------------------

void HostConnection::open(QObject *context, Opened done)
{
    if (m_state == State::Open)
        return done({});
    if (m_state == State::Closed && steady_clock::now() < m_notBefore)
        return done(Problem{m_host.name, m_trouble});
    m_waiters.push_back({context, std::move(done)});
    if (m_state == State::Closed)
        begin();
}

void HostConnection::retry() { m_notBefore = {}; }

std::optional<Problem> HostConnection::makeDirectory()
{
    if (!m_directory.isEmpty())
        return {};
    const QString runtime = qEnvironmentVariable("XDG_RUNTIME_DIR");
    if (QDir::isAbsolutePath(runtime) && !makePrivateDirectory(runtime + u"/hephaestus"_s)) {
        removeFoldersOfDead(runtime + u"/hephaestus"_s);
        m_directory = makeFolderIn(runtime + u"/hephaestus"_s);
    }
    if (m_directory.isEmpty()) // mkdtemp(3) makes it for us alone
        m_directory = makeFolderIn(u"/tmp"_s);
    if (m_directory.isEmpty())
        return Problem{m_host.name, u"ssh: no folder for its sockets can be made below /tmp"_s};
    return {};
}

void HostConnection::begin()
{
    m_state = State::Opening;
    m_log.clear();
    m_openingSince = steady_clock::now();
    if (const auto problem = makeDirectory())
        return closed(problem->what, false);
    QFile::remove(m_directory + u"/ctl"_s); // of a master that was killed
    m_ssh = std::make_unique<QProcess>();
    prepare(*m_ssh);
    m_ssh->setStandardOutputFile(QProcess::nullDevice());
    connect(m_ssh.get(), &QProcess::readyReadStandardError, this, &HostConnection::readLog);
    connect(m_ssh.get(), &QProcess::finished, this, &HostConnection::ended);
    connect(m_ssh.get(), &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            closed(u"ssh: the program cannot be started (%1); install OpenSSH's client"_s.arg(m_ssh->errorString()),
                   true);
    });
    QStringList arguments{u"-N"_s, u"-T"_s, u"-M"_s};
    arguments << controlOptions();
    for (const QLatin1StringView option :
         {"BatchMode=yes"_L1, "ControlPersist=no"_L1, "ExitOnForwardFailure=yes"_L1, "ForwardAgent=no"_L1,
          "ForwardX11=no"_L1, "ClearAllForwardings=yes"_L1, "PermitLocalCommand=no"_L1, "RemoteCommand=none"_L1,
          "Tunnel=no"_L1, "StreamLocalBindUnlink=yes"_L1, "StreamLocalBindMask=0177"_L1, "ServerAliveInterval=1"_L1,
          "ServerAliveCountMax=4"_L1, "LogLevel=INFO"_L1})
        arguments << u"-o"_s << option;
    const milliseconds handshake =
        m_openedIn == 0ms ? LongestHandshake : std::clamp(m_openedIn * 3, LeastHandshake, LongestHandshake);
    arguments << u"-o"_s << u"ConnectTimeout=%1"_s.arg(std::chrono::ceil<std::chrono::seconds>(handshake).count());
    m_ssh->start(u"ssh"_s, arguments + destinationOf(m_host));
    m_checkTimer.start(CheckEvery);
}

/// The master makes its socket once it has logged in.
void HostConnection::check()
{
    if (m_state != State::Opening)
        return m_checkTimer.stop();
    if (QFileInfo::exists(m_directory + u"/ctl"_s))
        return opened();
    if (steady_clock::now() - m_openingSince > LongestOpening)
        closed(u"ssh: it has not logged in within a minute"_s, false);
}

void HostConnection::readLog()
{
    const QByteArray said = m_ssh->readAllStandardError();
    m_log = (m_log + said).last(std::min<qsizetype>(m_log.size() + said.size(), LongestLog));
    for (const QByteArray &line : said.split('\n')) {
        const qsizetype begin = line.indexOf(" open failed: ");
        if (!line.startsWith("channel ") || begin < 0)
            continue;
        m_refused = steady_clock::now();
        m_refusal = printable(QString::fromUtf8(line.sliced(begin + 14)).trimmed().left(200));
    }
}

QString HostConnection::refusedSince(steady_clock::time_point time)
{
    if (m_ssh && m_ssh->state() == QProcess::Running)
        readLog();
    return m_refused >= time ? m_refusal : QString();
}

void HostConnection::opened()
{
    m_checkTimer.stop();
    m_state = State::Open;
    m_openedIn = std::chrono::ceil<milliseconds>(steady_clock::now() - m_openingSince);
    m_trouble.clear();
    m_log.clear();
    for (const Waiter &waiter : std::exchange(m_waiters, {})) {
        if (waiter.context)
            waiter.done({});
    }
    addForwards();
    Q_EMIT changed();
}

void HostConnection::ended()
{
    readLog();
    const bool wasOpen = m_state == State::Open;
    const Told told = troubleOf(m_log, m_host);
    closed(
        wasOpen && !told.needsPerson && told.trouble != "ssh: the connection was lost"_L1
            ? u"ssh: the connection was lost (%1)"_s.arg(told.trouble.mid(told.trouble.startsWith("ssh: "_L1) ? 5 : 0))
            : told.trouble,
        told.needsPerson && !wasOpen);
}

void HostConnection::closed(const QString &trouble, bool needsPerson)
{
    const bool wasOpen = m_state == State::Open;
    m_checkTimer.stop();
    m_state = State::Closed;
    const bool isNews = m_trouble != trouble;
    m_trouble = trouble;
    if (m_ssh) { // it may be calling us
        m_ssh->disconnect(this);
        if (m_ssh->state() != QProcess::NotRunning) {
            m_ssh->kill();
            m_ssh->waitForFinished(1'000);
        }
        m_ssh.release()->deleteLater();
    }
    m_pause = wasOpen ? FirstPause : std::clamp(m_pause * 2, FirstPause, LongestPause);
    const auto now = steady_clock::now();
    m_notBefore = needsPerson ? now + PauseForPerson : (wasOpen ? now : m_openingSince) + m_pause;
    const Problem problem{m_host.name, trouble};
    std::vector<std::pair<QPointer<QObject>, Forwarded>> waiting;
    for (Forward &forward : m_forwards) {
        forward.isReady = forward.isAsked = false;
        std::move(forward.waiters.begin(), forward.waiters.end(), std::back_inserter(waiting));
        forward.waiters.clear();
        if (!forward.path.isEmpty())
            QFile::remove(forward.path);
    }
    for (const Waiter &waiter : std::exchange(m_waiters, {})) {
        if (waiter.context)
            waiter.done(problem);
    }
    for (const auto &[context, done] : waiting) {
        if (context)
            done(problem);
    }
    if (isNews || wasOpen)
        Q_EMIT changed();
}

// ---- forwards ------------------------------------------------------------------------------------------

void HostConnection::forward(const ServiceAddress &address, QObject *context, Forwarded done)
{
    if (address.kind == ServiceAddress::Kind::Unix && !isPlainPath(address.path))
        return done(Problem{m_host.name,
                            u"a socket's path may have letters, digits and /_.-+,=@~ only, to be reached "
                            "through ssh"_s});
    Forward &forward = m_forwards[address.text()];
    if (m_state == State::Open && forward.isReady)
        return done(forward.path);
    if (m_state == State::Closed && steady_clock::now() < m_notBefore)
        return done(Problem{m_host.name, m_trouble});
    forward.waiters.emplace_back(context, std::move(done));
    if (m_state == State::Open)
        return post(this, &HostConnection::addForwards); // with what else is wanted now
    if (m_state == State::Closed)
        begin();
}

/// All that somebody waits for, by one command.
void HostConnection::addForwards()
{
    if (m_state != State::Open || m_adding)
        return;
    QStringList arguments{u"-F"_s, u"none"_s};
    arguments << controlOptions() << u"-O"_s << u"forward"_s;
    QStringList addresses;
    for (auto it = m_forwards.begin(); it != m_forwards.end(); ++it) {
        Forward &forward = it.value();
        if (forward.isReady || forward.isAsked || forward.waiters.empty())
            continue;
        if (forward.path.isEmpty())
            forward.path = m_directory + u'/' + QString::number(m_nextForward++);
        const bool isUnix = it.key().startsWith("unix:"_L1);
        const ServiceAddress address = isUnix    ? ServiceAddress{ServiceAddress::Kind::Unix, {}, 0, it.key().sliced(5)}
            : parseServiceAddress(it.key()).ok() ? *parseServiceAddress(it.key())
                                                 : ServiceAddress{};
        forward.isAsked = true;
        addresses << it.key();
        arguments << u"-L"_s << forwardText(forward.path, address);
    }
    if (addresses.isEmpty())
        return;
    m_adding = std::make_unique<QProcess>();
    prepare(*m_adding);
    whenOver(*m_adding, this, [this, addresses](const ProcessOutcome &outcome) {
        const QString said =
            outcome.whyNotStarted.isEmpty() ? lastLine(m_adding->readAllStandardError()) : outcome.whyNotStarted;
        m_adding.release()->deleteLater();
        forwardsAdded(addresses,
                      outcome.code == 0 ? std::nullopt
                                        : std::optional(Problem{m_host.name, u"ssh: no forward: "_s + said}));
    });
    m_adding->start(u"ssh"_s, arguments + destinationOf(m_host));
}

void HostConnection::forwardsAdded(const QStringList &addresses, const std::optional<Problem> &problem)
{
    const bool isLost = m_state != State::Open;
    std::vector<std::function<void()>> calls;
    for (const QString &address : addresses) {
        Forward &forward = m_forwards[address];
        if (!forward.isAsked)
            continue; // the connection was lost meanwhile, and told so
        forward.isAsked = false;
        forward.isReady = !problem && !isLost;
        for (auto &[context, done] : std::exchange(forward.waiters, {})) {
            const Result<QString> outcome = problem ? Result<QString>(*problem) : Result<QString>(forward.path);
            calls.push_back([context = context, done = done, outcome] {
                if (context)
                    done(outcome);
            });
        }
    }
    for (const auto &call : calls)
        call();
    addForwards();
}

QString hostTrouble(const RemoteHost &host, const QString &trouble)
{
    return u"%1: %2"_s.arg(host.name, trouble.isEmpty() ? u"ssh: the connection was lost"_s : trouble);
}

} // namespace Hephaestus
