// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/fleetfilecommands.h"

#include "dashboard/model/displaytext.h"
#include "dashboard/model/fleetexport.h"
#include "dashboard/ui/hooksdialog.h"

#include <QFileDialog>
#include <QMenu>
#include <QSaveFile>
#include <QSettings>

namespace Hephaestus {

using namespace Qt::StringLiterals;

FleetFileCommands::FleetFileCommands(FleetSession &session, QWidget *window)
    : QObject(window)
    , m_session(session)
    , m_window(window)
    , m_recent(new QMenu(tr("&Recent fleet files"), window))
    , m_reload(new QAction(tr("Read the fleet files ane&w"), this))
    , m_save(new QAction(tr("&Save what was added as a fleet file…"), this))
    , m_hooks(new QAction(tr("Hoo&ks…"), this))
{
    m_recent->setToolTipsVisible(true);
    m_reload->setShortcut(tr("Ctrl+Shift+O"));
    connect(m_recent, &QMenu::aboutToShow, this, &FleetFileCommands::fillRecent);
    connect(m_reload, &QAction::triggered, this, &FleetFileCommands::reloadAll);
    connect(m_save, &QAction::triggered, this, &FleetFileCommands::askWhere);
    connect(m_hooks, &QAction::triggered, this, [this] { (new HooksDialog(m_session, m_window))->open(); });
    for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(&session.fleet(), signal, this, &FleetFileCommands::update, Qt::QueuedConnection);
    connect(&session, &FleetSession::hooksChanged, this, &FleetFileCommands::update);
    fillRecent();
    update();
}

QList<FleetEntry> FleetFileCommands::added() const
{
    QList<FleetEntry> entries;
    for (const ServiceId id : m_session.fleet().ids()) {
        if (!m_session.fleetFileOf(id).isEmpty())
            continue;
        const ServiceRow &row = *m_session.fleet().find(id);
        entries << row.entry;
        if (row.report && row.report->isPage) // which does not say that it restarts itself
            entries.last().restart = {};
    }
    return entries;
}

/// The files whose services are watched, each once.
QStringList FleetFileCommands::opened() const
{
    QStringList files;
    for (const ServiceId id : m_session.fleet().ids()) {
        const QString file = m_session.fleetFileOf(id);
        if (!file.isEmpty() && !files.contains(file))
            files << file;
    }
    return files;
}

void FleetFileCommands::update()
{
    const int ofFiles = m_session.servicesOfFiles();
    m_save->setEnabled(m_session.fleet().rowCount() > ofFiles);
    m_save->setStatusTip(m_save->isEnabled() ? tr("Write the services that no fleet file names into one.")
                                             : tr("No service was added by hand."));
    m_reload->setEnabled(ofFiles > 0);
    m_reload->setStatusTip(m_reload->isEnabled() ? tr("Watch what was added to them, and take new names and commands.")
                                                 : tr("No fleet file is open."));
    m_hooks->setEnabled(!m_session.hookedFleets().isEmpty());
    m_hooks->setStatusTip(m_hooks->isEnabled() ? tr("See and try whom the fleet files tell of trouble.")
                                               : tr("No open fleet file has hooks."));
}

void FleetFileCommands::fillRecent()
{
    m_recent->clear();
    for (const QString &file : QSettings().value(u"window/recentFiles"_s).toStringList()) {
        QAction *const action = m_recent->addAction(shortAddress(file, 60).replace(u'&', u"&&"_s), this,
                                                    [this, file] { Q_EMIT openWanted(file); });
        action->setToolTip(visibleText(file).toHtmlEscaped());
    }
    m_recent->menuAction()->setEnabled(!m_recent->isEmpty());
}

void FleetFileCommands::remember(const QString &file)
{
    QSettings settings;
    QStringList files = settings.value(u"window/recentFiles"_s).toStringList();
    files.removeAll(file);
    files.prepend(file);
    settings.setValue(u"window/recentFiles"_s, files.mid(0, MostRecent));
    fillRecent();
}

void FleetFileCommands::reloadAll()
{
    for (const QString &file : opened())
        Q_EMIT reloadWanted(file);
}

std::optional<Problem> FleetFileCommands::saveAdded(const QString &file) const
{
    const QByteArray content = fleetFileWith(added());
    QSaveFile writer(file);
    if (!writer.open(QIODevice::WriteOnly) || writer.write(content) != content.size() || !writer.commit())
        return Problem{file, tr("cannot be written: %1").arg(writer.errorString())};
    return {};
}

void FleetFileCommands::askWhere()
{
    auto *const dialog =
        new QFileDialog(m_window, tr("Save as a fleet file"), u"fleet.toml"_s, tr("Fleet files (*.toml)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(u"toml"_s);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString &file) {
        const auto problem = saveAdded(file);
        Q_EMIT done(problem ? visibleText(problem->text())
                            : tr("%1 is written. Tokens are not in it.").arg(visibleText(file, 200)));
    });
    dialog->open();
}

} // namespace Hephaestus
