// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/accesstoken.h"

#include <QCryptographicHash>
#include <QFile>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 LongestToken = 4096;

QByteArray hashOf(QByteArrayView text)
{
    return QCryptographicHash::hash(text.toByteArray(), QCryptographicHash::Sha256);
}

} // namespace

AccessToken::AccessToken(QByteArrayView text) : m_hash(hashOf(text)) { Q_ASSERT(!text.isEmpty()); }

Result<AccessToken> AccessToken::fromFile(const QString &path)
{
    QFile file(path);
    // Opened first and looked at then: what is judged is what is read.
    const int descriptor = ::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return Problem{path, u"cannot be read: %1"_s.arg(qt_error_string(errno))};
    if (!file.open(descriptor, QIODevice::ReadOnly, QFileDevice::AutoCloseHandle)) {
        ::close(descriptor);
        return Problem{path, file.errorString()};
    }
    struct stat status = {};
    if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode))
        return Problem{path, u"expected a regular file holding the token"_s};
    if (status.st_mode & (S_IRWXG | S_IRWXO)) {
        const QString mode = QString::number(status.st_mode & 07777, 8);
        return Problem{path, u"mode 0%1: others may read or write the token; expected 0600"_s.arg(mode)};
    }
    if (status.st_uid != ::geteuid() && status.st_uid != 0)
        return Problem{path, u"belongs to another user"_s};
    const QByteArray token = file.readLine(LongestToken + 2).trimmed();
    const bool plain = std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < 0x7f; });
    if (token.isEmpty() || token.size() > LongestToken || !plain)
        return Problem{path, u"expected one line of 1 to %1 printable characters without spaces"_s.arg(LongestToken)};
    return AccessToken(token);
}

bool AccessToken::matches(QByteArrayView presented) const
{
    const QByteArray other = hashOf(presented);
    unsigned char difference = 0;
    for (qsizetype i = 0; i < m_hash.size(); ++i)
        difference |= static_cast<unsigned char>(m_hash[i] ^ other[i]);
    return difference == 0;
}

} // namespace Hephaestus
