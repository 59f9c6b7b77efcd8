// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/alertsettings.h"

#include "dashboard/model/alertmanagerline.h"
#include "dashboard/model/alertrule.h"
#include "dashboard/model/alerttargets.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/ui/theme.h"

#include <QCheckBox>
#include <QFormLayout>
#include <QLabel>
#include <QPlainTextEdit>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

QStringList linesOf(const QPlainTextEdit *edit)
{
    QStringList lines;
    for (const QString &line : edit->toPlainText().split(u'\n')) {
        if (!line.trimmed().isEmpty())
            lines << line.simplified();
    }
    return lines;
}

QPlainTextEdit *smallEdit(const QString &name, const QString &example)
{
    auto *const edit = new QPlainTextEdit;
    edit->setAccessibleName(name);
    edit->setPlaceholderText(example);
    edit->setTabChangesFocus(true);
    edit->setLineWrapMode(QPlainTextEdit::NoWrap);
    edit->setFixedHeight(spacing(edit->fontMetrics(), 5) * 4);
    return edit;
}

} // namespace

AlertSettings::AlertSettings(QWidget *parent)
    : QGroupBox(tr("Alerts, beside those of states; one a line"), parent)
    , m_rules(smallEdit(tr("Rules"), tr("latency > 500ms for 1min\nerrors > 5% for 1min group:shop\nstale for 10min")))
    , m_targets(smallEdit(tr("Targets"), tr("ntfy https://ntfy.sh/my-topic\nwebhook https://…\ncommand program …")))
    , m_alertmanagers(smallEdit(tr("Alertmanagers"), tr("http://alertmanager:9093\nhttps://… token-file=… ca=…")))
    , m_push(new QCheckBox(tr("Tell Alertman&ager of trouble and rules, of the services asked from here")))
    , m_problem(new QLabel)
{
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->setWordWrap(true);
    QPalette alarm = m_problem->palette();
    alarm.setColor(QPalette::WindowText, Theme::of(alarm).accent(DependencyStatus::Error));
    m_problem->setPalette(alarm);
    m_problem->setFixedHeight(2 * fontMetrics().lineSpacing()); // nothing moves while one types
    auto *const form = new QFormLayout(this);
    form->addRow(tr("Tell &when:"), m_rules);
    form->addRow(tr("Tell als&o:"), m_targets);
    form->addRow(tr("Alert&manager:"), m_alertmanagers);
    form->addRow(m_push);
    form->addRow(m_problem);
    for (QPlainTextEdit *const edit : {m_rules, m_targets, m_alertmanagers})
        connect(edit, &QPlainTextEdit::textChanged, this, &AlertSettings::check);
}

void AlertSettings::show(const Preferences &preferences)
{
    m_rules->setPlainText(preferences.alertRules.join(u'\n'));
    m_targets->setPlainText(preferences.alertTargets.join(u'\n'));
    m_alertmanagers->setPlainText(preferences.alertmanagers.join(u'\n'));
    m_push->setChecked(preferences.pushAlerts);
}

void AlertSettings::write(Preferences &preferences) const
{
    preferences.alertRules = rules();
    preferences.alertTargets = targets();
    preferences.alertmanagers = alertmanagers();
    preferences.pushAlerts = m_push->isChecked();
}

QStringList AlertSettings::rules() const { return linesOf(m_rules); }

QStringList AlertSettings::targets() const { return linesOf(m_targets); }

QStringList AlertSettings::alertmanagers() const { return linesOf(m_alertmanagers); }

bool AlertSettings::isValid() const { return problem().isEmpty(); }

/// The first; empty: there is none.
QString AlertSettings::problem() const
{
    for (const QString &line : rules()) {
        if (const auto rule = AlertRule::parse(line); !rule)
            return rule.problem().text();
    }
    for (const QString &line : targets()) {
        if (const auto target = parseAlertTarget(line); !target)
            return target.problem().text();
    }
    for (const QString &line : alertmanagers()) {
        if (const auto alertmanager = parseAlertmanager(line); !alertmanager)
            return alertmanager.problem().text();
    }
    return {};
}

void AlertSettings::check()
{
    m_problem->setText(visibleText(problem()));
    m_push->setEnabled(!alertmanagers().isEmpty());
    Q_EMIT changed();
}

} // namespace Hephaestus
