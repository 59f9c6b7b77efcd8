// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/model/dependencymodel.h"
#include "dashboard/model/history.h"
#include "dashboard/model/receiptmodel.h"

#include <QPlainTextEdit>
#include <QWidget>

class QComboBox;
class QLabel;
class QSortFilterProxyModel;
class QTableView;

namespace Hephaestus {

class DependencyGraph;

/// Each dependency's status, counts, and when it last succeeded and failed.
class DependenciesPage : public QWidget
{
    Q_OBJECT

public:
    explicit DependenciesPage(QWidget *parent = nullptr);

    void show(const QList<DependencyReport> &dependencies);

Q_SIGNALS:
    void opened(const QString &dependency); ///< Enter or a double click

private:
    DependencyModel m_model;
    QSortFilterProxyModel *m_rows;
    QTableView *m_table;
};

/// One graph: of one dependency, or of all together.
class GraphPage : public QWidget
{
    Q_OBJECT

public:
    explicit GraphPage(QWidget *parent = nullptr);

    void show(const History &history, History::Time now);
    void select(const QString &dependency);

private:
    QString selected() const; ///< empty: all

    QComboBox *m_which;
    QComboBox *m_span;
    DependencyGraph *m_graph;
    QString m_wanted; ///< kept while another service without it is shown
};

/// What the service sent, indented. Keeps still while somebody reads or selects in it.
class RawPage : public QPlainTextEdit
{
    Q_OBJECT

public:
    explicit RawPage(QWidget *parent = nullptr);

    void show(const QByteArray &body);

private:
    QByteArray m_body;
};

/// The last restart, start or stop, step by step, while it runs and afterwards.
class ReceiptPage : public QWidget
{
    Q_OBJECT

public:
    explicit ReceiptPage(QWidget *parent = nullptr);

    void show(const Receipt *receipt, const QString &runningStep, bool running);

private:
    ReceiptModel m_model;
    QLabel *m_summary;
    QTableView *m_table;
    QLabel *m_failure;
};

} // namespace Hephaestus
