// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/base/secretfile.h"

#include "common/base/filedescriptor.h"
#include "common/base/regularfile.h"
#include "common/base/sameuser.h"

#include <QFile>
#include <QFileInfo>

#include <cerrno>
#include <optional>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace Hephaestus {
namespace {

using namespace Qt::StringLiterals;

constexpr mode_t Others = S_IRWXG | S_IRWXO;

/// Empty: the file may hold a secret.
QString whyUnfit(const struct stat &status)
{
    if (!S_ISREG(status.st_mode))
        return u"expected a regular file, found %1"_s.arg(fileKind(status.st_mode));
    if (status.st_mode & Others)
        return u"must not be accessible to others, found mode %1; run chmod 600"_s.arg(status.st_mode & 07777, 4, 8,
                                                                                       QChar(u'0'));
    if (!isSameUser(status.st_uid, ::geteuid()) && status.st_uid != 0)
        return u"belongs to another user (%1); expected this user or root"_s.arg(status.st_uid);
    return {};
}

/// At most `size` bytes from where the file is; nothing if it cannot be read, which errno says.
std::optional<QByteArray> readUpTo(int descriptor, qsizetype size)
{
    QByteArray bytes(size, Qt::Uninitialized);
    qsizetype filled = 0;
    while (filled < size) {
        const ssize_t count = ::read(descriptor, bytes.data() + filled, std::size_t(size - filled));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return {};
        if (count == 0)
            break;
        filled += count;
    }
    bytes.truncate(filled);
    return bytes;
}

/// Whether each folder above the file, without links, lets others through.
bool canEverybodyGetTo(const QString &path)
{
    for (QString folder = path; folder.size() > 1;) {
        folder = QFileInfo(folder).path();
        struct stat status = {};
        if (::stat(QFile::encodeName(folder).constData(), &status) == 0 && !(status.st_mode & S_IXOTH))
            return false;
    }
    return true;
}

} // namespace

Result<QByteArray> readSecretFile(const QString &path, qsizetype longest)
{
    const auto unreadable = [&path] { return Problem{path, u"cannot be read: %1"_s.arg(qt_error_string(errno))}; };
    // Opened first and judged then: what is judged is what is read.
    const FileDescriptor file(
        ::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat status = {};
    if (!file.isOpen() || ::fstat(file.number(), &status) != 0)
        return unreadable();
    if (const QString why = whyUnfit(status); !why.isEmpty())
        return Problem{path, why};
    const qsizetype limit = longest + 2; // and a line break of up to two
    const std::optional<QByteArray> content = readUpTo(file.number(), limit + 1);
    if (!content)
        return unreadable();
    const QByteArray line = content->trimmed();
    if (content->size() > limit || line.size() > longest)
        return Problem{path, u"the file is too large, expected one line of at most %1 bytes"_s.arg(longest)};
    if (line.isEmpty())
        return Problem{path, u"the file is empty"_s};
    if (line.contains('\n') || line.contains('\r'))
        return Problem{path, u"expected one line, found several"_s};
    return line;
}

QString whyExposed(const QString &path)
{
    const QString meant = QFileInfo(path).canonicalFilePath();
    struct stat status = {};
    if (meant.isEmpty() || ::stat(QFile::encodeName(meant).constData(), &status) != 0)
        return {};
    if ((status.st_mode & S_IROTH) && canEverybodyGetTo(meant))
        return u"%1 may be read by everybody (mode %2); run chmod o-rwx"_s.arg(
            path, QString::number(status.st_mode & 07777, 8).rightJustified(4, u'0'));
    return whyNotTrusted(path);
}

} // namespace Hephaestus
