// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/client/reply.h"

namespace Hephaestus {

using namespace Qt::StringLiterals;

QString describe(ClientError error)
{
    switch (error) {
    case ClientError::None: return u"answered"_s;
    case ClientError::BadAddress: return u"bad address"_s;
    case ClientError::Refused: return u"refused"_s;
    case ClientError::Unreachable: return u"no route"_s;
    case ClientError::Timeout: return u"timed out"_s;
    case ClientError::HostNotFound: return u"host not found"_s;
    case ClientError::Tls: return u"TLS failed"_s;
    case ClientError::Unauthorized: return u"unauthorized"_s;
    case ClientError::NotUnderstood: return u"not understood"_s;
    case ClientError::TooLarge: return u"answer too large"_s;
    case ClientError::Redirected: return u"redirected"_s;
    case ClientError::HttpStatus: return u"unexpected status"_s;
    case ClientError::Disconnected: return u"disconnected"_s;
    case ClientError::NotAsked: return u"not asked"_s;
    case ClientError::HostLost: return u"host lost"_s;
    case ClientError::Local: return u"local trouble"_s;
    }
    Q_UNREACHABLE();
}

QByteArray ServiceReply::field(QByteArrayView name) const
{
    for (const auto &[key, value] : head) {
        if (key == name)
            return value;
    }
    return {};
}

bool cameFromService(ClientError error)
{
    switch (error) {
    case ClientError::None:
    case ClientError::Unauthorized:
    case ClientError::NotUnderstood:
    case ClientError::TooLarge:
    case ClientError::Redirected:
    case ClientError::HttpStatus: return true;
    default: return false;
    }
}

} // namespace Hephaestus
