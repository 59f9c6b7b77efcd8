// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/servicecommands.h"

#include "dashboard/model/displaytext.h"
#include "dashboard/ui/celldelegate.h"
#include "dashboard/ui/confirmation.h"
#include "dashboard/ui/icons.h"
#include "dashboard/ui/shortcutswindow.h"

#include <QAction>
#include <QClipboard>
#include <QDesktopServices>
#include <QGuiApplication>
#include <QUrl>
#include <QWidget>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// What the action is called for one service, or for `count`.
QString nameOf(ServiceAction action, qsizetype count)
{
    const bool one = count <= 1;
    const auto n = int(count);
    switch (action) {
    case ServiceAction::Restart:
        return one ? ServiceCommands::tr("&Restart…") : ServiceCommands::tr("&Restart %n…", nullptr, n);
    case ServiceAction::ShutDown:
        return one ? ServiceCommands::tr("&Shut down…") : ServiceCommands::tr("&Shut down %n…", nullptr, n);
    case ServiceAction::ScheduleShutDown:
        return one ? ServiceCommands::tr("Sche&dule a shutdown…")
                   : ServiceCommands::tr("Sche&dule the shutdown of %n…", nullptr, n);
    case ServiceAction::CancelShutDown:
        return one ? ServiceCommands::tr("&Cancel the scheduled shutdown")
                   : ServiceCommands::tr("&Cancel %n scheduled shutdown(s)", nullptr, n);
    case ServiceAction::Start:
        return one ? ServiceCommands::tr("S&tart") : ServiceCommands::tr("S&tart %n", nullptr, n);
    case ServiceAction::CheckNow:
        return one ? ServiceCommands::tr("C&heck now") : ServiceCommands::tr("C&heck %n now", nullptr, n);
    }
    Q_UNREACHABLE();
}

bool isDangerous(ServiceAction action)
{
    return action == ServiceAction::Restart || action == ServiceAction::ShutDown
        || action == ServiceAction::ScheduleShutDown;
}

QString plain(QString text) { return text.remove(u'&').remove(u'…'); }

} // namespace

ServiceCommands::ServiceCommands(FleetSession &session, QWidget *window)
    : QObject(window)
    , m_session(session)
    , m_window(window)
    , m_questions(session)
    , m_possible(session.fleet(),
                 [&session](ServiceId id, ServiceAction action) { return session.actions().mayDo(id, action); })
    , m_countdown(session.fleet())
{
    const auto add = [this](ServiceAction action, const QString &icon, const QKeySequence &key) {
        m_actions[action] = make(nameOf(action, 1), icon, key);
        connect(m_actions[action], &QAction::triggered, this, [this, action] {
            trigger(action);
            m_isByKey = false;
        });
        m_actions[action]->installEventFilter(this); // for its shortcut
    };
    add(ServiceAction::Restart, u"restarting"_s, tr("Ctrl+R"));
    add(ServiceAction::ShutDown, u"shutdown"_s, tr("Ctrl+D"));
    add(ServiceAction::ScheduleShutDown, u"schedule"_s, tr("Ctrl+Shift+D"));
    add(ServiceAction::CancelShutDown, u"cancel"_s, tr("Ctrl+Shift+C"));
    add(ServiceAction::Start, u"demo"_s, tr("Ctrl+Shift+S"));
    add(ServiceAction::CheckNow, u"check"_s, Qt::Key_F5);
    makeOthers();

    m_updateTimer.setSingleShot(true);
    connect(&m_updateTimer, &QTimer::timeout, this, &ServiceCommands::update);
    connect(&m_possible, &PossibleActions::changed, this, &ServiceCommands::updateSoon);
    connect(&session.fleet(), &FleetModel::answered, this, &ServiceCommands::updateSoonIfFirst);
    connect(&session.fleet(), &FleetModel::totalsChanged, this, &ServiceCommands::updateSoon);
    connect(&session.actions(), &ServiceActions::readOnlyChanged, &m_possible, &PossibleActions::reconsiderAll);
    connect(&session.actions(), &ServiceActions::receiptChanged, this, &ServiceCommands::updateSoonIfFirst);
    connect(&session.actions(), &ServiceActions::begun, &m_possible, &PossibleActions::reconsider);
    connect(&session.actions(), &ServiceActions::begun, this, &ServiceCommands::update);
    connect(&session.actions(), &ServiceActions::finished, &m_possible, &PossibleActions::reconsider);
    connect(&session.actions(), &ServiceActions::finished, this, &ServiceCommands::update);
    connect(&session.bulk(), &BulkActions::progressChanged, this, &ServiceCommands::updateSoon);
    update();
}

