// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/deathspage.h"

#include "common/base/ansitext.h"
#include "common/base/localtime.h"
#include "common/fleet/keptoutput.h"
#include "common/protocol/healthcodec.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/model/sharedtext.h"
#include "dashboard/ui/icons.h"
#include "dashboard/ui/listandtext.h"
#include "dashboard/ui/theme.h"

#include <QFontDatabase>
#include <QLabel>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPointer>
#include <QVBoxLayout>

#include <utility>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr int LongestLine = 4000; ///< characters shown of it

bool isOrderly(const Obituary &obituary)
{
    return obituary.exit && obituary.exit->signal == 0 && obituary.exit->code == 0;
}

/// As a terminal shows them, without colours: the page Logs does the same.
QStringList visibleLines(const QByteArray &text)
{
    QStringList lines;
    for (const QString &line : QString::fromUtf8(text).split(u'\n'))
        lines << u"    "_s + styledLine(line, LongestLine).text;
    while (!lines.isEmpty() && lines.last().trimmed().isEmpty())
        lines.removeLast();
    return lines;
}

} // namespace

DeathsPage::DeathsPage(FleetSession &session, QWidget *parent)
    : QWidget(parent)
    , m_session(session)
    , m_note(new QLabel)
    , m_list(makeWholeRowsList())
    , m_text(new QPlainTextEdit)
{
    m_list->setAccessibleName(tr("Processes that ended"));
    m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_text->setAccessibleName(tr("Last words"));
    layOutListAndText(this, m_note, m_list, m_text, 4)->addStretch();
    connect(m_list, &QListWidget::currentRowChanged, this, &DeathsPage::showCurrent);
    if (session.history()) {
        connect(session.history(), &FleetHistory::buried, this, [this](ServiceId id) {
            if (id == m_service)
                ask();
        });
    }
    show({});
}

void DeathsPage::setService(ServiceId id)
{
    if (m_service == id)
        return;
    m_service = id;
    m_isRead = false;
    show({});
    ask();
}

void DeathsPage::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    ask();
}

void DeathsPage::ask()
{
    const ServiceRow *const row = m_session.fleet().find(m_service);
    if (!row || !m_session.history() || !isVisible())
        return;
    const QPointer<DeathsPage> self(this);
    m_session.history()->store().askObituaries(
        row->entry.url, [self, id = m_service](const Result<QList<Obituary>> &found) {
            if (!self || self->m_service != id)
                return;
            if (!found)
                return self->m_note->setText(tr("What was kept cannot be read: %1").arg(found.problem().text()));
            if (!std::exchange(self->m_isRead, true) || *found != self->m_obituaries)
                self->show(*found);
        });
}

void DeathsPage::show(const QList<Obituary> &obituaries)
{
    const bool more = obituaries.size() > m_obituaries.size();
    const int row = more ? 0 : m_list->currentRow();
    m_obituaries = obituaries;
    m_list->clear();
    for (const Obituary &obituary : obituaries) {
        const QString when = dayAndSeconds(localTime(obituary.at));
        auto *const item = new QListWidgetItem(u"%1   %2"_s.arg(when, visibleText(translated(obituary.reason), 200)));
        const bool isLoud = !isOrderly(obituary);
        item->setIcon(Icons::coloured(isLoud ? u"error"_s : u"stopped"_s, [isLoud](const Theme &theme) {
            return isLoud ? theme.accent(DependencyStatus::Error) : theme.muted();
        }));
        item->setSizeHint({0, listRowHeight(fontMetrics())});
        m_list->addItem(item);
    }
    m_note->setText(!m_session.history()       ? tr("No history is kept: the last words of a process are lost with it.")
                        : !m_isRead            ? tr("What was kept of its processes is being read…")
                        : obituaries.isEmpty() ? tr("No death of a process of it is recorded.")
                                               : tr("The last words of its processes, newest first."));
    m_list->parentWidget()->setHidden(obituaries.isEmpty());
    m_list->setCurrentRow(std::clamp(row, obituaries.isEmpty() ? -1 : 0, int(obituaries.size()) - 1));
    showCurrent();
}

void DeathsPage::showCurrent()
{
    const int row = m_list->currentRow();
    m_text->setPlainText(row >= 0 && row < m_obituaries.size() ? textOf(m_obituaries[row]) : QString());
}

/// Who started it elsewhere, or an earlier version kept it, may not have told where it begins.
QString DeathsPage::outputHeading(const QByteArray &log)
{
    if (log.isEmpty())
        return tr("Its output is not known.");
    const QList<OutputLine> lines = readOutputText(log);
    const bool isAlone = !lines.isEmpty() && (beginsInstance(lines.first()) || lines.first().text == Obituary::Cut);
    return isAlone ? tr("The end of its output:") : tr("The end of its output, and perhaps of processes before it:");
}

QString DeathsPage::textOf(const Obituary &obituary)
{
    const QDateTime at = localTime(obituary.at);
    QStringList lines{visibleText(translated(obituary.reason), 1000),
                      tr("Seen %1 (%2).").arg(dateAndSeconds(at), at.toUTC().toString(Qt::ISODateWithMs)),
                      {}};
    lines << outputHeading(obituary.log);
    lines << visibleLines(obituary.log);
    for (auto kept = obituary.bodies.rbegin(); kept != obituary.bodies.rend(); ++kept) {
        const auto before = std::chrono::duration_cast<std::chrono::milliseconds>(obituary.at - kept->at);
        lines << QString() << tr("What it answered %1 before:").arg(durationText(before))
              << visibleLines(indentJson(kept->body));
    }
    return lines.join(u'\n');
}

} // namespace Hephaestus
