// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/programfile.h"

#include "common/base/filedescriptor.h"

#include <QDir>
#include <QFile>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/stat.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// Reads a T from the file at `offset`; false if the file ends before.
template <typename T>
bool readAt(const FileDescriptor &file, quint64 offset, T &value)
{
    return ::pread(file.number(), &value, sizeof value, off_t(offset)) == ssize_t(sizeof value);
}

using Header = ElfW(Ehdr);
using Segment = ElfW(Phdr);

std::optional<QString> checkSegments(const FileDescriptor &file, const Header &header, quint64 fileSize)
{
    for (unsigned i = 0; i < header.e_phnum; ++i) {
        Segment segment{};
        if (!readAt(file, header.e_phoff + quint64(i) * header.e_phentsize, segment) || segment.p_offset > fileSize
            || segment.p_filesz > fileSize - segment.p_offset)
            return u"it is cut off: still being written, or damaged"_s;
        if (segment.p_type != PT_INTERP)
            continue;
        QByteArray loader(qsizetype(std::min<quint64>(segment.p_filesz, PATH_MAX)), Qt::Uninitialized);
        if (::pread(file.number(), loader.data(), std::size_t(loader.size()), off_t(segment.p_offset)) != loader.size()
            || ::access(loader.constData(), X_OK) != 0)
            return u"the loader it names is not there"_s;
    }
    return {};
}

std::optional<QString> checkScript(const FileDescriptor &file)
{
    QByteArray line(256, 0); // as much as the kernel looks at (BINPRM_BUF_SIZE)
    const auto count = ::pread(file.number(), line.data(), std::size_t(line.size()), 0);
    line.truncate(std::max<qsizetype>(count, 0));
    const QByteArray interpreter =
        line.left(line.indexOf('\n')).mid(2).trimmed().split(' ').first().split('\t').first();
    if (::access(interpreter.constData(), X_OK) != 0)
        return u"its interpreter %1 is not there"_s.arg(QString::fromLocal8Bit(interpreter));
    return {};
}

/// Whether the kernel was told of formats that it does not know itself (binfmt_misc).
bool hasForeignFormats()
{
    const QStringList formats = QDir(u"/proc/sys/fs/binfmt_misc"_s).entryList(QDir::Files | QDir::System);
    return std::any_of(formats.begin(), formats.end(),
                       [](const QString &name) { return name != "register"_L1 && name != "status"_L1; });
}

std::optional<QString> checkContent(const FileDescriptor &file, quint64 size)
{
    char magic[2]{};
    if (readAt(file, 0, magic) && magic[0] == '#' && magic[1] == '!')
        return checkScript(file);
    Header own{};
    const FileDescriptor running(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
    Header header{};
    if (!readAt(file, 0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
        return hasForeignFormats() ? std::nullopt : std::optional(u"it is not a program"_s);
    if (!readAt(running, 0, own) || header.e_ident[EI_CLASS] != own.e_ident[EI_CLASS]
        || header.e_ident[EI_DATA] != own.e_ident[EI_DATA] || header.e_machine != own.e_machine)
        return hasForeignFormats() ? std::nullopt : std::optional(u"it is a program for another kind of machine"_s);
    if (header.e_type != ET_EXEC && header.e_type != ET_DYN)
        return u"it is not a program"_s;
    return checkSegments(file, header, size);
}

QString errorText(int error) { return QString::fromLocal8Bit(std::strerror(error)); }

QByteArray inDirectory(const QByteArray &directory, const QByteArray &path)
{
    return directory.isEmpty() || path.startsWith('/') ? path : directory + '/' + path;
}

} // namespace

std::optional<Problem> checkProgramFile(const QByteArray &path)
{
    const auto problem = [&](const QString &what) { return Problem{QFile::decodeName(path), what}; };
    const FileDescriptor file(::open(path.constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status = {};
    if (::stat(path.constData(), &status) != 0)
        return problem(u"the program file cannot be found: %1"_s.arg(errorText(errno)));
    if (!S_ISREG(status.st_mode) || ::access(path.constData(), X_OK) != 0)
        return problem(u"this user may not execute it"_s);
    if (!file.isOpen())
        return {}; // executable but not readable: only trying tells
    if (const auto what = checkContent(file, quint64(status.st_size)))
        return problem(*what);
    return {};
}

std::optional<Problem> checkProgram(const QByteArray &program, const QByteArray &directory,
                                    const QByteArray &searchPath)
{
    if (program.contains('/'))
        return checkProgramFile(inDirectory(directory, program));
    std::optional<Problem> found; // of the first file of that name
    for (const QByteArray &place : searchPath.split(':')) {
        const QByteArray path = inDirectory(directory, (place.isEmpty() ? "." : place) + '/' + program);
        struct stat status = {};
        if (::stat(path.constData(), &status) != 0)
            continue;
        const auto problem = checkProgramFile(path);
        if (!problem)
            return {};
        if (!found)
            found = problem;
    }
    return found ? found
                 : Problem{QFile::decodeName(program),
                           u"there is no such program in PATH (%1)"_s.arg(QFile::decodeName(searchPath))};
}

} // namespace Hephaestus
