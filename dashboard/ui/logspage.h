// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fleet/logreader.h"
#include "dashboard/model/interleavedlogs.h"
#include "dashboard/model/servicerow.h"
#include "dashboard/ui/logtext.h"

#include <QWidget>

class QAction;
class QCheckBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QToolButton;

namespace Hephaestus {

/// The output of a service as it grows, or that of its previous instance; or that of several in the order of time.
/// Following stops when somebody scrolls up or goes to a match, and goes on at the end; scrolling to the top loads what
/// came earlier. A search counts all matches, marks those in view, and goes from one to the next.
class LogsPage : public QWidget
{
    Q_OBJECT

public:
    static constexpr int MostServices = 12; ///< interleaved; of a larger selection only the current one is shown

    explicit LogsPage(QString stateDirectory, QWidget *parent = nullptr);

    /// The current one first; the others are selected beside it.
    void show(const QList<const ServiceRow *> &rows);
    void focusSearch();

protected:
    bool event(QEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;
    void focusInEvent(QFocusEvent *event) override; ///< the log gets it
    void keyPressEvent(QKeyEvent *event) override;

private:
    struct Shown
    {
        ServiceId id;
        QString name;
        bool offers;

        bool operator==(const Shown &) const = default;
    };

    void prepareSearch();
    void prepareActions();
    void layOut();
    ToldOutput toldOf(const ServiceRow &row) const;
    QStringList prefixes() const;
    void begin();
    void beginOne();
    void beginSeveral();
    void beginPrevious();
    void showPrevious();
    void start();
    void note(const QString &what);
    void tell(const QString &what);
    void loadEarlier();
    void openFile();
    QString filePath() const;

    QString m_stateDirectory;
    QList<Shown> m_shown;
    QList<InterleavedLogs::Source> m_sources; ///< of them
    std::unique_ptr<LogFollower> m_follower;  ///< of one
    std::unique_ptr<InterleavedLogs> m_several;
    std::vector<std::unique_ptr<LogReader>> m_readers; ///< of the previous instances
    int m_unread = 0;                                  ///< of them

    QLineEdit *m_search;
    QLabel *m_count;
    QToolButton *m_next;
    QToolButton *m_before;
    QCheckBox *m_follow;
    QPushButton *m_more;
    QAction *m_matchesOnly;
    QAction *m_wrap;
    QAction *m_previous;
    QAction *m_open;
    LogText *m_text;
    QLabel *m_note;
    bool m_isAtBegin = false; ///< nothing earlier can be had
};

} // namespace Hephaestus
