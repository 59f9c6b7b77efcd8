// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/dependencymodel.h"
#include "dashboard/model/receiptmodel.h"

#include <QPlainTextEdit>
#include <QWidget>

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

    void show(const QList<DependencyReport> &dependencies, std::optional<Seconds> age = {}); ///< as of the model

Q_SIGNALS:
    void opened(const QString &dependency); ///< Enter or a double click

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void makeRoom();

    DependencyModel m_model;
    QSortFilterProxyModel *m_rows;
    QTableView *m_table;
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

/// The last restart, start or stop, step by step, while it runs and afterwards; and those before it.
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

private:
    void fillChoice();
    void showChosen();
    void showOne(const Receipt *receipt, std::optional<RestartStep> runningStep, bool running);

    std::optional<Receipt> m_last;
    std::optional<RestartStep> m_runningStep;
    bool m_isRunning = false;
    QList<Receipt> m_past;
    QComboBox *m_choice;
    ReceiptModel m_model;
    QLabel *m_summary;
    QTableView *m_table;
    QLabel *m_failure;
};

} // namespace Hephaestus
