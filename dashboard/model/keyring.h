// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/result.h"

#include <functional>

class QObject;

/// The desktop's keyring: by QtKeychain where this was built with it (keyringqtkeychain.cpp), else there is none
/// (keyringnone.cpp). Answers come later, in the caller's thread, and not once `owner` is gone; a keyring that is
/// locked asks the person first.
namespace Hephaestus::Keyring {

bool isBuiltIn();

/// A Problem: no keyring answers, or it refused.
void write(const QString &key, const QString &secret, QObject *owner,
           const std::function<void(std::optional<Problem>)> &done);
/// Empty: there is none under that key.
void read(const QString &key, QObject *owner, const std::function<void(const Result<QString> &)> &done);
void remove(const QString &key);

} // namespace Hephaestus::Keyring
