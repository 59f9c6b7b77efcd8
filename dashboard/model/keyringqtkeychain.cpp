// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/keyring.h"

#include <QCoreApplication>
#include <qt6keychain/keychain.h>

namespace Hephaestus::Keyring {

namespace {

struct KeyringText
{
    Q_DECLARE_TR_FUNCTIONS(Keyring)
};

template <typename Job>
Job *job(const QString &key)
{
    auto *const job = new Job(QStringLiteral("hephaestus")); // deletes itself
    job->setInsecureFallback(false);
    job->setKey(key);
    return job;
}

Problem problem(const QKeychain::Job &job) { return {{}, KeyringText::tr("the keyring: %1").arg(job.errorString())}; }

} // namespace

bool isBuiltIn() { return true; }

void write(const QString &key, const QString &secret, QObject *owner,
           const std::function<void(std::optional<Problem>)> &done)
{
    auto *const writing = job<QKeychain::WritePasswordJob>(key);
    writing->setTextData(secret);
    QObject::connect(writing, &QKeychain::Job::finished, owner, [done](QKeychain::Job *finished) {
        done(finished->error() == QKeychain::NoError ? std::nullopt : std::optional(problem(*finished)));
    });
    writing->start();
}

void read(const QString &key, QObject *owner, const std::function<void(const Result<QString> &)> &done)
{
    auto *const reading = job<QKeychain::ReadPasswordJob>(key);
    QObject::connect(reading, &QKeychain::Job::finished, owner, [done, reading](QKeychain::Job *finished) {
        if (finished->error() == QKeychain::EntryNotFound)
            done(QString());
        else if (finished->error() == QKeychain::NoError)
            done(reading->textData());
        else
            done(problem(*finished));
    });
    reading->start();
}

void remove(const QString &key) { job<QKeychain::DeletePasswordJob>(key)->start(); }

} // namespace Hephaestus::Keyring
