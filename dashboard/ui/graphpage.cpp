// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/graphpage.h"

#include "common/base/duration.h"
#include "common/base/localtime.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/ui/appearance.h"
#include "dashboard/ui/celldelegate.h"
#include "dashboard/ui/dependencygraph.h"
#include "dashboard/ui/graphcolumn.h"
#include "dashboard/ui/graphpicture.h"
#include "dashboard/ui/servicechooser.h"
#include "dashboard/ui/theme.h"

#include <QComboBox>
#include <QFileDialog>
#include <QMenu>
#include <QMessageBox>
#include <QPointer>
#include <QPushButton>
#include <QSaveFile>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int MostCompared = 8;
constexpr int MostLetters = 20; ///< for which room is kept in the list of what can be shown
constexpr int LeastAlone = 27;  ///< steps of spacing(): the height in which one graph still shows its axes
constexpr int LeastOfSeveral = 36;

} // namespace

GraphPage::GraphPage(FleetSession &session, QWidget *parent)
    : QWidget(parent)
    , m_session(session)
    , m_which(new QComboBox)
    , m_span(new QComboBox)
    , m_live(new QToolButton)
    , m_compare(new QPushButton)
    , m_pin(new QToolButton)
    , m_export(new QPushButton)
    , m_column(new GraphColumn(this))
    , m_stack(new QVBoxLayout)
    , m_graphs(new QWidget)
{
    m_which->setAccessibleName(tr("What is shown"));
    m_span->setAccessibleName(tr("Time span"));
    for (const std::chrono::seconds span :
         std::initializer_list<std::chrono::seconds>{1min, 5min, 15min, 1h, 6h, 24h, 7 * 24h})
        m_span->addItem(tr("last %1").arg(durationText(span)), qint64(span.count()));
    m_span->setCurrentIndex(1);
    for (QPushButton *const button : {m_compare, m_export})
        button->setAutoDefault(false);
    m_export->setMenu(new QMenu(m_export));
    m_which->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_which->setMinimumContentsLength(std::min(MostLetters, int(tr("All dependencies").size())));
    m_compare->setText(tr("Compare (%1)").arg(MostCompared));
    m_compare->setFixedWidth(m_compare->sizeHint().width()); // whatever its text is later
    m_compare->setText(tr("Compare…"));
    setPlainToolTip(m_compare, tr("Show the same graph of other services beneath this one."));
    m_pin->setText(tr("Pin"));
    setPlainToolTip(m_pin, tr("Keep this graph in view, beside those of other services."));
    m_pin->setFocusPolicy(Qt::StrongFocus);
    connect(m_pin, &QToolButton::clicked, this, &GraphPage::pin);
    m_export->setText(tr("Export"));
    m_export->menu()->addAction(tr("Values as &CSV…"), this, &GraphPage::saveCsv);
    m_export->menu()->addAction(tr("Picture as &PNG…"), this, &GraphPage::savePng);
    connect(m_compare, &QPushButton::clicked, this, &GraphPage::chooseCompared);
    connect(m_which, &QComboBox::activated, this, [this] {
        m_wanted = choice();
        rebuild();
    });
    m_live->setText(tr("Live"));
    setPlainToolTip(m_live, tr("Go on with what happens now."));
    m_live->setFocusPolicy(Qt::StrongFocus);
    connect(m_live, &QToolButton::clicked, this, [this] {
        if (!m_panels.empty())
            m_panels.front().graph->followNow();
    });
    connect(m_span, &QComboBox::currentIndexChanged, this, [this](int index) {
        if (index < 0) // paused
            return;
        for (Panel &panel : m_panels)
            panel.graph->setSpan(std::chrono::seconds(m_span->currentData().toLongLong()));
    });

    auto *const bar = new QHBoxLayout;
    bar->setSpacing(spacing(fontMetrics(), 2));
    bar->addWidget(m_which, 1);
    bar->addWidget(m_span);
    bar->addWidget(m_live);
    bar->addWidget(m_compare);
    bar->addWidget(m_pin);
    bar->addWidget(m_export);
    m_stack->setContentsMargins(0, 0, 0, 0);
    m_stack->setSpacing(0);
    m_graphs->setLayout(m_stack);
    auto *const area = new QScrollArea;
    area->setFrameShape(QFrame::NoFrame);
    area->setWidgetResizable(true);
    area->setWidget(m_graphs);
    auto *const layout = new QVBoxLayout(this);
    const int margin = spacing(fontMetrics(), 2);
    const int gap = spacing(fontMetrics(), 1); // the graphs keep the height
    layout->setContentsMargins(margin, gap, margin, gap);
    layout->setSpacing(gap);
    layout->addLayout(bar);
    layout->addWidget(area, 1);
    showTime();
}

