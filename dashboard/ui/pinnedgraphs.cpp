// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/pinnedgraphs.h"

#include "dashboard/model/displaytext.h"
#include "dashboard/ui/celldelegate.h"
#include "dashboard/ui/dependencygraph.h"
#include "dashboard/ui/elidedlabel.h"
#include "dashboard/ui/graphcolumn.h"
#include "dashboard/ui/linegraph.h"
#include "dashboard/ui/theme.h"

#include <QComboBox>
#include <QKeyEvent>
#include <QLabel>
#include <QPointer>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto Pause = 5s; ///< between two looks at what is kept

} // namespace

PinnedGraphs::PinnedGraphs(FleetSession &session, GraphPins &pins, QWidget *parent)
    : QWidget(parent, Qt::Window)
    , m_session(session)
    , m_pins(pins)
    , m_span(new QComboBox)
    , m_nothing(new QLabel(tr("Nothing is pinned. Pin, on the page Graphs, keeps here what that page shows.")))
    , m_area(new QWidget)
    , m_grid(new QGridLayout(m_area))
    , m_aligned(new GraphColumns(this))
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Hephaestus: pinned graphs"));
    m_span->setAccessibleName(tr("Time span"));
    for (const std::chrono::seconds span :
         std::initializer_list<std::chrono::seconds>{5min, 15min, 1h, 6h, 24h, 7 * 24h})
        m_span->addItem(tr("last %1").arg(durationText(span)), qint64(span.count()));
    m_span->setCurrentIndex(1);
    connect(m_span, &QComboBox::currentIndexChanged, this, [this] {
        for (Panel &panel : m_panels) {
            panel.graph->setSpan(span());
            panel.graph->showReading();
        }
        refresh();
    });
    m_nothing->setAlignment(Qt::AlignCenter);
    m_nothing->setWordWrap(true);
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setSpacing(spacing(fontMetrics(), 2));
    auto *const scroll = new QScrollArea;
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setWidget(m_area);
    auto *const layout = new QVBoxLayout(this);
    const int margin = spacing(fontMetrics(), 3);
    layout->setContentsMargins(margin, margin, margin, margin);
    layout->addWidget(m_span, 0, Qt::AlignLeft);
    layout->addWidget(m_nothing, 1);
    layout->addWidget(scroll, 1);
    connect(&pins, &GraphPins::changed, this, &PinnedGraphs::rebuild);
    connect(&session.fleet(), &QAbstractItemModel::rowsInserted, this, &PinnedGraphs::refresh);
    connect(&m_timer, &QTimer::timeout, this, &PinnedGraphs::refresh);
    m_timer.start(Pause);
    rebuild();
}

std::chrono::seconds PinnedGraphs::span() const { return std::chrono::seconds(m_span->currentData().toLongLong()); }

/// `orders: database`, and of a service that is not watched now its address.
QString PinnedGraphs::nameOf(const GraphPin &pin) const
{
    const ServiceRow *const row = m_session.fleet().find(m_session.find(pin.url));
    const std::optional<Measure> measure = measureOf(pin.measure);
    const QString what = measure   ? Hephaestus::nameOf(*measure)
        : pin.dependency.isEmpty() ? tr("All dependencies")
                                   : visibleText(pin.dependency, 60);
    return tr("%1: %2").arg(row ? visibleText(row->entry.name, 60) : tr("%1 (not watched)").arg(pin.url), what);
}

PinnedGraphs::Panel PinnedGraphs::makePanel(const GraphPin &pin)
{
    Panel panel{pin, new QWidget(m_area), nullptr, new ElidedLabel};
    panel.graph = measureOf(pin.measure) ? static_cast<TimeGraph *>(new LineGraph) : new DependencyGraph;
    panel.graph->setSpan(span());
    panel.graph->setAccessibleName(tr("Graph of %1").arg(nameOf(pin)));
    panel.graph->setMinimumHeight(spacing(fontMetrics(), 36));
    panel.graph->setInteractions({}); // a click goes to the service, and the wheel scrolls the page
    panel.graph->setCursor(Qt::PointingHandCursor);
    panel.graph->installEventFilter(this);
    panel.name->setElideMode(Qt::ElideMiddle);                               // its end says what is shown
    panel.name->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred); // a long name widens nothing
    auto *const unpin = new QToolButton;
    unpin->setText(tr("Unpin"));
    unpin->setAccessibleName(tr("Unpin %1").arg(nameOf(pin)));
    unpin->setFocusPolicy(Qt::StrongFocus);
    connect(
        unpin, &QToolButton::clicked, this, [this, pin] { m_pins.remove(pin); }, Qt::QueuedConnection);
    auto *const top = new QHBoxLayout;
    top->addWidget(panel.name, 1);
    top->addWidget(unpin);
    auto *const layout = new QVBoxLayout(panel.frame);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(top);
    layout->addWidget(panel.graph, 1);
    return panel;
}

