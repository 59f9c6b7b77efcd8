// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/alertspage.h"

#include "common/base/username.h"
#include "dashboard/model/alertcells.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/ui/celldelegate.h"
#include "dashboard/ui/icons.h"
#include "dashboard/ui/listandtext.h"
#include "dashboard/ui/silencedialog.h"
#include "dashboard/ui/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPointer>
#include <QPushButton>
#include <QVBoxLayout>

#include <unistd.h>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

QString matchersText(const QList<AlertMatcher> &matchers)
{
    QStringList texts;
    for (const AlertMatcher &matcher : matchers)
        texts << visibleText(matcher.text(), 200);
    return texts.join(u", "_s);
}

QString alertTimeText(const QDateTime &time)
{
    return time.isValid() ? u"%1 (%2)"_s.arg(dateAndSeconds(time.toLocalTime()), time.toUTC().toString(Qt::ISODate))
                          : u"–"_s;
}

QString silenceLine(const Silence &silence)
{
    const QString end = dayAndTime(silence.endsAt.toLocalTime());
    const QString who = visibleText(silence.createdBy, 40);
    return silence.state == Silence::State::Pending
        ? AlertsPage::tr("Silence from %1, by %2").arg(dayAndTime(silence.startsAt.toLocalTime()), who)
        : AlertsPage::tr("Silence until %1, by %2").arg(end, who);
}

QStringList labelLines(const LabelSet &labels)
{
    QStringList lines;
    for (auto label = labels.begin(); label != labels.end(); ++label)
        lines << u"    %1: %2"_s.arg(visibleText(label.key(), 80), visibleText(label.value(), 1000));
    return lines;
}

QString alertTextOf(const FiringAlert &alert)
{
    QStringList lines{alertLine(alert)};
    if (const QString summary = alert.summary(); !summary.isEmpty())
        lines << visibleText(summary, 1000);
    lines << QString() << AlertsPage::tr("Since %1").arg(alertTimeText(alert.startsAt)) << QString()
          << AlertsPage::tr("Labels:") << labelLines(alert.labels);
    if (!alert.annotations.isEmpty())
        lines << QString() << AlertsPage::tr("Annotations:") << labelLines(alert.annotations);
    return lines.join(u'\n');
}

QString alertTextOf(const Silence &silence)
{
    return QStringList{silenceLine(silence),
                       visibleText(silence.comment, 1000),
                       {},
                       AlertsPage::tr("From %1").arg(alertTimeText(silence.startsAt)),
                       AlertsPage::tr("Until %1").arg(alertTimeText(silence.endsAt)),
                       AlertsPage::tr("Holds all alerts with: %1").arg(matchersText(silence.matchers)),
                       AlertsPage::tr("Id: %1").arg(visibleText(silence.id, 80))}
        .join(u'\n');
}

/// The same thing, as it is later.
QString identityOf(const FiringAlert &alert) { return alert.fingerprint; }
QString identityOf(const Silence &silence) { return silence.id; }

} // namespace

AlertsPage::AlertsPage(FleetSession &session, QWidget *parent)
    : QWidget(parent)
    , m_session(session)
    , m_note(new QLabel)
    , m_list(makeWholeRowsList())
    , m_text(new QPlainTextEdit)
{
    m_list->setAccessibleName(tr("Alerts and silences"));
    m_text->setAccessibleName(tr("The alert or silence"));
    QVBoxLayout *const layout = layOutListAndText(this, m_note, m_list, m_text, 2);
    layout->addWidget(makeButtons());
    layout->addStretch(); // for where there is no list
    layout->setContentsMargins(0, spacing(fontMetrics(), 2), 0, spacing(fontMetrics(), 2));
    m_list->parentWidget()->hide(); // until there is something
    connect(m_list, &QListWidget::currentRowChanged, this, &AlertsPage::showCurrent);
    connect(&session, &FleetSession::alertmanagersChanged, this, &AlertsPage::connectAlerts);
    connectAlerts();
}

QWidget *AlertsPage::makeButtons()
{
    m_silenceAlert = new QPushButton(tr("&Silence the alert…"));
    m_silenceService = new QPushButton(tr("Silence the ser&vice…"));
    m_endSilence = new QPushButton(tr("&End the silence"));
    connect(m_silenceAlert, &QPushButton::clicked, this, [this] {
        if (const FiringAlert *const alert = current() ? std::get_if<FiringAlert>(current()) : nullptr)
            askSilence(ServiceAlerts::matchersOf(*alert));
    });
    connect(m_silenceService, &QPushButton::clicked, this, [this] {
        if (m_session.alerts())
            askSilence(m_session.alerts()->matchersOf(m_service));
    });
    connect(m_endSilence, &QPushButton::clicked, this, &AlertsPage::endSilence);
    auto *const row = new QWidget;
    auto *const layout = new QHBoxLayout(row);
    const int margin = spacing(fontMetrics(), 2);
    layout->setContentsMargins(margin, 0, margin, 0);
    for (QPushButton *const button : {m_silenceAlert, m_silenceService, m_endSilence}) {
        button->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
        layout->addWidget(button);
    }
    layout->addStretch();
    return row;
}