GraphPage::Choice GraphPage::choice() const
{
    const QVariant data = m_which->currentData();
    if (data.typeId() == QMetaType::Int)
        return {Measure(data.toInt()), {}};
    return {{}, data.toString()};
}

void GraphPage::setServices(const QList<ServiceId> &services)
{
    if (m_services == services)
        return;
    m_services = services;
    m_compared.clear();
    rebuild();
}

QList<ServiceId> GraphPage::shown() const { return (m_services + m_compared).mid(0, MostCompared); }

void GraphPage::select(Measure measure)
{
    m_wanted = Choice{measure, {}};
    rebuild();
}

void GraphPage::select(const QString &dependency)
{
    m_wanted = Choice{{}, dependency};
    rebuild();
}

// ---- what can be shown --------------------------------------------------------------------------------

/// All dependencies that any of the services has shown, and what the answers say of the process.
void GraphPage::listChoices()
{
    QStringList names;
    bool isKnown = false; ///< what there is
    for (const Panel &panel : m_panels) {
        QStringList used = panel.range.operations.keys();
        if (const ServiceRow *const row = m_session.fleet().find(panel.service); row && row->report) {
            isKnown = true;
            for (const DependencyReport &dependency : row->report->dependencies) {
                if (dependency.status != DependencyStatus::NotUsed)
                    used << dependency.name;
            }
        }
        for (const QString &name : used) {
            if (!names.contains(name))
                names << name;
        }
    }
    const QVariant unasked = names.isEmpty() && isKnown ? QVariant(int(Measure::Latency)) : QVariant(QString());
    const QVariant wanted = !m_wanted ? unasked
        : m_wanted->measure           ? QVariant(int(*m_wanted->measure))
                                      : QVariant(m_wanted->dependency);
    QList<QVariant> items;
    if (!names.isEmpty() || !isKnown)
        items << QString();
    for (const QString &name : names)
        items << name;
    for (const Measure measure : AllMeasures)
        items << int(measure);
    QList<QVariant> listed;
    for (int i = 0; i < m_which->count(); ++i) {
        if (m_which->itemData(i).isValid())
            listed << m_which->itemData(i);
    }
    if (listed != items) {
        m_which->clear();
        for (const QVariant &item : items) {
            if (item.typeId() == QMetaType::Int && m_which->count() > 0
                && m_which->itemData(m_which->count() - 1).typeId() == QMetaType::QString)
                m_which->insertSeparator(m_which->count());
            m_which->addItem(item.typeId() == QMetaType::Int ? nameOf(Measure(item.toInt()))
                                 : item.toString().isEmpty() ? tr("All dependencies")
                                                             : visibleText(item.toString(), 60),
                             item);
        }
    }
    const int index = int(m_which->findData(wanted));
    if (m_which->currentIndex() != std::max(0, index))
        m_which->setCurrentIndex(std::max(0, index));
}

void GraphPage::chooseCompared()
{
    const int most = MostCompared - int(m_services.size());
    auto *const chooser = new ServiceChooser(m_session.fleet(), m_services, m_compared, most, this);
    connect(chooser, &ServiceChooser::toggled, this, [this](ServiceId id, bool isTicked) {
        if (isTicked)
            m_compared << id;
        else
            m_compared.removeAll(id);
        rebuild();
        Q_EMIT comparedChanged();
    });
    chooser->popUpBelow(m_compare);
}

// ---- the graphs -----------------------------------------------------------------------------------------

