// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/logfollower.h"
#include "dashboard/model/servicerow.h"

#include <QWidget>

class QCheckBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QToolButton;

namespace Hephaestus {

/// A service's output as it grows. Following stops when somebody scrolls up, and goes on at the end; a search marks all
/// matches and goes from one to the next.
class LogsPage : public QWidget
{
    Q_OBJECT

public:
    static constexpr int MostLines = 20'000;

    explicit LogsPage(QString stateDirectory, QWidget *parent = nullptr);

    void show(const ServiceRow &row);
    void focusSearch();

protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void begin(const ServiceRow &row);
    void append(const QStringList &lines);
    void setFollowing(bool following);
    void search();
    void find(bool backward);
    void markMatches();

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
    bool m_scrolling = false; ///< it is us who scrolls
};

} // namespace Hephaestus