void ServiceCommands::makeOthers()
{
    m_restartStale = make(tr("Restart a&ll stale…"), u"stale"_s, tr("Ctrl+Alt+R"));
    connect(m_restartStale, &QAction::triggered, this,
            [this] { triggerAll(able(stale(), ServiceAction::Restart), ServiceAction::Restart); });
    m_cancel = make(tr("&Undo"), u"cancel"_s, tr("Ctrl+."));
    m_cancel->setProperty(KeyName, tr("Undo, or stop waiting"));
    connect(m_cancel, &QAction::triggered, this, [this] {
        if (!takeBack())
            m_session.bulk().cancel(m_possible.services());
    });
    m_open = make(tr("&Open in the browser"), {}, tr("Ctrl+B"));
    connect(m_open, &QAction::triggered, this, [this] {
        const ServiceRow *const row = m_session.fleet().find(m_possible.services().value(0));
        if (row && row->entry.url.startsWith("http"_L1))
            QDesktopServices::openUrl(QUrl(row->entry.url));
    });
    m_favourite = make(tr("&Favourite"), u"favourite"_s, tr("Ctrl+Shift+F"));
    m_favourite->setCheckable(true);
    connect(m_favourite, &QAction::triggered, this,
            [this](bool checked) { m_session.fleet().setFavourites(m_possible.services(), checked); });
    m_copyUrl = make(tr("Copy &address"), u"copy"_s, {});
    connect(m_copyUrl, &QAction::triggered, this, [this] {
        QStringList urls;
        for (const ServiceId id : m_possible.services())
            urls << m_session.fleet().find(id)->entry.url;
        QGuiApplication::clipboard()->setText(urls.join(u'\n'));
    });
    m_sendToken = make(tr("Send its token…"), {}, {});
    connect(m_sendToken, &QAction::triggered, this, [this] { askForToken(m_possible.services().value(0)); });
    m_accept = make(tr("Accept what answers…"), {}, {});
    connect(m_accept, &QAction::triggered, this, [this] { askToAccept(m_possible.services().value(0)); });
    m_remove = make(tr("Remove from this &window"), {}, {});
    connect(m_remove, &QAction::triggered, this, [this] { m_session.removeAll(QList(m_possible.services())); });
}

bool ServiceCommands::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::Shortcut)
        expectKey(qobject_cast<QAction *>(watched));
    return QObject::eventFilter(watched, event);
}

void ServiceCommands::expectKey(QAction *action)
{
    m_isByKey = action && action->isEnabled() && m_actions.values().contains(action);
}

bool ServiceCommands::takeBack()
{
    const bool isTaken = m_countdown.takeBack();
    if (isTaken) // the hint stands there
        Q_EMIT canBeTakenBack(tr("Taken back: nothing was done."));
    return isTaken;
}

QAction *ServiceCommands::make(const QString &text, const QString &icon, const QKeySequence &key)
{
    auto *const action = new QAction(text, this);
    if (!icon.isEmpty())
        action->setIcon(Icons::action(icon));
    action->setShortcut(key);
    action->setProperty(KeyName, text); // the text itself changes with what is selected
    return action;
}

QList<ServiceId> ServiceCommands::able(const QList<ServiceId> &services, ServiceAction action) const
{
    QList<ServiceId> able;
    std::ranges::copy_if(services, std::back_inserter(able),
                         [&](ServiceId id) { return m_session.actions().mayDo(id, action); });
    return able;
}

QList<ServiceId> ServiceCommands::stale() const
{
    QList<ServiceId> stale;
    const int number = m_session.fleet().totals().stale;
    for (int line = 0; stale.size() < number && line < m_session.fleet().rowCount(); ++line) {
        if (const ServiceRow &row = m_session.fleet().row(line); row.isStale())
            stale << row.id;
    }
    return stale;
}

/// `why` empty: it may be done.
void ServiceCommands::disable(QAction *action, const QString &why) { describe(action, why, why.isEmpty()); }

/// `note`: why it is disabled, or what it leaves out.
void ServiceCommands::describe(QAction *action, const QString &note, bool isEnabled)
{
    const QString key = action->shortcut().isEmpty()
        ? QString()
        : u" (%1)"_s.arg(action->shortcut().toString(QKeySequence::NativeText));
    const QString name = plain(action->text()) + key;
    action->setEnabled(isEnabled);
    action->setStatusTip(visibleText(note));
    action->setToolTip(plainToolTip(note.isEmpty() ? name : name + u'\n' + visibleText(note)));
}