void GraphPage::rebuild()
{
    const Choice before = m_built;
    const QList<ServiceId> wanted = shown();
    QList<ServiceId> there;
    for (const Panel &panel : m_panels)
        there << panel.service;
    listChoices();
    m_built = choice();
    const bool sameKind = before.measure.has_value() == m_built.measure.has_value();
    if (there != wanted || !sameKind) {
        std::vector<Panel> panels;
        for (const ServiceId id : wanted) {
            const auto old = std::ranges::find(m_panels, id, &Panel::service);
            Panel panel;
            panel.service = id;
            if (old != m_panels.end() && sameKind) {
                panel = *old;
                old->graph = nullptr;
            } else {
                if (old != m_panels.end()) {
                    panel.range = old->range;
                    panel.isAnswered = old->isAnswered;
                    panel.failure = old->failure;
                }
                panel.graph = m_built.measure ? static_cast<TimeGraph *>(new LineGraph) : new DependencyGraph;
                TimeGraph *const graph = panel.graph;
                const TimeGraph *const other = !panels.empty()    ? panels.front().graph
                    : !m_panels.empty() && m_panels.front().graph ? m_panels.front().graph
                                                                  : nullptr;
                if (other)
                    graph->showSameTimeAs(*other);
                else if (m_span->currentIndex() >= 0)
                    graph->setSpan(std::chrono::seconds(m_span->currentData().toLongLong()));
                connect(graph, &TimeGraph::viewChanged, this, [this, graph] { follow(graph); });
            }
            panels.push_back(panel);
        }
        for (Panel &panel : m_panels)
            delete panel.graph;
        m_panels = std::move(panels);
        QList<TimeGraph *> graphs;
        for (const Panel &panel : m_panels) {
            m_stack->removeWidget(panel.graph);
            m_stack->addWidget(panel.graph, 1);
            graphs << panel.graph;
        }
        m_column->setGraphs(graphs);
        listChoices();
    }
    m_compare->setText(m_panels.size() > 1 ? tr("Compare (%1)").arg(m_panels.size()) : tr("Compare…"));
    for (Panel &panel : m_panels) {
        const ServiceRow *const row = m_session.fleet().find(panel.service);
        panel.graph->setTitle(m_panels.size() > 1 && row ? row->entry.name : QString());
        panel.graph->setMinimumHeight(spacing(fontMetrics(), m_panels.size() > 1 ? LeastOfSeveral : LeastAlone));
        show(panel);
        refresh(panel, true);
    }
    showTime();
}

/// The services may tell of dependencies only now, or of none: then something else is worth to be shown.
void GraphPage::rebuildIfOtherKind()
{
    listChoices();
    if (choice() != m_built)
        rebuild();
}

void GraphPage::refresh()
{
    if (!isVisible())
        return;
    rebuildIfOtherKind();
    for (Panel &panel : m_panels)
        refresh(panel, false);
}

void GraphPage::refresh(Panel &panel, bool now)
{
    const Clock &time = Clock::machine();
    if (!isVisible() || !m_session.fleet().find(panel.service))
        return;
    const std::chrono::seconds step = TimeGraph::barWidth(panel.graph->seenSpan());
    const auto pause = std::max<std::chrono::milliseconds>(900ms, step / 4);
    panel.again |= panel.asked && now;
    if (panel.asked || (!now && time.now() - panel.shown < pause))
        return;
    panel.shown = time.now();
    HistorySource *const past = m_session.pastOf(panel.service);
    if (!past)
        return show(panel);
    panel.asked = true;
    const QPointer<GraphPage> self(this);
    const History::Time to = time.wall();
    const History::Time from = std::min(panel.graph->from(), to - panel.graph->span()) - step;
    past->askRange(m_session.fleet().find(panel.service)->entry.url, from, to, step,
                   [self, service = panel.service](const Result<HistoryRange> &range) {
                       if (self)
                           self->take(service, range);
                   });
}

void GraphPage::take(ServiceId service, const Result<HistoryRange> &range)
{
    const auto panel = std::ranges::find(m_panels, service, &Panel::service);
    if (panel == m_panels.end())
        return;
    panel->asked = false;
    panel->isAnswered = true;
    panel->range = range ? *range : HistoryRange();
    panel->failure = range ? std::optional<Problem>() : range.problem();
    listChoices();
    if (choice() != m_built)
        return rebuild();
    show(*panel);
    compareTops();
    if (std::exchange(panel->again, false))
        refresh(*panel, true);
}

