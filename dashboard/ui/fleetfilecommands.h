// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/fleetsession.h"

class QAction;
class QMenu;

namespace Hephaestus {

/// What a menu offers for fleet files beside opening one: those that were opened lately, reading all of the window's
/// anew, and writing one with the services that were added by hand.
class FleetFileCommands : public QObject
{
    Q_OBJECT

public:
    static constexpr int MostRecent = 8;

    /// `session` and `window` outlive this.
    FleetFileCommands(FleetSession &session, QWidget *window);

    QMenu *recent() const { return m_recent; }
    QAction *reload() const { return m_reload; }
    QAction *save() const { return m_save; }
    QAction *hooks() const { return m_hooks; } ///< shows them, to be tried

    /// It was opened just now; also for the next start.
    void remember(const QString &file);
    /// Writes the services that no fleet file names. A Problem says why not.
    std::optional<Problem> saveAdded(const QString &file) const;
    void askWhere(); ///< to save them, and does

Q_SIGNALS:
    void openWanted(const QString &file);   ///< for the next start too
    void reloadWanted(const QString &file); ///< it is open
    void done(const QString &sentence);

private:
    QList<FleetEntry> added() const;
    QStringList opened() const;
    void fillRecent();
    void reloadAll();
    void update();

    FleetSession &m_session;
    QWidget *m_window;
    QMenu *m_recent;
    QAction *m_reload;
    QAction *m_save;
    QAction *m_hooks;
};

} // namespace Hephaestus
