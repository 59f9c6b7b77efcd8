// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/addhostdialog.h"

#include "common/fleet/hostfleet.h"
#include "dashboard/model/displaytext.h"
#include "dashboard/ui/theme.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr int LongestAnswer = 1'000;

} // namespace

AddHostDialog::AddHostDialog(const QStringList &known, QWidget *parent)
    : QDialog(parent)
    , m_name(new QComboBox)
    , m_answer(new QLabel)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Add a host"));
    auto *const label = new QLabel(tr("&Host, as ssh takes it:"));
    label->setBuddy(m_name);
    m_name->setEditable(true);
    m_name->addItems(known);
    m_name->setCurrentIndex(-1);
    m_name->setMinimumWidth(fontMetrics().averageCharWidth() * 60);
    m_name->lineEdit()->setMaxLength(200);
    m_name->lineEdit()->setPlaceholderText(tr("build1, deploy@build1 or deploy@build1:22"));
    m_name->setAccessibleName(tr("Host"));
    m_answer->setTextFormat(Qt::PlainText);
    m_answer->setWordWrap(true);
    m_answer->setMinimumHeight(5 * fontMetrics().height());
    m_answer->setAlignment(Qt::AlignTop);
    m_answer->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto *const buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    buttons->button(QDialogButtonBox::Cancel)->setIcon({});
    m_remove = buttons->addButton(tr("&Remove"), QDialogButtonBox::ResetRole);
    m_remove->setToolTip(tr("Its services are not watched any more"));
    m_ask = buttons->addButton(tr("A&sk it"), QDialogButtonBox::ActionRole);
    m_accept = buttons->addButton(tr("&Add"), QDialogButtonBox::AcceptRole);
    for (QAbstractButton *const button : buttons->buttons())
        qobject_cast<QPushButton *>(button)->setAutoDefault(false);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_ask, &QPushButton::clicked, this, &AddHostDialog::ask);
    connect(m_remove, &QPushButton::clicked, this, [this] {
        Q_EMIT removed(m_host.name);
        m_name->removeItem(m_name->findText(m_host.name));
        m_name->clearEditText();
    });
    connect(m_name, &QComboBox::editTextChanged, this, &AddHostDialog::check);
    auto *const layout = new QVBoxLayout(this);
    const int margin = spacing(fontMetrics(), 4);
    layout->setContentsMargins(margin, margin, margin, margin);
    layout->setSpacing(spacing(fontMetrics(), 2));
    layout->addWidget(label);
    layout->addWidget(m_name);
    layout->addWidget(m_answer);
    layout->addWidget(buttons);
    check();
}

void AddHostDialog::check()
{
    ++m_question;
    const QString typed = m_name->currentText().trimmed();
    const QString wrong = typed.isEmpty() ? QString() : whyNoDestination(typed);
    const bool isKnown = m_name->findText(typed, Qt::MatchFixedString | Qt::MatchCaseSensitive) >= 0;
    m_host = {typed, typed};
    m_remove->setEnabled(isKnown);
    m_ask->setEnabled(!typed.isEmpty() && wrong.isEmpty());
    m_ask->setDefault(true);
    m_accept->setEnabled(false);
    m_answer->setText(
        !wrong.isEmpty() ? wrong
            : isKnown    ? tr("It is watched already.")
                         : tr("The services that hephaestus has in its fleet file there are shown here, through ssh."));
}

void AddHostDialog::ask()
{
    m_answer->setText(tr("Asking %1…").arg(visibleText(m_host.name, 100)));
    readFleetOfHost(m_host, this, [this, question = ++m_question](const Result<Fleet> &fleet) {
        if (question == m_question)
            show(fleet);
    });
}

void AddHostDialog::show(const Result<Fleet> &fleet)
{
    m_accept->setEnabled(true);
    if (!fleet) {
        m_accept->setText(tr("&Add all the same"));
        return m_answer->setText(visibleText(fleet.problem().what, LongestAnswer));
    }
    QStringList names;
    for (const FleetEntry &entry : fleet->services)
        names << visibleText(entry.name, 80);
    m_accept->setText(tr("&Add"));
    m_accept->setDefault(true);
    m_answer->setText(names.isEmpty()
                          ? tr("There is no service in %1.").arg(visibleText(fleet->path, 200))
                          : tr("%n service(s) in %1: %2", nullptr, int(names.size()))
                                .arg(visibleText(fleet->path, 200), names.join(u", "_s).left(LongestAnswer)));
}

} // namespace Hephaestus