/// True: nothing of it is kept that is known of, and the graph says why.
bool GraphPage::showWhyNothing(const Panel &panel)
{
    if (!panel.range.stretches.empty() || (panel.isAnswered && !panel.failure))
        return false;
    if (panel.failure)
        panel.graph->showInstead(tr("It cannot be read: %1").arg(panel.failure->text()));
    else if (!m_session.pastOf(panel.service))
        panel.graph->showInstead(tr("No history is kept."));
    else
        panel.graph->showReading();
    return true;
}

void GraphPage::show(Panel &panel)
{
    const History::Time now = Clock::machine().wall();
    const History &seen = m_session.fleet().history(panel.service);
    const Choice chosen = choice();
    if (auto *const line = qobject_cast<LineGraph *>(panel.graph); line && chosen.measure) {
        HistoryRange range = panel.range;
        const bool isSeen = chosen.measure == Measure::Errors && range.stretches.empty() && !seen.total().empty();
        if (!isSeen && showWhyNothing(panel))
            return;
        if (isSeen) // nothing is kept, or it cannot be read
            range.operations.insert({}, seen.total());
        return line->show(*chosen.measure, range, now);
    }
    auto *const bars = qobject_cast<DependencyGraph *>(panel.graph);
    if (!bars || chosen.measure)
        return;
    const History::Samples known = chosen.dependency.isEmpty() ? seen.total() : seen.samples(chosen.dependency);
    if (panel.range.stretches.empty() && !known.empty()) // nothing is kept, or it cannot be read
        return bars->show(m_which->currentText(), known, seen.marks(), now);
    if (showWhyNothing(panel))
        return;
    bars->show(m_which->currentText(),
               chosen.dependency.isEmpty() ? panel.range.total() : panel.range.operations.value(chosen.dependency),
               panel.range.marks, now);
}

/// One was moved: all show the same time.
void GraphPage::follow(TimeGraph *moved)
{
    for (Panel &panel : m_panels) {
        if (panel.graph != moved)
            panel.graph->showSameTimeAs(*moved);
        refresh(panel, true);
    }
    compareTops();
    showTime();
}

/// `last 5 min`, or since when nothing new is shown.
void GraphPage::showTime()
{
    const TimeGraph *const graph = m_panels.empty() ? nullptr : m_panels.front().graph;
    const bool isLive = !graph || graph->isFollowing();
    m_live->setEnabled(!isLive);
    if (!isLive) {
        const QDateTime until = localTime(graph->to());
        m_span->setPlaceholderText(
            tr("paused at %1")
                .arg(until.date() == QDate::currentDate() ? until.toString(u"HH:mm"_s) : dayAndTime(until)));
        m_span->setCurrentIndex(-1);
        m_span->update();
    } else if (m_span->currentIndex() < 0) {
        const QSignalBlocker quiet(m_span);
        m_span->setCurrentIndex(int(m_span->findData(qint64(graph ? graph->span().count() : 300))));
    }
}

/// What is compared is drawn on the same scale.
void GraphPage::compareTops()
{
    double top = 0;
    if (m_panels.size() > 1) {
        for (const Panel &panel : m_panels)
            top = std::max(top, panel.graph->top());
    }
    for (const Panel &panel : m_panels)
        panel.graph->setLeastTop(top);
}

void GraphPage::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    for (Panel &panel : m_panels)
        refresh(panel, true);
}

void GraphPage::pin()
{
    const Choice chosen = choice();
    QList<GraphPin> pins;
    for (const Panel &panel : m_panels) {
        if (const ServiceRow *const row = m_session.fleet().find(panel.service))
            pins << GraphPin{row->entry.url, chosen.measure ? keyOf(*chosen.measure) : QString(), chosen.dependency};
    }
    Q_EMIT pinsWanted(pins);
}

// ---- files ----------------------------------------------------------------------------------------------

