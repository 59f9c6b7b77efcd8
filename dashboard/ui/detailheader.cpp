// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/detailheader.h"

#include "common/base/duration.h"
#include "common/fleet/servicestate.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/ui/celldelegate.h"
#include "dashboard/ui/elidedlabel.h"
#include "dashboard/ui/icons.h"
#include "dashboard/ui/theme.h"

#include <QGridLayout>
#include <QStyle>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

/// `127.0.0.1:8002 · version 1.4.0 · pid 4312 · up 2 h 4 min`, as far as it is known.
QString facts(const ServiceRow &row, std::chrono::duration<double> age)
{
    QStringList facts{shortAddress(placeOf(row.entry))};
    if (!row.report) {
        if (row.lastSeen)
            facts << DetailHeader::tr("last seen %1").arg(formatAge(age));
        return facts.join(u" · "_s);
    }
    if (!row.report->version.isEmpty())
        facts << DetailHeader::tr("version %1").arg(row.report->version);
    if (row.report->pid)
        facts << DetailHeader::tr("pid %1").arg(*row.report->pid);
    if (row.dialect != Dialect::Hephaestus)
        facts << DetailHeader::tr("speaks %1").arg(dialectWord(row.dialect));
    if (row.isCurrent() && tellsUptime(*row.report))
        facts << DetailHeader::tr("up %1").arg(durationText(wholeSeconds(row.report->uptime)));
    else if (!row.isCurrent())
        facts << DetailHeader::tr("last seen %1").arg(formatAge(age));
    return facts.join(u" · "_s);
}

/// `2 in flight · 1 connection · 3 tasks · 14 files · 38.4 MiB`, as far as it is known.
QString resources(const ServiceRow &row)
{
    if (!row.isCurrent())
        return {};
    QStringList facts;
    const auto count = [&](const std::optional<qint64> &value, const char *text) {
        if (value)
            facts << DetailHeader::tr(text, nullptr, int(*value)).arg(formatCount(*value));
    };
    const Resources &resources = row.report->resources;
    count(resources.inFlightRequests, QT_TRANSLATE_N_NOOP("Hephaestus::DetailHeader", "%1 in flight"));
    count(resources.openConnections, QT_TRANSLATE_N_NOOP("Hephaestus::DetailHeader", "%1 connection(s)"));
    count(resources.backgroundTasks, QT_TRANSLATE_N_NOOP("Hephaestus::DetailHeader", "%1 task(s)"));
    count(resources.openFiles, QT_TRANSLATE_N_NOOP("Hephaestus::DetailHeader", "%1 open file(s)"));
    count(resources.threads, QT_TRANSLATE_N_NOOP("Hephaestus::DetailHeader", "%1 thread(s)"));
    if (resources.residentBytes)
        facts << formatBytes(*resources.residentBytes);
    return facts.join(u" · "_s);
}

} // namespace

DetailHeader::DetailHeader(QWidget *parent)
    : QWidget(parent)
    , m_lines(new QGridLayout(this))
    , m_icon(new QLabel)
    , m_name(new ElidedLabel)
    , m_state(new ElidedLabel)
    , m_facts(new ElidedLabel)
    , m_resources(new ElidedLabel)
{
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.35);
    large.setWeight(QFont::DemiBold);
    m_name->setFont(large);
    QFont strong = font();
    strong.setWeight(QFont::DemiBold);
    m_state->setFont(strong);
    m_state->setIsState(true);
    for (ElidedLabel *const label : {m_facts, m_resources})
        label->setCutsParts(true);
    m_lines->setContentsMargins(0, 0, 0, 0);
    m_lines->setHorizontalSpacing(spacing(fontMetrics(), 2));
    m_lines->setVerticalSpacing(spacing(fontMetrics(), 1));
    m_lines->addWidget(m_icon, 0, 0, Qt::AlignVCenter);
    m_lines->addWidget(m_name, 0, 1);
    m_lines->addWidget(m_state, 0, 2, Qt::AlignRight | Qt::AlignVCenter);
    m_lines->setColumnStretch(1, 1);
    m_lines->addWidget(m_facts, 1, 0, 1, 3);
    m_lines->addWidget(m_resources, 2, 0, 1, 3);
}

void DetailHeader::setFlat(QBoxLayout *row)
{
    m_isFlat = row;
    if (row)
        row->addWidget(m_facts, 1);
    else
        m_lines->addWidget(m_facts, 1, 0, 1, 3);
    m_lines->setVerticalSpacing(row ? 0 : spacing(fontMetrics(), 1));
    m_resources->setVisible(!row);
}

void DetailHeader::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    keepName();
}

/// Beside a long state, too.
void DetailHeader::keepName()
{
    m_name->setMinimumWidth(std::clamp(m_name->sizeHint().width(), m_name->minimumSizeHint().width(),
                                       std::max(width() / 2, m_name->minimumSizeHint().width())));
}

void DetailHeader::show(const ServiceRow &row, std::chrono::duration<double> age, const QStringList &others)
{
    const Theme &theme = Theme::of(palette());
    const QColor colour = theme.accent(row.state());
    m_icon->setPixmap(
        Icons::pixmap(Icons::nameOf(row.state()), spacing(fontMetrics(), 5), colour, devicePixelRatioF()));
    m_name->setText(others.isEmpty() ? row.entry.name
                        : others.size() == 1
                        ? tr("%1, beside %2").arg(row.entry.name, others.first())
                        : tr("%1, beside %n other(s)", nullptr, int(others.size())).arg(row.entry.name));
    m_state->setText(stateText(row));
    keepName();
    QPalette accent = palette();
    accent.setColor(QPalette::WindowText, colour);
    if (m_state->palette() != accent)
        m_state->setPalette(accent);
    QPalette quiet = palette();
    quiet.setColor(QPalette::WindowText, theme.muted());
    for (ElidedLabel *const label : {m_facts, m_resources}) {
        if (label->palette() != quiet)
            label->setPalette(quiet);
    }
    m_resources->setText(row.isCurrent()  ? resources(row)
                             : row.report ? tr("All below is what it last said, %1.").arg(formatAge(age))
                                          : QString());
    const bool isOld = row.report && !row.isCurrent();
    m_facts->setText(m_isFlat && isOld ? m_resources->fullText() : facts(row, age));
    setPlainToolTip(this, m_resources->fullText());
}

} // namespace Hephaestus
