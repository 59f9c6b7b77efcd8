// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/hooksdialog.h"

#include "dashboard/model/displaytext.h"
#include "dashboard/ui/appearance.h"
#include "dashboard/ui/theme.h"

#include <QDialogButtonBox>
#include <QGroupBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScreen>
#include <QScrollArea>
#include <QVBoxLayout>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

QLabel *plainLabel(const QString &text)
{
    auto *const label = new QLabel(text);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    return label;
}

/// An address breaks where its parts begin, so that it widens nothing.
QString breakable(const QString &text)
{
    const QChar mayBreak(0x200B); // ZERO WIDTH SPACE
    return visibleText(text, 300).replace(u'/', u'/' + QString(mayBreak));
}

} // namespace

HooksDialog::HooksDialog(FleetSession &session, QWidget *parent) : QDialog(parent), m_session(session)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Hooks"));
    auto *const list = new QWidget;
    auto *const lines = new QVBoxLayout(list);
    for (const Fleet &fleet : session.hookedFleets()) {
        auto *const file = new QGroupBox(shortAddress(fleet.path, 70).replace(u'&', u"&&"_s));
        auto *const inFile = new QVBoxLayout(file);
        for (const FleetHook &hook : fleet.hooks)
            inFile->addWidget(lineOf(fleet, hook));
        lines->addWidget(file);
    }
    lines->addStretch(1);
    auto *const area = new QScrollArea;
    area->setWidget(list);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    auto *const buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto *const layout = new QVBoxLayout(this);
    layout->addWidget(area, 1);
    layout->addWidget(buttons);
    removeButtonIcons(this);
    resize((QSize(190, 90) * spacing(fontMetrics(), 1))
               .boundedTo(parent ? parent->window()->size() : screen()->availableSize()));
    connect(&session, &FleetSession::hookTested, this, &HooksDialog::show);
}

QWidget *HooksDialog::lineOf(const Fleet &fleet, const FleetHook &hook)
{
    QStringList events;
    for (const FleetHook::Event event : hook.on)
        events << wireName(event);
    QString text = tr("%1, on %2: %3").arg(visibleText(hook.name, 80), events.join(u", "_s), breakable(whatRuns(hook)));
    if (!m_session.isTrusted(fleet.path, hook))
        text += u'\n' + tr("It is not run yet: nobody has agreed to it. A test is an agreement.");
    auto *const line = new QWidget;
    auto *const layout = new QHBoxLayout(line);
    layout->setContentsMargins(0, 0, 0, 0);
    auto *const button = new QPushButton(tr("Test"));
    button->setAccessibleName(tr("Test the hook %1").arg(visibleText(hook.name, 80)));
    button->setObjectName(u"test "_s + hook.name);
    button->setEnabled(!m_session.actions().isReadOnly());
    auto *const outcome = plainLabel({});
    outcome->setObjectName(u"outcome "_s + hook.name);
    layout->addWidget(plainLabel(text), 3);
    layout->addWidget(outcome, 2);
    layout->addWidget(button);
    m_lines.append({fleet.path, hook.name, button, outcome});
    connect(button, &QPushButton::clicked, this, [this, button, outcome, path = fleet.path, hook] {
        button->setEnabled(false);
        outcome->setText(tr("on its way"));
        m_session.testHook(path, hook);
    });
    return line;
}

void HooksDialog::show(const QString &fleetFile, const QString &hook, const QString &failure)
{
    for (const Line &line : std::as_const(m_lines)) {
        if (line.fleetFile != fleetFile || line.hook != hook)
            continue;
        line.button->setEnabled(true);
        line.outcome->setText(failure.isEmpty() ? tr("sent") : visibleText(failure));
    }
}

} // namespace Hephaestus
