// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/http/accesstoken.h"

#include "common/base/secretfile.h"

#include <QCryptographicHash>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype LongestToken = 4096;

QByteArray hashOf(QByteArrayView text)
{
    return QCryptographicHash::hash(text.toByteArray(), QCryptographicHash::Sha256);
}

} // namespace

AccessToken::AccessToken(QByteArrayView text) : m_hash(hashOf(text)) { Q_ASSERT(!text.isEmpty()); }

Result<AccessToken> AccessToken::fromFile(const QString &path)
{
    const Result<QByteArray> token = readSecretFile(path, LongestToken);
    if (!token)
        return token.problem();
    if (!std::all_of(token->begin(), token->end(), [](char c) { return c > ' ' && c < 0x7f; }))
        return Problem{path, u"expected one line of printable characters without spaces"_s};
    return AccessToken(*token);
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
