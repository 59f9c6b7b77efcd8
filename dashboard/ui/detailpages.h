// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/dependencymodel.h"
#include "dashboard/model/receiptmodel.h"

#include <QPlainTextEdit>
#include <QWidget>

class QBoxLayout;
class QComboBox;
class QLabel;
class QSortFilterProxyModel;
class QTableView;

namespace Hephaestus {

/// Each dependency's status, counts, and when it last succeeded and failed.
class DependenciesPage : public QWidget
{
    Q_OBJECT

public:
    explicit DependenciesPage(QWidget *parent = nullptr);

    /// As of the model. `whyNone` is told in the table's place, where there are none.
    void show(const QList<DependencyReport> &dependencies, std::optional<Seconds> age, const QString &whyNone);

Q_SIGNALS:
    void opened(const QString &dependency); ///< Enter or a double click

private:
    DependencyModel m_model;
    QSortFilterProxyModel *m_rows;
    QTableView *m_table;
    QLabel *m_none;
};

/// What the service sent, indented. Keeps still while somebody reads or selects in it.
class RawPage : public QPlainTextEdit
{
    Q_OBJECT

public:
    explicit RawPage(QWidget *parent = nullptr);

    void show(const QByteArray &body, bool isCurrent = true); ///< grey if it is not

private:
    QByteArray m_body;
};

/// The last restart, start or stop, step by step, while it runs and afterwards; and those before it. Where there is
/// little height, the page scrolls as a whole.
class ReceiptPage : public QWidget
{
    Q_OBJECT

public:
    explicit ReceiptPage(QWidget *parent = nullptr);

    void show(const Receipt *receipt, std::optional<RestartStep> runningStep, bool running);
    /// All that are kept, newest first. The last one may be among them.
    void setPast(const QList<Receipt> &receipts);

Q_SIGNALS:
    void pastWanted(); ///< it is seen, or the last one is another

protected:
    void showEvent(QShowEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void layOut();
    void fillChoice();
    void showChosen();
    void showOne(const Receipt *receipt, std::optional<RestartStep> runningStep, bool running);

    std::optional<Receipt> m_last;
    std::optional<RestartStep> m_runningStep;
    bool m_isRunning = false;
    QList<Receipt> m_past;
    QBoxLayout *m_head; ///< beside each other, where there is room, the summary and the choice
    QComboBox *m_choice;
    ReceiptModel m_model;
    QLabel *m_summary; ///< what came of it, in one sentence
    QTableView *m_table;
    QLabel *m_failure;
    QLabel *m_facts; ///< when, and which processes
};

} // namespace Hephaestus
