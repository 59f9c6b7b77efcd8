// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/codemodel.h"
#include "dashboard/model/servicerow.h"

#include <QWidget>

class QAction;
class QLabel;
class QTableView;

namespace Hephaestus {

/// Whether the process runs the code on disk, and which files say otherwise: each can be opened, and compared with what
/// was loaded where git knows. Where there is little height, the verdict and the files scroll as a whole.
class CodePage : public QWidget
{
    Q_OBJECT

public:
    explicit CodePage(QWidget *parent = nullptr);

    void show(const ServiceRow &row);

private:
    QWidget *makeContent();
    QWidget *makeButtons();
    QString currentPath() const;
    void updateActions();
    void openFile();
    void showDiff();

    ServiceRow m_row;
    QAction *m_open;
    QAction *m_diff;
    QWidget *m_buttons;
    CodeModel m_model;
    QLabel *m_icon;
    QLabel *m_verdict;
    QLabel *m_note;
    QTableView *m_table;
};

} // namespace Hephaestus
