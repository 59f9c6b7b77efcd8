// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/model/addedservices.h"

#include "common/protocol/serviceaddress.h"

#include <QSettings>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

const QString HostsKey = u"addedHosts"_s;

} // namespace

AddedServices::AddedServices(FleetSession &session, const QString &tokenDirectory, QObject *parent)
    : QObject(parent)
    , m_session(session)
    , m_tokens(tokenDirectory)
{
    connect(&session.fleet(), &QAbstractItemModel::rowsAboutToBeRemoved, this, &AddedServices::forget);
}

QString AddedServices::whyNot(const FleetEntry &entry) const
{
    const ServiceId id = m_session.find(entry.url);
    if (id == NoService)
        return {};
    if (const QString file = m_session.fleetFileOf(id); !file.isEmpty())
        return tr("%1 is watched already: it is in %2, where its token is named if it wants one.").arg(entry.url, file);
    const QList<Added> services = remembered();
    if (std::none_of(services.begin(), services.end(), [&](const Added &other) { return other.url == entry.url; }))
        return tr("%1 is watched already, and was not added by hand.").arg(entry.url);
    return m_session.actions().isRunning(id) || m_session.bulk().isWaiting(id)
        ? tr("%1 is busy: add it again later.").arg(entry.url)
        : QString();
}

QString AddedServices::note(const FleetEntry &entry) const
{
    const ServiceId id = m_session.find(entry.url);
    return id == NoService || !whyNot(entry).isEmpty()
        ? QString()
        : tr("%1 is watched already, as %2. Added again, it takes the token and the certificates that are typed here.")
              .arg(entry.url, m_session.fleet().find(id)->entry.name);
}

ServiceId AddedServices::add(const FleetEntry &entry)
{
    if (const QString why = whyNot(entry); !why.isEmpty()) {
        Q_EMIT refused(why);
        return m_session.find(entry.url);
    }
    if (const ServiceId known = m_session.find(entry.url); known != NoService)
        m_session.remove(known); // and forgets it, with its token
    QList<Added> services = remembered();
    takeOut(services, {entry.url});
    remember(services << Added{entry.name, entry.url, !entry.token.isEmpty(), entry.caFile, entry.fingerprint});
    if (!entry.token.isEmpty()) {
        m_tokens.keep(entry.url, entry.token, [this](const std::optional<Problem> &problem) {
            if (problem)
                Q_EMIT trouble(problem->text());
        });
    }
    return m_session.add(entry);
}

void AddedServices::addHost(const RemoteHost &host)
{
    QStringList names = hosts();
    if (!names.contains(host.name))
        QSettings().setValue(HostsKey, names << host.name);
    m_session.addHosts({.path = {}, .services = {}, .hosts = {host}});
}

void AddedServices::removeHost(const QString &name)
{
    QStringList names = hosts();
    names.removeAll(name);
    QSettings().setValue(HostsKey, names);
    m_session.removeHost(name);
}

QStringList AddedServices::hosts() const { return QSettings().value(HostsKey).toStringList(); }

void AddedServices::restore()
{
    for (const QString &name : hosts()) {
        if (whyNoDestination(name).isEmpty()) // somebody may have edited the file
            m_session.addHosts({.path = {}, .services = {}, .hosts = {{name, name}}});
    }
    for (const Added &service : remembered()) {
        Result<FleetEntry> entry = entryForUrl(service.url);
        if (!entry)
            continue; // somebody edited the file
        entry->name = service.name;
        entry->caFile = service.caFile;
        entry->fingerprint = service.fingerprint;
        if (!service.hasToken) {
            m_session.add(*entry);
            continue;
        }
        m_tokens.find(*entry, [this](const FleetEntry &found, const std::optional<Problem> &problem) {
            m_session.add(found);
            if (found.token.isEmpty() && found.tokenFile.isEmpty())
                Q_EMIT trouble(
                    tr("the token of %1 cannot be had: %2")
                        .arg(found.name, problem ? problem->text() : tr("it is not in the keyring any more")));
        });
    }
}

void AddedServices::forget(const QModelIndex &, int first, int last)
{
    QList<Added> services = remembered();
    const qsizetype before = services.size();
    QSet<QString> urls;
    for (int line = first; line <= last; ++line)
        urls << m_session.fleet().row(line).entry.url;
    takeOut(services, urls);
    if (services.size() != before)
        remember(services);
    forgetHosts(first, last);
}

/// Those whose last services go.
void AddedServices::forgetHosts(int first, int last)
{
    const QStringList names = hosts();
    if (names.isEmpty())
        return;
    QStringList left;
    FleetModel &fleet = m_session.fleet();
    QStringList gone;
    for (int line = 0; line < fleet.rowCount(); ++line)
        (line < first || line > last ? left : gone) << fleet.row(line).entry.host.name;
    QStringList kept = names;
    kept.removeIf([&](const QString &name) { return gone.contains(name) && !left.contains(name); });
    if (kept != names)
        QSettings().setValue(HostsKey, kept);
}

void AddedServices::takeOut(QList<Added> &services, const QSet<QString> &urls)
{
    services.removeIf([&](const Added &service) {
        const bool isMeant = urls.contains(service.url);
        if (isMeant && service.hasToken)
            m_tokens.forget(service.url);
        return isMeant;
    });
}

QList<AddedServices::Added> AddedServices::remembered() const
{
    QSettings settings;
    QList<Added> services;
    const int count = settings.beginReadArray(u"added"_s);
    for (int each = 0; each < count; ++each) {
        settings.setArrayIndex(each);
        const QString url = canonicalUrl(settings.value(u"url"_s).toString());
        services << Added{settings.value(u"name"_s, url).toString(), url, settings.value(u"hasToken"_s).toBool(),
                          settings.value(u"caFile"_s).toString(),
                          QByteArray::fromHex(settings.value(u"fingerprint"_s).toByteArray())};
    }
    return services;
}

void AddedServices::remember(const QList<Added> &services) const
{
    QSettings settings;
    settings.remove(u"added"_s);
    settings.beginWriteArray(u"added"_s, int(services.size()));
    for (int each = 0; each < int(services.size()); ++each) {
        settings.setArrayIndex(each);
        settings.setValue(u"name"_s, services[each].name);
        settings.setValue(u"url"_s, services[each].url);
        settings.setValue(u"hasToken"_s, services[each].hasToken);
        settings.setValue(u"caFile"_s, services[each].caFile);
        settings.setValue(u"fingerprint"_s, services[each].fingerprint.toHex());
    }
    settings.endArray();
}

} // namespace Hephaestus
