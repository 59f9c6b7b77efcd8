// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/addservicedialog.h"

#include "dashboard/ui/theme.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace Hephaestus {

using namespace Qt::StringLiterals;

AddServiceDialog::AddServiceDialog(QWidget *parent)
    : QDialog(parent), m_url(new QLineEdit(u"http://127.0.0.1:8000"_s)), m_problem(new QLabel)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Add a service"));
    auto *const label = new QLabel(tr("&Address of the service:"));
    label->setBuddy(m_url);
    m_url->setMinimumWidth(fontMetrics().averageCharWidth() * 50);
    m_url->setMaxLength(2000);
    m_url->selectAll();
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->setWordWrap(true);
    m_problem->setMinimumHeight(2 * fontMetrics().height());
    m_problem->setAlignment(Qt::AlignTop);
    auto *const buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    buttons->button(QDialogButtonBox::Cancel)->setIcon({});
    m_accept = buttons->addButton(tr("&Add"), QDialogButtonBox::AcceptRole);
    m_accept->setDefault(true);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_url, &QLineEdit::returnPressed, m_accept, &QPushButton::click); // whoever is the default button just then
    connect(m_url, &QLineEdit::textChanged, this, &AddServiceDialog::check);
    auto *const layout = new QVBoxLayout(this);
    const int margin = spacing(fontMetrics(), 4);
    layout->setContentsMargins(margin, margin, margin, margin);
    layout->setSpacing(spacing(fontMetrics(), 2));
    layout->addWidget(label);
    layout->addWidget(m_url);
    layout->addWidget(m_problem);
    layout->addWidget(buttons);
    check();
}

void AddServiceDialog::check()
{
    const Result<FleetEntry> entry = entryForUrl(m_url->text().trimmed());
    m_accept->setEnabled(entry.ok());
    m_problem->setText(entry ? tr("http://HOST:PORT, https://HOST:PORT or unix:PATH") : entry.problem().what);
    if (entry)
        m_entry = *entry;
}

} // namespace Hephaestus
