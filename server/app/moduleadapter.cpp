// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/app/moduleadapter.h"

#include "common/base/privatedirectory.h"
#include "common/base/regularfile.h"

#include <QDir>
#include <QFile>

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/un.h>
#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

bool runs(pid_t pid) { return pid > 0 && (::kill(pid, 0) == 0 || errno == EPERM); }

/// Locks the directory of an adapter, until the descriptor is closed; not open: it is in use. Asked beside the pid,
/// which means nothing here if it is another container's; and a directory that was just made is not locked yet.
FileDescriptor lockDirectory(const QString &directory)
{
    Result<FileDescriptor> lock =
        openRegularFile(QFile::encodeName(directory + u"/lock"_s), O_RDWR | O_CREAT | O_NOFOLLOW);
    if (!lock || ::flock(lock->number(), LOCK_EX | LOCK_NB) != 0)
        return {};
    return *std::move(lock);
}

void removeLeftovers(const QDir &base)
{
    const QStringList names = base.entryList(QDir::Dirs | QDir::NoDotAndDotDot | QDir::NoSymLinks);
    for (const QString &name : names) {
        const pid_t pid = name.section(u'.', -1).toInt();
        if (runs(pid) && pid != ::getpid()) // our own: of an earlier process, or of ourselves before an exec
            continue;
        if (const FileDescriptor lock = lockDirectory(base.filePath(name)); lock.isOpen())
            removeDirectory(base.filePath(name));
    }
}

QString socketIn(const QString &directory) { return directory + u"/endpoints"_s; }

/// The address of a Unix-domain socket has 108 bytes, a zero at the end among them: unix(7).
bool mayHaveSocket(const QString &directory)
{
    return std::size_t(QFile::encodeName(socketIn(directory)).size()) < sizeof(sockaddr_un::sun_path);
}

QString shortName(const QString &name)
{
    constexpr qsizetype Longest = 32; // it is for whoever looks into the place; /tmp has room for a socket then
    return QString::fromLatin1(name.toUtf8().toPercentEncoding({}, ".~")).left(Longest);
}

} // namespace

ModuleAdapter::ModuleAdapter(const QString &name, const QStringList &places)
    : m_problem(Problem{{}, u"there is no place for the adapter"_s})
{
    for (const bool mustHaveSocket : {true, false}) {
        for (const QString &place : places) {
            const QDir base(place + u"/python"_s);
            chooseDirectory(base, shortName(name));
            if (mayHaveSocket(m_directory) != mustHaveSocket)
                continue;
            m_problem = makeIn(base);
            if (!m_problem)
                return;
            if (m_lock.isOpen())
                removeDirectory(m_directory);
            m_lock.reset();
        }
    }
    m_directory = u"/dev/null"_s; // where no report can ever be
}

void ModuleAdapter::chooseDirectory(const QDir &base, const QString &name)
{
    m_directory = base.absoluteFilePath(u"%1.%2"_s.arg(name, QString::number(::getpid())));
    if (QFile::exists(m_directory)) // of the program that this one's is to follow
        m_directory = base.absoluteFilePath(u"%1.next.%2"_s.arg(name, QString::number(::getpid())));
}

std::optional<Problem> ModuleAdapter::makeIn(const QDir &base)
{
    // In a folder for everybody, somebody else may have made it.
    if (auto problem = makePrivateDirectory(base.path()))
        return problem;
    if (const QString why = whyNotTrusted(base.path()); !why.isEmpty())
        return Problem{base.path(), why};
    removeLeftovers(base);
    const Problem failed{m_directory, u"no place for the adapter"_s};
    if (makePrivateDirectory(m_directory))
        return failed;
    m_lock = lockDirectory(m_directory);
    if (!m_lock.isOpen())
        return failed;
    for (const QString &file :
         {u":/python/hephaestus_manifest.py"_s, u":/python/sitecustomize.py"_s, u":/node/hephaestus_manifest.cjs"_s}) {
        if (!QFile::copy(file, m_directory + u'/' + file.section(u'/', -1)))
            return failed;
    }
    // What the Python file does, in machine code, if this program was built with Python's headers. It goes without.
    const QString audit = u"_hephaestus_audit.abi3.so"_s;
    QFile::copy(u":/python/"_s + audit, m_directory + u'/' + audit);
    return {};
}

std::unique_ptr<ModuleAdapter> ModuleAdapter::adopt(const QString &directory, FileDescriptor lock)
{
    std::unique_ptr<ModuleAdapter> adapter(new ModuleAdapter);
    adapter->m_directory = directory;
    adapter->m_lock = std::move(lock);
    return adapter;
}

ModuleAdapter::~ModuleAdapter()
{
    if (!m_keeps && !m_problem)
        removeDirectory(m_directory); // still locked
}

QByteArrayList ModuleAdapter::environment(ModuleLanguages languages) const
{
    if (m_problem)
        return {};
    QByteArrayList variables{"HEPHAESTUS_MODULES=" + report()};
    if (languages.testFlag(ModuleLanguage::Python)) {
        const QByteArray given = qgetenv("PYTHONPATH");
        variables << "PYTHONPATH=" + QFile::encodeName(m_directory) + (given.isEmpty() ? QByteArray() : ':' + given);
        if (!endpoints().isEmpty())
            variables << "HEPHAESTUS_ENDPOINTS=" + QFile::encodeName(endpoints());
    }
    if (languages.testFlag(ModuleLanguage::Node)) {
        const QByteArray given = qgetenv("NODE_OPTIONS");
        variables << "NODE_OPTIONS=" + (given.isEmpty() ? QByteArray() : given + ' ') + "--import=" + nodeImport();
    }
    return variables;
}

/// Node.js ends at once if a file that it is to load is not there: a module without a file looks for ours, which is
/// gone when we are, and which another user may not read.
QByteArray ModuleAdapter::nodeImport() const
{
    QByteArray path = QFile::encodeName(m_directory) + "/hephaestus_manifest.cjs";
    path.replace('\\', "\\\\").replace('"', "\\\"");
    const QByteArray module =
        "import{createRequire as r}from\"node:module\";try{r(\"file:///\")(\"" + path + "\").install()}catch{}";
    return "data:text/javascript," + module.toPercentEncoding("/:;{}().,");
}

QByteArray ModuleAdapter::report() const { return QFile::encodeName(m_directory) + "/modules"; }

QString ModuleAdapter::endpoints() const
{
    return mayHaveSocket(m_directory) ? u"unix:"_s + socketIn(m_directory) : QString();
}

void ModuleAdapter::clearReport() const { QFile::remove(QFile::decodeName(report())); }

} // namespace Hephaestus
