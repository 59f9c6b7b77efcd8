// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/history/graphexport.h"
#include "dashboard/model/fleetsession.h"
#include "dashboard/model/graphpins.h"
#include "dashboard/ui/linegraph.h"

#include <QWidget>

class QComboBox;
class QMenu;
class QPushButton;
class QToolButton;
class QVBoxLayout;

namespace Hephaestus {

class GraphColumn;

/// One value over time: the operations of a dependency, or what the answers say of the process. Of one service, or of
/// several beneath each other on the same axes. From one minute to seven days, out of the store; without a store, what
/// was seen since the start.
class GraphPage : public QWidget
{
    Q_OBJECT

public:
    explicit GraphPage(FleetSession &session, QWidget *parent = nullptr);

    /// The first is the service whose page this is.
    void setServices(const QList<ServiceId> &services);
    QList<ServiceId> shown() const; ///< these, and those that were chosen on the page
    void select(Measure measure);
    void select(const QString &dependency);
    /// Asks for what is shown, unless that was done a moment ago; called with every answer.
    void refresh();

    /// What is shown, as text.
    QByteArray csv() const;

Q_SIGNALS:
    void comparedChanged();
    /// Somebody wants to keep in view what is shown, of each service.
    void pinsWanted(const QList<Hephaestus::GraphPin> &pins);

protected:
    void showEvent(QShowEvent *event) override;

private:
    /// What is chosen to be shown.
    struct Choice
    {
        std::optional<Measure> measure; ///< nothing: operations
        QString dependency;             ///< empty: all

        bool operator==(const Choice &) const = default;
    };

    struct Panel
    {
        ServiceId service = NoService;
        TimeGraph *graph = nullptr;
        HistoryRange range;
        bool asked = false;
        bool isAnswered = false;          ///< `range` is what is kept
        std::optional<Problem> failure{}; ///< why it is not
        bool again = false;               ///< what is wanted changed after it was asked for
        Clock::TimePoint shown{};
    };

    Choice choice() const;
    void rebuild();
    void refresh(Panel &panel, bool now);
    void show(Panel &panel);
    void take(ServiceId service, const Result<HistoryRange> &range);
    bool showWhyNothing(const Panel &panel);
    void follow(TimeGraph *moved);
    void compareTops();
    void showTime();
    void rebuildIfOtherKind();
    void listChoices();
    void chooseCompared();
    void pin();
    void saveCsv();
    void savePng();
    QString fileName(const QString &suffix) const;
    void failed(const QString &why);

    FleetSession &m_session;
    QList<ServiceId> m_services;
    QList<ServiceId> m_compared; ///< chosen on this page, beside the given ones
    QComboBox *m_which;
    QComboBox *m_span;
    QToolButton *m_live;
    QPushButton *m_compare;
    QToolButton *m_pin;
    QPushButton *m_export;
    GraphColumn *m_column;
    QVBoxLayout *m_stack;
    QWidget *m_graphs;
    std::vector<Panel> m_panels;
    std::optional<Choice> m_wanted; ///< kept while another service without it is shown; nothing: nobody chose
    Choice m_built;
};

} // namespace Hephaestus
