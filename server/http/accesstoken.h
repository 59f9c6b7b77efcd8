// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"

#include <QByteArray>
#include <QByteArrayView>

namespace Hephaestus {

/// The bearer token a service asks for, kept as its SHA-256 only. A plain value.
class AccessToken
{
public:
    /// `text` must not be empty.
    explicit AccessToken(QByteArrayView text);

    /// Reads it by readSecretFile(): up to 4096 printable characters without spaces.
    static Result<AccessToken> fromFile(const QString &path);

    /// Takes the same time however much of `presented` is right: it compares hashes, all of their bytes.
    bool matches(QByteArrayView presented) const;

    bool operator==(const AccessToken &) const = default;

private:
    QByteArray m_hash;
};

} // namespace Hephaestus
