// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetsession.h"
#include "dashboard/model/tokenstore.h"

#include <QSet>

namespace Hephaestus {

/// Services that were added by hand, not by a fleet file: watched again at the next start, until they are removed.
/// Names and addresses are in the settings; tokens are not (TokenStore).
class AddedServices : public QObject
{
    Q_OBJECT

public:
    /// `session` outlives this.
    explicit AddedServices(FleetSession &session, const QString &tokenDirectory = TokenStore::defaultDirectory(),
                           QObject *parent = nullptr);

    /// Watches it, and remembers it with its token. One that was added before is added anew: its token may be another
    /// one. One that is watched for another reason (a fleet file, …), or is busy, stays as it is. Then refused() says
    /// so, and its row is the answer.
    ServiceId add(const FleetEntry &entry);
    /// Why add() would leave the one that is watched at that address as it is, as a sentence. Empty: it would not.
    QString whyNot(const FleetEntry &entry) const;
    /// That one was added at that address already, and add() replaces it, as a sentence. Empty: none was.
    QString note(const FleetEntry &entry) const;
    /// Watches the services of a machine that ssh reaches, which its own fleet file names, and remembers it. It goes
    /// with the last of its services, or by removeHost().
    void addHost(const RemoteHost &host);
    void removeHost(const QString &name);
    QStringList hosts() const; ///< those that were added
    /// Watches those of earlier days; each as soon as its token is known.
    void restore();

Q_SIGNALS:
    /// A token could not be kept or had, as a sentence.
    void trouble(const QString &sentence);
    /// Why the service just added is as it was, as a sentence.
    void refused(const QString &sentence);

private:
    struct Added
    {
        QString name;
        QString url;
        bool hasToken = false;
        QString caFile{};
        QByteArray fingerprint{};
    };

    void forgetHosts(int first, int last);
    void forget(const QModelIndex &parent, int first, int last);
    /// Those at these addresses, and their tokens out of the store.
    void takeOut(QList<Added> &services, const QSet<QString> &urls);
    QList<Added> remembered() const;
    void remember(const QList<Added> &services) const;

    FleetSession &m_session;
    TokenStore m_tokens;
};

} // namespace Hephaestus