void PinnedGraphs::rebuild()
{
    std::vector<Panel> panels;
    for (const GraphPin &pin : m_pins.all()) {
        const auto old = std::ranges::find(m_panels, pin, &Panel::pin);
        panels.push_back(old == m_panels.end() ? makePanel(pin) : *old);
        if (old != m_panels.end())
            old->frame = nullptr;
    }
    for (const Panel &panel : m_panels)
        delete panel.frame;
    m_panels = std::move(panels);
    arrange();
    refresh();
}

/// As many beside each other as stay readable.
void PinnedGraphs::arrange()
{
    m_columns = GraphColumns::countIn(width(), fontMetrics());
    QList<TimeGraph *> graphs;
    for (int place = 0; place < int(m_panels.size()); ++place) {
        m_grid->addWidget(m_panels[std::size_t(place)].frame, place / m_columns, place % m_columns);
        m_panels[std::size_t(place)].frame->show();
        graphs << m_panels[std::size_t(place)].graph;
    }
    m_aligned->setGraphs(graphs, m_columns);
    m_nothing->setVisible(m_panels.empty());
    m_area->parentWidget()->parentWidget()->setVisible(!m_panels.empty()); // what scrolls it
}

void PinnedGraphs::refresh()
{
    for (Panel &panel : m_panels) {
        panel.name->setText(nameOf(panel.pin));
        setPlainToolTip(panel.name, panel.name->text());
        if (isVisible() && !panel.isAsked)
            ask(panel);
    }
}

void PinnedGraphs::ask(Panel &panel)
{
    const ServiceId id = m_session.find(panel.pin.url);
    HistorySource *const past = m_session.fleet().find(id) ? m_session.pastOf(id) : nullptr;
    if (!past)
        return panel.graph->showInstead(m_session.fleet().find(id) ? tr("No history is kept.")
                                                                   : tr("It is not watched now."));
    panel.isAsked = true;
    const History::Time now = Clock::machine().wall();
    const QPointer<PinnedGraphs> self(this);
    past->askRange(panel.pin.url, now - span(), now, TimeGraph::barWidth(span()),
                   [self, pin = panel.pin](const Result<HistoryRange> &range) {
                       if (!self)
                           return;
                       const auto asked = std::ranges::find(self->m_panels, pin, &Panel::pin);
                       if (asked == self->m_panels.end())
                           return; // taken away meanwhile
                       asked->isAsked = false;
                       if (range)
                           self->draw(*asked, *range);
                       else
                           asked->graph->showInstead(tr("It cannot be read: %1").arg(range.problem().text()));
                   });
}

void PinnedGraphs::draw(const Panel &panel, const HistoryRange &range) const
{
    const History::Time now = Clock::machine().wall();
    const QString name = nameOf(panel.pin);
    if (const std::optional<Measure> measure = measureOf(panel.pin.measure)) {
        static_cast<LineGraph *>(panel.graph)->show(*measure, range, now);
        panel.graph->setAccessibleName(tr("Graph of %1").arg(name));
        return;
    }
    static_cast<DependencyGraph *>(panel.graph)
        ->show(name, panel.pin.dependency.isEmpty() ? range.total() : range.operations.value(panel.pin.dependency),
               range.marks, now);
}

void PinnedGraphs::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape)
        close();
    else
        QWidget::keyPressEvent(event);
}

void PinnedGraphs::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    if (m_columns != GraphColumns::countIn(width(), fontMetrics()))
        arrange();
}

void PinnedGraphs::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    refresh();
}

bool PinnedGraphs::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::Wheel) { // it scrolls the page
        event->ignore();
        return true;
    }
    if (event->type() != QEvent::MouseButtonRelease || static_cast<QMouseEvent *>(event)->button() != Qt::LeftButton)
        return QWidget::eventFilter(watched, event);
    const auto panel = std::ranges::find_if(m_panels, [watched](const Panel &each) { return each.graph == watched; });
    const ServiceId id = panel == m_panels.end() ? NoService : m_session.find(panel->pin.url);
    if (id != NoService)
        Q_EMIT serviceChosen(id);
    return true;
}

} // namespace Hephaestus