QByteArray GraphPage::csv() const
{
    QList<GraphContent> graphs;
    const Choice chosen = choice();
    for (const Panel &panel : m_panels) {
        const ServiceRow *const row = m_session.fleet().find(panel.service);
        GraphContent content;
        content.service = row ? row->entry.name : QString();
        const auto isSeen = [&panel](History::Time from, History::Time to) {
            return to > panel.graph->from() && from < panel.graph->to();
        };
        if (chosen.measure) {
            content.what = plainNameOf(*chosen.measure); // a file is in English
            const bool latency = *chosen.measure == Measure::Latency;
            content.columns = latency                ? QStringList{u"mean_seconds"_s, u"slowest_seconds"_s}
                : *chosen.measure == Measure::Memory ? QStringList{u"bytes"_s}
                : *chosen.measure == Measure::Cpu    ? QStringList{u"cores"_s}
                : *chosen.measure == Measure::Errors ? QStringList{u"failed_ratio"_s}
                                                     : QStringList{u"count"_s};
            for (const auto &[stretch, value] : valuesOf(*chosen.measure, panel.range)) {
                if (!value || !isSeen(stretch.from, stretch.to))
                    continue;
                QList<std::optional<double>> values{value};
                if (latency)
                    values << stretch.slowest.count();
                content.values.emplace_back(stretch, values);
            }
        } else {
            content.what = chosen.dependency;
            const History &seen = m_session.fleet().history(panel.service);
            const bool kept = !panel.range.stretches.empty();
            const History::Samples samples = chosen.dependency.isEmpty()
                ? (kept ? panel.range.total() : seen.total())
                : (kept ? panel.range.operations.value(chosen.dependency) : seen.samples(chosen.dependency));
            for (const History::Sample &sample : samples) {
                if (isSeen(sample.from, sample.to))
                    content.operations.push_back(sample);
            }
        }
        graphs << content;
    }
    return csvOf(graphs);
}

QString GraphPage::fileName(const QString &suffix) const
{
    const ServiceRow *const row = m_services.isEmpty() ? nullptr : m_session.fleet().find(m_services.first());
    QString name = row ? row->entry.name : tr("graph");
    for (QChar &character : name) {
        if (!character.isLetterOrNumber() && character != u'-' && character != u'.')
            character = u'_';
    }
    return name + u'-' + QDateTime::currentDateTime().toString(u"yyyyMMdd-HHmm"_s) + suffix;
}

void GraphPage::failed(const QString &why)
{
    auto *const box = new QMessageBox(QMessageBox::Warning, tr("Export"), {}, QMessageBox::Close, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setTextFormat(Qt::PlainText);
    box->setText(tr("The file cannot be written: %1").arg(visibleText(why)));
    removeButtonIcons(box);
    box->open();
}

void GraphPage::saveCsv()
{
    auto *const dialog = new QFileDialog(this, tr("Save the values"), fileName(u".csv"_s), tr("CSV (*.csv)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(u"csv"_s);
    connect(dialog, &QFileDialog::fileSelected, this, [this, content = csv()](const QString &path) {
        QSaveFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size() || !file.commit())
            failed(file.errorString());
    });
    dialog->open();
}

void GraphPage::savePng()
{
    QList<TimeGraph *> graphs;
    for (const Panel &panel : m_panels)
        graphs << panel.graph;
    const ServiceRow *const row = m_services.isEmpty() ? nullptr : m_session.fleet().find(m_services.first());
    const auto timeText = [](History::Time time) { return dateAndSeconds(localTime(time)); };
    // As it is now, not when a name has been found.
    const QPixmap picture = pictureOf(
        graphs, tr("%1: %2").arg(row ? row->entry.name : tr("graph"), m_which->currentText()),
        graphs.isEmpty() ? QString()
                         : tr("%1 to %2").arg(timeText(graphs.first()->from()), timeText(graphs.first()->to())));
    auto *const dialog = new QFileDialog(this, tr("Save the picture"), fileName(u".png"_s), tr("PNG (*.png)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(u"png"_s);
    connect(dialog, &QFileDialog::fileSelected, this, [this, picture](const QString &path) {
        QSaveFile file(path);
        if (!file.open(QIODevice::WriteOnly) || !picture.save(&file, "PNG") || !file.commit())
            failed(file.errorString());
    });
    dialog->open();
}

} // namespace Hephaestus