void AlertsPage::connectAlerts()
{
    if (ServiceAlerts *const alerts = m_session.alerts())
        connect(alerts, &ServiceAlerts::changed, this, &AlertsPage::refresh);
    m_failure.clear();
    refresh();
}

void AlertsPage::setService(ServiceId id)
{
    if (m_service == id)
        return;
    m_service = id;
    m_failure.clear();
    refresh();
}

void AlertsPage::refresh()
{
    QList<Item> items;
    const ServiceRow *const row = m_session.fleet().find(m_service);
    if (row && m_session.alerts()) {
        for (const FiringAlert &alert : row->alerts)
            items << alert;
        for (const Silence &silence : m_session.alerts()->silencesOf(m_service))
            items << silence;
    }
    if (items != m_items)
        show(items);
    m_note->setText(noteText());
    showCurrent();
}

QString AlertsPage::noteText() const
{
    const ServiceAlerts *const alerts = m_session.alerts();
    if (!m_failure.isEmpty())
        return visibleText(m_failure, 500);
    if (!alerts)
        return tr("No Alertmanager is asked. Name one in the preferences, or by --alertmanager.");
    if (const QString trouble = alerts->trouble(); !trouble.isEmpty())
        return visibleText(trouble, 500);
    return m_items.isEmpty() ? tr("Alertmanager has no alert and no silence of it.")
                             : tr("What Alertmanager has of it, the worst first.");
}

void AlertsPage::show(const QList<Item> &items)
{
    const auto identity = [](const Item &item) {
        return std::visit([](const auto &it) { return identityOf(it); }, item);
    };
    const QString chosen = current() ? identity(*current()) : QString();
    m_items = items;
    const QSignalBlocker blocker(m_list);
    m_list->clear();
    int row = 0;
    for (const Item &item : items) {
        const FiringAlert *const alert = std::get_if<FiringAlert>(&item);
        auto *const line = new QListWidgetItem(alert ? alertLine(*alert) : silenceLine(std::get<Silence>(item)));
        const bool isLoud = alert && !alert->isHeld();
        line->setIcon(Icons::coloured(isLoud ? u"error"_s : u"stopped"_s, [isLoud](const Theme &theme) {
            return isLoud ? theme.accent(DependencyStatus::Error) : theme.muted();
        }));
        line->setSizeHint({0, listRowHeight(fontMetrics())});
        m_list->addItem(line);
        if (identity(item) == chosen)
            row = m_list->count() - 1;
    }
    m_list->parentWidget()->setHidden(items.isEmpty());
    m_list->setCurrentRow(items.isEmpty() ? -1 : row);
}

const AlertsPage::Item *AlertsPage::current() const
{
    const int row = m_list->currentRow();
    return row >= 0 && row < m_items.size() ? &m_items[row] : nullptr;
}

void AlertsPage::showCurrent()
{
    const Item *const item = current();
    const QString text = item ? std::visit([](const auto &it) { return alertTextOf(it); }, *item) : QString();
    if (m_text->toPlainText() != text)
        m_text->setPlainText(text);
    const bool isReadOnly = m_session.actions().isReadOnly();
    const bool isAsked = m_session.alerts() && m_session.alerts()->isKnown() && !isReadOnly;
    const QString why = isReadOnly ? tr("This window only looks.") : noteText();
    m_silenceAlert->setEnabled(isAsked && item && std::holds_alternative<FiringAlert>(*item));
    m_silenceService->setEnabled(isAsked && m_session.fleet().find(m_service));
    m_endSilence->setEnabled(isAsked && item && std::holds_alternative<Silence>(*item));
    for (QPushButton *const button : {m_silenceAlert, m_silenceService, m_endSilence})
        setPlainToolTip(button, isAsked ? QString() : why);
}

void AlertsPage::askSilence(const QList<AlertMatcher> &matchers)
{
    if (matchers.isEmpty())
        return;
    auto *const dialog =
        new SilenceDialog(tr("Nobody is notified of alerts with %1, here or elsewhere.").arg(matchersText(matchers)),
                          userName(geteuid()), this);
    connect(dialog, &QDialog::accepted, this, [this, dialog, matchers] {
        if (!m_session.alerts())
            return; // it was taken out of the preferences meanwhile
        const QPointer<AlertsPage> self(this);
        m_session.alerts()->silence(matchers, dialog->end(), dialog->author(), dialog->comment(),
                                    [self](const std::optional<Problem> &problem) {
                                        if (self)
                                            self->tell(problem);
                                    });
    });
    dialog->open();
}

void AlertsPage::endSilence()
{
    const Silence *const silence = current() ? std::get_if<Silence>(current()) : nullptr;
    if (!silence || !m_session.alerts())
        return;
    const QPointer<AlertsPage> self(this);
    m_session.alerts()->endSilence(silence->id, [self](const std::optional<Problem> &problem) {
        if (self)
            self->tell(problem);
    });
}

void AlertsPage::tell(const std::optional<Problem> &problem)
{
    m_failure = problem ? tr("It was not done: %1").arg(problem->text()) : QString();
    refresh();
}

} // namespace Hephaestus
