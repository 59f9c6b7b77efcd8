// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/dependencymodel.h"
#include "dashboard/model/receiptmodel.h"

#include <QPlainTextEdit>
#include <QWidget>

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

/// The last restart, start or stop, step by step, while it runs and afterwards.
class ReceiptPage : public QWidget
{
    Q_OBJECT

public:
    explicit ReceiptPage(QWidget *parent = nullptr);

    void show(const Receipt *receipt, std::optional<RestartStep> runningStep, bool running);

private:
    ReceiptModel m_model;
    QLabel *m_summary;
    QTableView *m_table;
    QLabel *m_failure;
};

} // namespace Hephaestus
