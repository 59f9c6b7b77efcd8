// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/logfollower.h"
#include "dashboard/model/servicerow.h"

#include <QWidget>

#include <deque>

class QCheckBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QToolButton;

namespace Hephaestus {

/// A service's output as it grows. Following stops when somebody scrolls up, and goes on at the end; scrolling to the
/// top loads what came earlier. A search counts all matches, marks those in view, and goes from one to the next.
class LogsPage : public QWidget
{
    Q_OBJECT

public:
    static constexpr int FollowedLines = 20'000; ///< shown while it follows
    static constexpr int MostLines = 200'000;    ///< shown while somebody reads

    explicit LogsPage(QString stateDirectory, QWidget *parent = nullptr);

    void show(const ServiceRow &row);
    void focusSearch();

protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void changeEvent(QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    /// Of one line that is shown.
    struct Shown
    {
        qint64 position; ///< -1: none, a note of ours or a line from before the log began anew
        int matches;
    };

    void connectSearch();
    void layOut();
    void begin(const ServiceRow &row);
    void append(const QList<OutputLine> &lines);
    void appendTexts(const QStringList &texts);
    void prepend(const QList<OutputLine> &lines);
    void note(const QString &what);
    void dropUnfinished();
    void trim();
    void scrolled(int value);
    void loadEarlier();
    void setFollowing(bool following);
    Shown shownAs(qint64 position, const QString &text) const;
    int matchesIn(const QString &text) const;
    void search();
    void find(bool backward);
    void markMatches();
    void countMatches();

    QString m_stateDirectory;
    ServiceId m_service = NoService;
    bool m_offers = false;
    QString m_name;
    std::unique_ptr<LogFollower> m_follower;

    QLineEdit *m_search;
    QLabel *m_count;
    QToolButton *m_next;
    QToolButton *m_previous;
    QCheckBox *m_follow;
    QPlainTextEdit *m_text;
    QLabel *m_note;
    std::deque<Shown> m_lines; ///< one for each block of the text; empty: the text is
    int m_unfinished = 0;      ///< so many of the last ones come again
    int m_matches = 0;         ///< in all of them
    bool m_isAtBegin = false;  ///< nothing earlier can be had
    bool m_scrolling = false;  ///< it is us who scrolls
};

} // namespace Hephaestus