void ServiceCommands::updateAction(ServiceAction which, QAction *action)
{
    const QList<ServiceId> &services = m_possible.services();
    if (services.size() <= 1) {
        action->setText(nameOf(which, 1));
        return disable(action, m_session.actions().whyNot(services.value(0), which));
    }
    const int able = m_possible.count(which);
    action->setText(nameOf(which, able > 0 ? able : services.size()));
    const QString none = able > 0 ? QString()
                                  : tr("None of the %n selected service(s) can: %1", nullptr, int(services.size()))
                                        .arg(m_session.actions().whyNot(services.first(), which));
    describe(action, able > 0 ? m_session.actions().leftOut(services, which) : none, able > 0);
}

void ServiceCommands::updateRestartStale()
{
    const QList<ServiceId> stale = this->stale();
    const bool able = std::ranges::any_of(
        stale, [this](ServiceId id) { return m_session.actions().mayDo(id, ServiceAction::Restart); });
    describe(m_restartStale,
             stale.isEmpty() ? tr("No service runs old code.")
                 : able      ? m_session.actions().leftOut(stale, ServiceAction::Restart)
                             : m_session.actions().whyNot(stale.first(), ServiceAction::Restart),
             able);
}

void ServiceCommands::update()
{
    m_updateTimer.stop();
    for (auto it = m_actions.cbegin(); it != m_actions.cend(); ++it)
        updateAction(it.key(), it.value());
    updateRestartStale();
    updateOthers();
    Q_EMIT changed();
}

void ServiceCommands::setServices(const QList<ServiceId> &services)
{
    m_possible.setServices(services);
    if (m_updateTimer.isActive())
        update(); // a selection is seen at once
}

/// One answer, or many at once, change what is shown once.
void ServiceCommands::updateSoon()
{
    if (!m_updateTimer.isActive())
        m_updateTimer.start(0ms);
}

/// The reasons name the first of the selected services, and its state.
void ServiceCommands::updateSoonIfFirst(ServiceId id)
{
    if (m_possible.services().value(0) == id)
        updateSoon();
}

QString ServiceCommands::afterCancel() const
{
    for (const ServiceId id : m_possible.services()) {
        if (const QString left = m_session.actions().afterCancel(id); !left.isEmpty())
            return visibleText(left);
    }
    return {};
}

void ServiceCommands::updateOthers()
{
    const QList<ServiceId> &services = m_possible.services();
    const bool running = isRunning();
    const QString left = running ? afterCancel() : QString();
    m_cancel->setEnabled(running);
    m_cancel->setText(!running || left.isEmpty() ? tr("&Undo") : tr("Stop wa&iting"));
    m_cancel->setStatusTip(!running             ? tr("Nothing is running for it.")
                               : left.isEmpty() ? tr("Nothing has been asked of it yet.")
                                                : tr("If you stop waiting: %1.").arg(left));
    m_cancel->setToolTip(plainToolTip(m_cancel->statusTip()));
    const bool any = !services.isEmpty();
    const ServiceRow *const first = any ? m_session.fleet().find(services.first()) : nullptr;
    disable(m_open,
            services.size() != 1                          ? tr("Select one service.")
                : !first->entry.url.startsWith("http"_L1) ? tr("A browser cannot open %1.").arg(first->entry.url)
                                                          : QString());
    const QString none = any ? QString() : tr("Select a service first.");
    disable(m_favourite, none);
    m_favourite->setChecked(any && m_possible.favourites() == services.size());
    disable(m_copyUrl, none);
    disable(m_sendToken,
            services.size() != 1                             ? tr("Select one service.")
                : m_session.isTokenTrusted(services.first()) ? tr("No token of it waits for you to agree.")
                                                             : QString());
    disable(m_accept,
            services.size() != 1                                     ? tr("Select one service.")
                : !first->holder || first->holder->service.isEmpty() ? tr("No other service answers at its address.")
                                                                     : QString());
    disable(m_remove, !any ? none : running ? tr("An action is running.") : QString());
}

void ServiceCommands::askForToken(ServiceId id)
{
    const QString asked = m_questions.untrusted({id}, ServiceAction::CheckNow);
    if (asked.isEmpty())
        return;
    auto *const dialog = new Confirmation(asked, tr("&Send"), m_window);
    dialog->setWindowTitle(plain(m_sendToken->text()));
    connect(dialog, &QDialog::accepted, this, [this, id] {
        m_session.trustToken(id);
        update();
    });
    dialog->open();
}

void ServiceCommands::askToAccept(ServiceId id)
{
    const ServiceRow *const row = m_session.fleet().find(id);
    if (!row || !row->holder)
        return;
    auto *const dialog =
        new Confirmation(tr("At %1 answers %2. Is that the service %3 from now on? Then it is watched, restarted and "
                            "shut down as such.")
                             .arg(placeOf(row->entry), visibleText(row->holder->text, 300), row->entry.name),
                         tr("&Accept"), m_window);
    dialog->setWindowTitle(plain(m_accept->text()));
    connect(dialog, &QDialog::accepted, this, [this, id, name = row->holder->service] { m_session.accept(id, name); });
    dialog->open();
}

void ServiceCommands::trigger(ServiceAction action)
{
    const QList<ServiceId> services = able(m_possible.services(), action);
    if (services.size() == 1)
        triggerOne(services.first(), action);
    else
        triggerAll(services, action);
}

void ServiceCommands::triggerOne(ServiceId id, ServiceAction action)
{
    const ServiceRow &row = *m_session.fleet().find(id);
    // A service that says it has nothing in flight loses nothing by a restart: one click is enough.
    const bool idle = !m_askAlways && row.isCurrent() && row.report->resources.inFlightRequests == 0;
    const QString unknown = m_questions.untrusted({id}, action);
    if (unknown.isEmpty() && (!isDangerous(action) || (action == ServiceAction::Restart && idle)))
        return performUnasked({id}, action);
    const QString verb = action == ServiceAction::ScheduleShutDown ? tr("&Schedule") : nameOf(action, 1).remove(u'…');
    const QString asked = m_questions.ofOne(id, action) + (unknown.isEmpty() ? QString() : u'\n' + unknown);
    auto *const dialog = new Confirmation(asked, verb, m_window);
    dialog->setWindowTitle(plain(nameOf(action, 1)));
    if (action == ServiceAction::ScheduleShutDown)
        dialog->askDelay();
    connect(dialog, &QDialog::accepted, this, [this, dialog, id, action] { perform({id}, action, dialog->delay()); });
    dialog->open();
}

/// A slip of a finger is no decision: a start or a restart by a key waits.
void ServiceCommands::performUnasked(const QList<ServiceId> &services, ServiceAction action)
{
    const bool canWait = action == ServiceAction::Restart || action == ServiceAction::Start;
    if (!m_isByKey || !canWait || services.isEmpty())
        return perform(services, action, {});
    m_countdown.begin(services, action, [this, services, action] { perform(services, action, {}); });
    const QString name = services.size() == 1 ? visibleText(m_session.fleet().find(services.first())->entry.name, 80)
                                              : tr("%n service(s)", nullptr, int(services.size()));
    Q_EMIT canBeTakenBack(action == ServiceAction::Restart ? tr("%1: restart in 3 s. Escape takes it back.").arg(name)
                                                           : tr("%1: start in 3 s. Escape takes it back.").arg(name));
}

/// What was agreed to.
void ServiceCommands::perform(const QList<ServiceId> &services, ServiceAction action,
                              std::optional<std::chrono::duration<double>> delay)
{
    for (const ServiceId id : services) {
        if (action == ServiceAction::Start || action == ServiceAction::Restart)
            m_session.trust(id);
        else
            m_session.trustToken(id);
    }
    if (services.isEmpty())
        return;
    if (services.size() == 1)
        m_session.actions().perform(services.first(), action, delay);
    else
        m_session.bulk().perform(services, action, delay);
}

void ServiceCommands::triggerAll(const QList<ServiceId> &services, ServiceAction action)
{
    if (services.size() == 1)
        return triggerOne(services.first(), action);
    const QString unknown = m_questions.untrusted(services, action);
    if (services.isEmpty() || (unknown.isEmpty() && !isDangerous(action)))
        return performUnasked(services, action);
    const QString title = plain(nameOf(action, services.size()));
    const QString question = m_questions.ofAll(services, action) + (unknown.isEmpty() ? QString() : u'\n' + unknown);
    auto *const dialog = new Confirmation(question, nameOf(action, services.size()).remove(u'…'), m_window);
    dialog->setWindowTitle(title);
    if (action == ServiceAction::ScheduleShutDown)
        dialog->askDelay();
    connect(dialog, &QDialog::accepted, this, [this, dialog, services, action] {
        perform(able(services, action), action, dialog->delay()); // by now
    });
    dialog->open();
}

} // namespace Hephaestus
